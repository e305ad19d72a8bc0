"""The classical noise is generous at small epsilon and too little at large epsilon."""

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import guarantees as theory

from .. import ink

DELTAS = (0.5, 1e-2, 1e-5, 1e-10)
PROVED = 2 * np.log(2.5)
CAPTION = (
    "True delta over the delta claimed for the noise sqrt(2 ln(1.25/delta))/epsilon times the "
    "distance, with points by quadrature, and for the noise that suffices at every epsilon "
    "(dashed). Left of the dotted line the rule is proved, and wasteful; each curve passes 1 "
    "further right, and there the rule promises what it does not keep."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the true delta of the rule's noise by quadrature."""
    rows = []
    for delta in DELTAS:
        for epsilon in np.geomspace(0.3, 30, 7 if quick else 15):
            ratio = epsilon / np.sqrt(2 * np.log(1.25 / delta))
            rows.append((delta, epsilon, _quadrature(ratio, epsilon) / delta))
    return ink.columns(("delta", "epsilon", "reached over claimed"), rows)


def _quadrature(ratio: float, epsilon: float) -> float:
    """Integrate the positive part of p - e^epsilon q for normal densities p and q."""
    edge = epsilon / ratio + ratio / 2
    x: Array = edge + np.linspace(0.0, 12.0 + max(0.0, ratio - edge), 20_001)
    log = -((x - ratio) ** 2) / 2 - np.log(2 * np.pi) / 2
    gain = -np.exp(log) * np.expm1(epsilon - ratio * x + ratio**2 / 2)
    return float(np.sum((gain[1:] + gain[:-1]) * np.diff(x)) / 2)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.8, 4.6))
    epsilon = np.geomspace(0.3, 30, 200)
    for k, delta in enumerate(DELTAS):
        part, rule = table["delta"] == delta, theory.classical_noise_rule(epsilon, delta)
        ink.curve(ax, k, epsilon, rule.reached / delta)
        sound = theory.gaussian_guarantee(1 / rule.any_epsilon, epsilon).delta
        ink.curve(ax, k, epsilon, sound / delta, linestyle="--", linewidth=0.9)
        found = table["epsilon"][part], table["reached over claimed"][part]
        ink.points(ax, k, *found, rf"$\delta={delta:g}$")
    ax.axhline(1.0, color="black", linewidth=1.0, label="as claimed")
    ax.axvline(PROVED, color="black", linestyle=":", label=r"proved up to $2\,\ln(5/2)$")
    ax.set(xscale="log", yscale="log", ylim=(1e-4, 1e4), xlabel=r"$\varepsilon$")
    ax.set_ylabel(r"true $\delta$ / claimed $\delta$")
    return ink.with_legend(figure, ax, 3)
