"""The lift from which descent-ascent harms is f/(1+f), for any number of classes."""

import numpy as np

from logreg_unlearn.theory import softmax as theory

from .. import ink
from ._block import LIFT, corner, solved

F, CLASSES, STRENGTHS = 0.2, (2, 3, 10), (1.0, 30.0)
CAPTION = (
    "Distance of the minimum that descent-ascent reaches from the oracle over the original's, in "
    f"one block with one label (f = {F:g}), against the lift, for three numbers of classes and two "
    "strengths: closed form of the symmetric point, and a solver on all K logits. All curves pass "
    "1 at f/(1+f), and beyond lift 1, where a solver may end at another minimum than the symmetric "
    "one, every one of them is far out."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the solver's ratio of distances."""
    rows, rng = [], np.random.default_rng(0)
    below = np.linspace(0.02, 0.98, 6 if quick else 12)
    for s in STRENGTHS:
        for k in CLASSES:
            for lift in (*below, *np.linspace(1.1, 1.9, 3 if quick else 5)):
                noise = rng.dirichlet(np.ones(k)) * 1e-9  # lets a saddle be left
                retain = corner(k) * (1 - 1e-9) + noise
                oracle, original, unlearned = solved(s, lift, F, retain, corner(k))
                far, near = np.linalg.norm(unlearned - oracle), np.linalg.norm(original - oracle)
                rows.append((s, k, lift, far / near))
    return ink.columns(("strength", "classes", "lift", "ratio"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, axes = ink.panels(len(STRENGTHS), size=(9.4, 4.6), sharey=True)
    lift = np.concatenate([np.linspace(5e-3, 0.999, 400), np.linspace(1.001, 2.0, 300)])
    for ax, s in zip(axes, STRENGTHS, strict=True):
        for k, classes in enumerate(CLASSES):
            where = theory.softmax_minimiser(s, lift, F, classes)
            exact = (where.oracle - where.descent_ascent) / np.abs(where.oracle - where.original)
            part = (table["strength"] == s) & (table["classes"] == classes)
            found = table["lift"][part], table["ratio"][part]
            by = ("symmetric point", "solver")
            ink.pair(ax, k, (lift, exact), found, f"K = {classes}", by)
        ink.unity(ax)
        threshold = float(theory.softmax_harm_threshold(F))
        label = rf"$\rho=f/(1+f)={threshold:.3f}$"
        ax.axvline(threshold, color="black", linestyle=":", linewidth=1.6, label=label)
        ax.set(yscale="log", ylim=(5e-2, 3e3), xlabel=LIFT, title=f"strength s = {s:g}")
    axes[0].set_ylabel(ink.RATIO)
    return ink.with_legend(figure, axes, 4)
