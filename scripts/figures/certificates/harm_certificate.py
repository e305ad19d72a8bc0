"""Harm can be certified without retraining; what helps is certified for a Newton step."""

import numpy as np

from logreg_unlearn.assess.bounds import Judgement, distance_bounds, judge
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run
from logreg_unlearn.unlearn.removal import newton_removal

from .. import ink
from .._solving import RIDGE, ratio, real_problem

CASES = (("breast_cancer", "random"), ("wine_0v1", "influence_pc1"), ("anes96", "random"))
JUDGED = {
    Judgement.HELP.name: ("o", ink.HELPED, "certified: closer than the original"),
    Judgement.UNDECIDED.name: (".", ink.GREY, "undecided"),
    Judgement.HARM.name: ("s", ink.HARMED, "certified: farther than the original"),
}
CAPTION = (
    "Distance to the oracle along descent-ascent from the original (logistic loss, ridge "
    f"{RIDGE:g}, a tenth to forget), with the bounds that need no oracle and what they decide at "
    "each step. Harm is certified once the unlearned model is several times farther than the "
    "original, from the first step on anes96; that the first steps help elsewhere stays "
    "undecided, while one Newton removal step is certified to help on all three."
)


def compute(quick: bool = False) -> ink.Table:
    """Return bounds and judgements along descent-ascent, and for one Newton step."""
    rows, steps = [], []
    for name, kind in CASES:
        problem, case = real_problem(name, kind), f"{name} {kind}"
        original, oracle = minimise(problem.original()).w, minimise(problem.oracle())
        path = run(
            simultaneous(), problem, original, oracle=oracle, steps=300 if quick else 5_000
        )  # fmt: skip
        before = float(path.distance[0])
        for step, w, distance in zip(path.steps, path.w, path.distance, strict=True):
            bounds, judged = distance_bounds(problem, w), judge(problem, w, original)
            ends = bounds.lower / before, bounds.upper / before
            rows.append((case, step, distance / before, *ends, judged.name))
        removed = newton_removal(problem, original)
        judged = judge(problem, removed, original)
        steps.append((case, ratio(oracle.w, original, removed), judged.name))
    return {
        **ink.columns(("case", "step", "ratio", "lower", "upper", "judgement"), rows),
        **ink.columns(("newton_case", "newton_ratio", "newton_judgement"), steps),
    }


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(len(CASES), size=(10.2, 4.4), sharey=True)
    for ax, case in zip(axes, CASES, strict=True):
        _draw_case(ax, " ".join(case), table)
        ax.set_title(f"{case[0]}, {case[1].replace('_', ' ')}")
    axes[0].set_ylabel(ink.RATIO)
    return ink.with_legend(figure, axes, 3)


def _draw_case(ax: ink.Axes, case: str, table: ink.Table) -> None:
    """Draw one case; its first bounds are those at the original."""
    part = table["case"] == case
    step, far, lower, upper, judged = (
        table[name][part] for name in ("step", "ratio", "lower", "upper", "judgement")
    )
    label = "bounds at the original"
    ax.axhspan(lower[0], upper[0], color=ink.COLOURS[4], alpha=0.25, linewidth=0, label=label)
    ax.fill_between(
        step, np.maximum(lower, 1e-4), upper, color=ink.COLOURS[5], alpha=0.3, linewidth=0,
        label="bounds at the unlearned model",
    )  # fmt: skip
    ax.plot(step, far, color="black", linewidth=0.8, label="true distance")
    for name, look in JUDGED.items():
        ink.kind(ax, judged == name, (step, far), *look, mfc=None)
    at = int(np.flatnonzero(table["newton_case"] == case)[0])
    colour = JUDGED[table["newton_judgement"][at]][1]
    label = "one Newton step instead (same colours)"
    ax.plot(1, table["newton_ratio"][at], "*", color=colour, ms=13, mec="black", label=label)
    ax.set_xscale("symlog", linthresh=1.0)
    ax.set(yscale="log", ylim=(3e-3, 2e3), xlabel="steps of descent-ascent")
