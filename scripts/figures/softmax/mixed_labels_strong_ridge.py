"""Where labels differ between both sets, whether descent-ascent harms depends on the ridge."""

import numpy as np

from logreg_unlearn.theory import softmax as theory

from .. import ink
from ._block import LIFT, corner, solved

F, STRENGTHS = 0.1, (0.01, 1.0, 10.0, 100.0)
CASES = {"mislabelled: q another class": (2, 0.0), "q half right, half uniform": (3, 0.5)}
CAPTION = (
    f"Distance of descent-ascent's minimum from the oracle over the original's in one block (f = "
    f"{F:g}) against the lift, for two mixes of forgotten labels and four strengths, with the "
    "limit of a strong ridge. The solver meets the limit at s = 0.01, but at other ridges the "
    "curves pass 1 elsewhere, so that no threshold of the lift alone survives."
)


def _labels(k: int, part: float) -> tuple[np.ndarray, np.ndarray]:
    """Return labels of the retained and of the forgotten samples."""
    retain = 0.8 * corner(k) + 0.2 / k if part else corner(k)
    return retain, part * corner(k) + (1 - part) * (np.full(k, 1 / k) if part else np.eye(k)[1])


def compute(quick: bool = False) -> ink.Table:
    """Return the solver's ratio of distances."""
    rows = []
    for case, (k, part) in CASES.items():
        for s in STRENGTHS:
            for lift in np.geomspace(2e-3, 0.9, 8 if quick else 16):
                oracle, original, unlearned = solved(s, lift, F, *_labels(k, part))
                far, near = np.linalg.norm(unlearned - oracle), np.linalg.norm(original - oracle)
                rows.append((case, s, lift, far / near))
    return ink.columns(("case", "strength", "lift", "ratio"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(len(CASES), size=(9.4, 4.6), sharey=True)
    lift = np.geomspace(1e-3, 1.0, 400)
    for ax, (case, (k, part)) in zip(axes, CASES.items(), strict=True):
        limit = theory.mixed_labels_strong_ridge(*_labels(k, part), lift, F)
        ax.plot(lift, limit, color="black", linestyle="--", label="limit of a strong ridge, exact")
        for j, s in enumerate(STRENGTHS):
            chosen = (table["case"] == case) & (table["strength"] == s)
            x, y = table["lift"][chosen], table["ratio"][chosen]
            ax.plot(x, y, color=ink.COLOURS[j], linewidth=0.8)
            ink.points(ax, j, x, y, f"s = {s:g}, solver")
        ink.unity(ax)
        ax.set(xscale="log", yscale="log", xlabel=LIFT, title=case)
    axes[0].set_ylabel(ink.RATIO)
    return ink.with_legend(figure, axes, 3)
