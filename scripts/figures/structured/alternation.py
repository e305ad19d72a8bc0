"""How the rounds of alternation close in on the joint oracle, on rows of scanned digits."""

import numpy as np

from logreg_unlearn.assess.structured import Comparison, compare
from logreg_unlearn.data.digit_rows import digit_rows
from logreg_unlearn.problem.chains import Chains

from .. import ink

FORGET = ("a tenth of the images", "half of the eights")
COUPLING, RIDGE, ROUNDS = 0.5, 0.01, 40
IMAGES = 120
"""Images of a quick run, of 357."""


def comparisons(quick: bool = False, seed: int = 0) -> dict[str, Comparison]:
    """Return the ways of forgetting compared, for each forget set of whole images."""
    data = digit_rows()
    chosen = data.images < (IMAGES if quick else np.inf)
    images, digits = data.images[chosen], data.digits[chosen]
    generator = np.random.default_rng(seed)
    everything, eights = np.unique(images), np.unique(images[digits == 8])
    gone = (
        generator.permutation(everything)[: len(everything) // 10],
        generator.permutation(eights)[: len(eights) // 2],
    )
    return {
        name: compare(
            Chains(data.features[chosen], data.labels[chosen], np.isin(images, some), COUPLING,
                   RIDGE), ROUNDS,
        )
        for name, some in zip(FORGET, gone, strict=True)
    }  # fmt: skip


def compute(quick: bool = False) -> ink.Table:
    return tabulate(comparisons(quick))


def tabulate(found: dict[str, Comparison]) -> ink.Table:
    """Return what every round leaves, its certificate, and where descent-ascent ends."""
    rows, ends = [], []
    for name, result in found.items():
        for k, (left, bound) in enumerate(zip(result.left, result.rounds.bounds, strict=True)):
            rows.append((name, k, left, bound / result.distance_original))
        ends.append((name, result.ratio, result.rate))
    return {
        **ink.columns(("forget", "round", "left", "certified"), rows),
        **ink.columns(("of", "descent-ascent", "rate"), ends),
    }


def CAPTION(table: ink.Table) -> str:
    first, tenth = (table["left"][table["round"] == k] for k in (1, 10))
    harm = table["descent-ascent"]
    return (
        "Rows of scanned threes and eights as chains of ink and no ink given the row above "
        f"(coupling {COUPLING}, ridge {RIDGE}): distance to the joint oracle over the original's, "
        "by rounds of message passing and logistic regression, with its certificate, for two "
        f"forget sets. Messages frozen at the original (round 1) leave {_between(first)} of it and "
        f"ten rounds {_between(tenth)}, near the oracle every round removes at least what the "
        f"dotted slope says, and descent-ascent ends {harm.min():.0f} to {harm.max():.0f} times as "
        "far as the original."
    )


def _between(shares: np.ndarray) -> str:
    return f"{shares.min():.1%} to {shares.max():.1%}"


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.4, 5.0))
    for k, name in enumerate(table["of"]):
        part = table["forget"] == name
        at, left = table["round"][part], table["left"][part]
        ink.points(ax, k, at, left, f"{name}: distance", linestyle="-")
        ink.curve(ax, k, at, table["certified"][part], f"{name}: certificate", linestyle="--")
        ax.axhline(
            table["descent-ascent"][k], color=ink.COLOURS[k], linestyle="-.",
            label=f"{name}: descent–ascent",
        )  # fmt: skip
    rounds = np.unique(table["round"])
    # the same slope for both: the forget sets change the largest curvature little
    slope = table["rate"].max() ** rounds
    ax.plot(rounds, slope, color="black", linestyle=":", label="slope of the bound on the rate")
    ink.unity(ax)
    ax.set(yscale="log", xlabel="rounds", ylabel=ink.RATIO)
    return ink.with_legend(figure, ax, 2)
