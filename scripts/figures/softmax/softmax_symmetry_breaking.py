"""Beyond sigma = K - 1 + e^-K descent-ascent makes up a wrong class."""

import numpy as np
from scipy.special import softmax

from logreg_unlearn.theory import softmax as theory
from logreg_unlearn.theory.softmax.breaking import broken_curve

from .. import ink
from ._block import corner, solved

CLASSES, F, TRACE, LIFT = (3, 4, 6), 0.2, 1e-3, 2.0
CAPTION = (
    "Probability of the wrong class that descent-ascent favours in a block whose samples all have "
    "one label, against sigma, for three numbers of classes: the symmetric point (solid while it "
    "is a minimum, dotted beyond), the exact curve of points with one large logit, and the end of "
    f"descent-ascent from the original (lift {LIFT:g}) when a part {TRACE:g} of the retained "
    "labels is one wrong class. Where the symmetric point is lost, at K - 1 + e^-K, the flow ends "
    "near certainty in a class that hardly anything in the data ever said."
)


def compute(quick: bool = False) -> ink.Table:
    """Return where descent-ascent ends under a trace of label noise."""
    rows = []
    for k in CLASSES:
        noisy = (1 - TRACE) * corner(k) + TRACE * np.eye(k)[1]
        for sigma in np.linspace(0.5, 7.0, 10 if quick else 27):
            oracle, _, unlearned = solved(sigma / (LIFT - 1), LIFT, F, noisy, corner(k))
            rows.append((k, sigma, softmax(unlearned)[1], softmax(oracle)[1]))
    return ink.columns(("classes", "sigma", "unlearned", "oracle"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(len(CLASSES), size=(10.6, 4.4), sharey=True)
    for ax, k in zip(axes, CLASSES, strict=True):
        lost = k - 1 + np.exp(-float(k))
        for part, line, label in (
            (np.linspace(0.05, lost, 200), "-", "symmetric point, a minimum"),
            (np.linspace(lost, 7.2, 200), ":", "symmetric point, a saddle"),
        ):
            m = theory.softmax_minimiser(part, 2.0, F, k).descent_ascent
            other = 1 / (np.exp(m) + k - 1)
            ax.plot(part, other, color=ink.COLOURS[0], linestyle=line, label=label)
        sigma, large, _ = broken_curve(np.linspace(1e-3, 7.2, 600), k)
        turn = int(np.argmin(sigma))
        made_up = large / sigma
        look = {"color": ink.COLOURS[1]}
        ax.plot(sigma[turn:], made_up[turn:], label="one wrong class made up, outer part", **look)
        if turn:
            inner, words = made_up[: turn + 1], "one wrong class made up, inner part"
            ax.plot(sigma[: turn + 1], inner, linestyle=":", label=words, **look)
        part = table["classes"] == k
        at = table["sigma"][part]
        ink.points(ax, 2, at, table["unlearned"][part], "descent-ascent, trace of noise")
        ink.points(ax, 3, at, table["oracle"][part], "oracle, same data")
        label = r"$\sigma=K-1+e^{-K}$"
        ax.axvline(lost, color="black", linestyle="--", linewidth=1.0, label=label)
        ax.set(xlabel=r"$\sigma=s(\rho-1)$", title=f"K = {k}", xlim=(0.0, 7.2))
    axes[0].set_ylabel("probability of one wrong class")
    return ink.with_legend(figure, axes, 3)
