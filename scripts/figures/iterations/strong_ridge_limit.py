"""Under a strong ridge harm is a matter of correlation and forget fraction alone."""

import numpy as np

from logreg_unlearn.data.synthetic import gaussian_classes
from logreg_unlearn.theory import iterations as theory

from .. import ink
from .._solving import minima, problem_of, ratio

RIDGE = 1e3
CAPTION = (
    f"Certified descent-ascent minimisers of Gaussian problems (logistic loss, ridge {RIDGE:g}, "
    "equal mean norms) with the exact boundary of the strong-ridge limit. Below a forget fraction "
    "of one half descent-ascent harms at every correlation; above it, it harms exactly to the "
    "upper side of the curve."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the ratio of distances over forget fraction and correlation."""
    rows = []
    for fraction in np.linspace(0.1, 0.9, 9 if quick else 17):
        for c in np.linspace(-1.0, 1.0, 9 if quick else 21):
            data = gaussian_classes(c, n=400, d=4, forget_fraction=fraction, seed=0)
            problem = problem_of(data, RIDGE)
            rows.append((problem.forget_fraction, c, ratio(*minima(problem))))
    return ink.columns(("fraction", "correlation", "ratio"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.4, 4.4))
    at, harmed = (table["fraction"], table["correlation"]), table["ratio"] > 1
    ink.kind(ax, harmed, at, "s", ink.HARMED, "ends farther than the original")
    ink.kind(ax, ~harmed, at, "o", ink.HELPED, "ends closer")
    fine = np.linspace(0.4, 0.95, 400)
    boundary = theory.strong_ridge_harm_correlation(fine)
    ax.plot(fine, boundary, color="black", label=r"theory: $c=1-1/(2f^2)$")
    ax.set(ylim=(-1.1, 1.1), xlabel=r"forget fraction $f$")
    ax.set_ylabel(r"correlation $c$ of the class means")
    return ink.with_legend(figure, ax, 3)
