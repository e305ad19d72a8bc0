"""One shared parameter: descent-ascent's distance over the original's, by the lift."""

from itertools import product

import numpy as np

from logreg_unlearn.problem.chain_objective import ChainObjective
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory.structured import structured_harm

from .. import ink

FRACTION, SHARE, RIDGE = 0.3, 0.6, 0.05
LABELS = {"all labels along": (1.0, 1.0, 1.0), "one against": (1.0, -1.0, 1.0)}
FEATURES = (1.0, 0.5, 0.8)
COUPLINGS = (-0.8, 0.8)
CAPTION = (
    "Chains of three sites with one shared parameter, three tenths forgotten: how far "
    "descent-ascent ends from the oracle over how far the original is, against the lift of their "
    "block, for two couplings and for labels along and partly against the features (ridge 0.05). "
    "Every curve crosses 1 at the same lift, f/(1+f), and none crosses back; it has a pole at "
    "lift 1, where the original is the oracle."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the ratio of distances for every coupling, labelling and lift."""
    lifts = np.concatenate([np.linspace(0.02, 0.96, 10), [1.0], np.linspace(1.04, 2.5, 8)])
    rows = []
    for name, coupling, lift in product(LABELS, COUPLINGS, lifts[:: 2 if quick else 1]):
        rows.append((name, coupling, lift, _ratio(np.array(LABELS[name]), coupling, lift)))
    return ink.columns(("labels", "coupling", "lift", "ratio"), rows)


def _ratio(labels: np.ndarray, coupling: float, lift: float) -> float:
    if lift == 1.0:  # the original is the oracle
        return np.nan
    features = np.array(FEATURES)[None, :, None]

    def at(coefficient: float) -> ChainObjective:
        weight = np.array([SHARE * coefficient])
        return ChainObjective(features, labels[None], weight, coupling, RIDGE)

    oracle, original = (minimise(at(c)).w for c in (1.0, 1.0 - FRACTION + FRACTION * lift))
    unlearned = minimise(at(1.0 - lift), original).w
    return float(abs(unlearned - oracle)[0] / abs(original - oracle)[0])


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.4, 4.8))
    for k, (name, coupling) in enumerate(product(LABELS, COUPLINGS)):
        part = (table["labels"] == name) & (table["coupling"] == coupling)
        label = f"{name}, J = {coupling:g}"
        ink.points(ax, k, table["lift"][part], table["ratio"][part], label, linestyle=":")
    threshold = float(structured_harm(FRACTION))
    ax.axvline(threshold, color="black", linestyle="--", label=r"$\rho = f/(1+f)$")
    ax.axhline(1.0, color=ink.GREY, linewidth=0.8)
    ax.set(yscale="log", xlabel=r"lift $\rho$", ylabel=ink.RATIO)
    return ink.with_legend(figure, ax, 2)
