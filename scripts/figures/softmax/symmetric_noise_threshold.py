"""Label noise of one rate in both sets moves no threshold."""

import numpy as np

from logreg_unlearn.theory import softmax as theory

from .. import ink
from ._block import LIFT, corner, solved

F, K, S, NOISE = 0.2, 4, 10.0, (0.0, 0.3, 0.8)
CAPTION = (
    f"Distance of descent-ascent's minimum from the oracle over the original's in one block (K = "
    f"{K}, f = {F:g}, s = {S:g}) against the lift, when the same part of the labels in both sets "
    "is uniform noise. Whatever that part, the ratio passes 1 at f/(1+f)."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the solver's ratio of distances."""
    rows = []
    for noise in NOISE:
        labels = (1 - noise) * corner(K) + noise / K
        for lift in np.linspace(0.02, 0.95, 10 if quick else 20):
            oracle, original, unlearned = solved(S, lift, F, labels, labels)
            far, near = np.linalg.norm(unlearned - oracle), np.linalg.norm(original - oracle)
            rows.append((noise, lift, far / near))
    return ink.columns(("noise", "lift", "ratio"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.6, 4.6))
    for k, noise in enumerate(NOISE):
        part = table["noise"] == noise
        x, y = table["lift"][part], table["ratio"][part]
        ax.plot(x, y, color=ink.COLOURS[k], linewidth=0.8)
        ink.points(ax, k, x, y, rf"noise $\nu={noise:g}$, solver")
    ink.unity(ax)
    threshold = float(theory.symmetric_noise_threshold(F))
    label = rf"$\rho=f/(1+f)={threshold:.3f}$"
    ax.axvline(threshold, color="black", linestyle=":", linewidth=1.6, label=label)
    ax.set(yscale="log", xlabel=LIFT, ylabel=ink.RATIO)
    return ink.with_legend(figure, ax, 3)
