"""The report's chapter on what predicts harm: a part of the study, its figures, its answers."""

from __future__ import annotations

import html
from concurrent.futures import Executor

from figures import image

from logreg_unlearn.cli.console import progress
from logreg_unlearn.cli.cross_influence import measured, results
from logreg_unlearn.cli.cross_influence_text import FIGURES, draw
from logreg_unlearn.sweep.influence.states import Study

from .pictures import Picture

STUDY = "cross_influence"
CAPTIONS = {
    "skill": "Rank correlation of each candidate with the ratio of descent–ascent's distance to "
    "the original's, at fixed ridge and size (filled) and overall (hollow), with 95 % intervals "
    "from whole clusters drawn again. The ridge alone orders the problems of a pool, so only the "
    "filled markers tell a measure of dependence from a measure of the ridge.",
    "predicted": "The actual ratio over the norm that the paper proposes (left) and over the best "
    "prediction (right), a point for every forget set. The norm is large for problems of every "
    "outcome; the prediction is nearly the outcome itself, except where descent–ascent leaves a "
    "minimum that it was predicted to stay in.",
    "shifted": "Gaussian classes whose forget mean makes a given angle with the retain mean: "
    "medians of both distances and of their ratio. The ratio grows with the correlation because "
    "the original's distance shrinks faster than descent–ascent's, which shrinks as well.",
}


def study_chapter(executor: Executor) -> tuple[list[Picture], str]:
    """Run the quick study: its pictures, and its answers as HTML."""
    states = Study().quick().states(0)
    with progress(len(states), "predictions") as report:
        table = measured(states, executor, report)
    result = results(table, 0)
    pictures = []
    for name in FIGURES:
        figure = draw(name, table, result)
        assert figure is not None, "the quick study has shifted sets"
        png = image(figure, dpi=130)
        command = f"python scripts/{STUDY}.py"
        pictures.append(Picture(STUDY, name, png, CAPTIONS[name], command))
    answers = "".join(f"<p>{html.escape(answer)}</p>" for answer in result["answers"])
    return pictures, f"<h3>What {len(table['ratio'])} of the study's cases say</h3>{answers}"
