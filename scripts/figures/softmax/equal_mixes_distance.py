"""With the same labels in both sets the distance to the oracle falls along the whole path."""

import numpy as np

from logreg_unlearn.theory.softmax.equal_mixes import label_path

from .. import ink

S = 1e4
MIXES = {
    "three labels": np.array([0.6, 0.3, 0.1]),
    "two of 1000 labels": np.append([0.7, 0.3], np.zeros(998)),
    "one likely, 100 late, 899 never": np.concatenate([[0.5], np.full(100, 0.005), np.zeros(899)]),
}
CAPTION = (
    "Distance of the minimiser of t times the block's loss and the ridge from the oracle (t = s = "
    f"{S:g}), over the oracle's length, for three label mixes that retain and forget set share. "
    "The original is at 1 - f(1 - lift) and descent-ascent at 1 - lift on the axis t/s: it falls "
    "all the way, so the nearer to 1 is the closer, and the threshold of the lift is f/(1+f)."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the closed form's path at times up to that of the oracle."""
    rows = []
    for k, labels in enumerate(MIXES.values()):
        oracle = label_path(labels, np.asarray(S))
        for part in np.geomspace(1e-5, 1.0, 30 if quick else 90):
            away = np.linalg.norm(oracle - label_path(labels, np.asarray(S * part)))
            rows.append((k, part, away / np.linalg.norm(oracle)))
    return ink.columns(("mix", "place", "distance"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.6, 4.6))
    for k, name in enumerate(MIXES):
        part = table["mix"] == k
        ink.curve(ax, k, table["place"][part], table["distance"][part], name)
    ax.set(
        xscale="log",
        xlabel=r"place on the path, $t/s$",
        ylabel=r"distance to the oracle, $\Vert u(s)-u(t)\Vert/\Vert u(s)\Vert$",
    )
    return ink.with_legend(figure, ax, 3)
