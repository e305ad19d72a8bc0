"""A larger ridge does not only shrink the toy's minimiser: it turns it, and decisions flip."""

import numpy as np

from logreg_unlearn.theory import nonconvex_toy as theory
from logreg_unlearn.theory.nonconvex_toy import Reading

from .. import ink
from ._reading import DEFAULT, W1, W2, described, plain, reading_of, verdict


def CAPTION(table: ink.Table) -> str:
    return (
        "The pretrained global minimiser against the ridge, in the weight plane and as a "
        f"direction (one reading of the text: {plain(reading_of(table))}). A radial response would "
        "stay on the dashed line: the direction turns, decisions flip, and local minima appear "
        "and disappear."
    )


def compute(quick: bool = False, reading: Reading = DEFAULT) -> ink.Table:
    """Return minimiser, direction, decisions and number of minima for every ridge."""
    ridges = np.geomspace(0.01, 100.0, 17 if quick else 49)
    scan = theory.toy_ridge_is_not_radial(ridges, reading)
    return {
        "ridge": ridges, "w1": scan.w[:, 0], "w2": scan.w[:, 1], "angle": scan.angle,
        "turning": scan.turning, "decisions": np.array(scan.decisions),
        "minima": np.array(scan.minima), "reading": np.array([reading.name]),
    }  # fmt: skip


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.8, 4.4))
    ridges, w = table["ridge"], np.stack([table["w1"], table["w2"]])
    base, angle = int(np.argmin(np.abs(ridges - 0.1))), np.rad2deg(table["angle"])
    ink.curve(left, 0, w[0], w[1], "minimiser as the ridge changes")
    ray = np.outer(w[:, base], [0.0, w[0].max() / w[0, base]])
    ink.curve(left, 1, ray[0], ray[1], r"ray of the minimiser at $\lambda=0.1$")
    for signs, marker in zip(dict.fromkeys(table["decisions"]), ink.MARKERS, strict=False):
        chosen = table["decisions"] == signs
        ink.kind(left, chosen, (w[0], w[1]), marker, "black", verdict(str(signs)))
    left.set(xlabel=W1, ylabel=W2)
    ink.curve(right, 0, ridges, angle)
    right.axhline(angle[base], color=ink.COLOURS[1], linestyle="--", label="radial response")
    several = table["minima"] > 1
    if several.any():
        label = f"{table['minima'].max()} local minima (elsewhere 1)"
        right.axvspan(*ridges[several][[0, -1]], color="#E0E0E0", label=label)
    right.set(xscale="log", xlabel=r"ridge $\lambda$")
    right.set_ylabel("direction of the minimiser (degrees)")
    right.legend(loc="center left", frameon=True)
    figure.suptitle(described(reading_of(table), "") + "; pretrained", fontsize=10)
    return ink.with_legend(figure, left, 4)
