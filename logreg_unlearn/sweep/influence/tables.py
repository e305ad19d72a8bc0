"""From rows to tables: what orders, what is calibrated, what size and dependence do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from logreg_unlearn.assess.candidates import RATIOS, SCORES
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.sweep.influence.ranks import Estimate, Resample, estimate, exponents, groups_of
from logreg_unlearn.sweep.influence.rows import Table, chosen
from logreg_unlearn.sweep.influence.states import SHIFTED

STRATA: dict[str, Callable[[Table], Array]] = {
    "overall": lambda t: groups_of(t["loss"]),
    "within data set": lambda t: groups_of(family(t)),
    "within forget kind": lambda t: groups_of(t["kind"]),
    "ridge, size": lambda t: groups_of(t["ridge"], t["size"]),
    "ridge, size, fraction": lambda t: groups_of(t["ridge"], t["size"], t["fraction"].round(2)),
}
FIXED = "ridge, size"
"""The stratum in which a candidate has to order problems: there the ridge cannot do it."""
ALL_FIXED = "ridge, size, fraction"
"""That in which 1/(f sqrt(ridge)) orders nothing, so that any order is a candidate's own."""
TRIVIAL = "trivial"


@dataclass(frozen=True)
class Skill:
    """How well a candidate does.

    Attributes
    ----------
    name : str
    correlation : mapping of stratum to Estimate
        Rank correlation with the ratio.
    beyond_trivial : Estimate
        Its correlation at fixed ridge and size minus that of ``trivial``.
    factor, factor_90 : float
        ``exp|log(predicted/actual)|``, median and 90 % quantile; NaN for a score.
    precision, recall : float
        Of "predicted below 1" for HELPED; NaN for a score, or where there is none.
    """

    name: str
    correlation: dict[str, Estimate]
    beyond_trivial: Estimate
    factor: float
    factor_90: float
    precision: float
    recall: float


def family(table: Table) -> Array:
    """Return the data set of each row, the shifted Gaussians as one."""
    return np.array([SHIFTED if name.startswith(SHIFTED) else name for name in table["dataset"]])


def skills(table: Table, resample: Resample) -> list[Skill]:
    """Return the skill of every candidate on the rows of one loss."""
    actual, groups = table["ratio"], {name: of(table) for name, of in STRATA.items()}
    trivial = resample.within(table[TRIVIAL], actual, groups[FIXED])
    made = []
    for name in (*RATIOS, *SCORES):
        found = {s: resample.within(table[name], actual, groups[s]) for s in STRATA}
        off, off_90 = _factors(table[name], actual) if name in RATIOS else (np.nan, np.nan)
        seen = _seen(table[name], table["verdict"]) if name in RATIOS else (np.nan, np.nan)
        made.append(
            Skill(
                name,
                {s: estimate(values) for s, values in found.items()},
                estimate(found[FIXED] - trivial),
                off,
                off_90,
                *seen,
            )
        )
    return made


def _factors(predicted: Array, actual: Array) -> tuple[float, float]:
    known = np.isfinite(predicted) & np.isfinite(actual) & (predicted > 0) & (actual > 0)
    if not known.any():
        return np.nan, np.nan
    off = np.abs(np.log(predicted[known] / actual[known]))
    return float(np.exp(np.median(off))), float(np.exp(np.quantile(off, 0.9)))


def _seen(predicted: Array, verdicts: Array) -> tuple[float, float]:
    said, helped = predicted < 1, verdicts == "HELPED"
    right = float(np.sum(said & helped))
    return (
        right / said.sum() if said.any() else np.nan,
        right / helped.sum() if helped.any() else np.nan,
    )


@dataclass(frozen=True)
class Helped:
    """The cases that ended closer to the oracle than the original.

    ``metastable`` counts those for which the same objective, descended from 0, ends elsewhere and
    lower; ``lost`` those of them that are farther than the original there. ``kinds`` and ``lower``
    count the helped and the metastable by forget kind.
    """

    cases: int
    helped: int
    metastable: int
    lost: int
    kinds: dict[str, int]
    lower: dict[str, int]


def helped(table: Table) -> Helped:
    """Count who was helped, and for how many of them that depends on the start."""
    part = chosen(table, table["verdict"] == "HELPED")
    lower = part["lower_from_zero"].astype(bool)
    return Helped(
        cases=len(table["ratio"]),
        helped=len(lower),
        metastable=int(lower.sum()),
        lost=int(np.sum(lower & (part["ratio_from_zero"] > 1))),
        kinds=_counts(part["kind"]),
        lower=_counts(part["kind"][lower]),
    )


def _counts(kinds: Array) -> dict[str, int]:
    return {str(kind): int(np.sum(kinds == kind)) for kind in np.unique(kinds)}


@dataclass(frozen=True)
class Growth:
    """The exponent of n in the ratio, for random forget sets.

    ``q`` is the median of ``(|w_DA|/|w_R|)^2``, ``measured`` the median slope of the log ratio over
    log n, ``law`` that of ``1/(2 (1 + q))`` at the same problems; over ``groups`` data sets and
    forget fractions.
    """

    regime: str
    q: float
    measured: float
    law: float
    groups: int


def growth(table: Table) -> list[Growth]:
    """Return the exponents of n where noise is short and where it is long, logistic loss."""
    part = chosen(table, (table["kind"] == "random") & np.isfinite(table["ratio"]))
    groups = groups_of(family(part), part["ridge"], part["fraction"].round(2))
    q = part["length_ratio"] ** 2
    slopes = exponents(np.log(part["rows"]), np.log(part["ratio"]), groups)
    centre = {g: float(np.median(q[groups == g])) for g in slopes}
    made = []
    for regime, inside in (("erasure, q < 1", True), ("noise, q > 1", False)):
        those = [g for g in slopes if (centre[g] < 1) is inside]
        if not those:
            continue
        law = [float(np.median(0.5 / (1 + q[groups == g]))) for g in those]
        made.append(
            Growth(
                regime,
                float(np.median([centre[g] for g in those])),
                float(np.median([slopes[g] for g in those])),
                float(np.median(law)),
                len(those),
            )
        )
    return made


@dataclass(frozen=True)
class Shift:
    """What the cosine of the class means does, at fixed ridge, size and fraction.

    Rank correlations of the cosine with three numbers, and their medians at each cosine.
    """

    ratio: Estimate
    final: Estimate
    original: Estimate
    medians: dict[float, tuple[float, float, float]]


def shift(table: Table, seed: int) -> Shift | None:
    """Return what the cosine does to both distances, or None without shifted sets."""
    part = chosen(table, np.char.startswith(table["dataset"].astype(str), SHIFTED))
    if not len(part["ratio"]):
        return None
    cosine = np.array([float(name.split()[1]) for name in part["dataset"]])
    groups = groups_of(part["ridge"], part["size"], part["fraction"].round(2))
    # draws at different cosines share their seed and size: they are one cluster
    resample = Resample(groups_of(part["size"], part["seed"]), seed)
    names = ("ratio", "distance_final", "distance_original")
    ratio, final, original = (
        estimate(resample.within(cosine, part[name], groups)) for name in names
    )
    medians: dict[float, tuple[float, float, float]] = {}
    for each in np.unique(cosine):
        at = cosine == each
        first, second, third = (float(np.median(part[name][at])) for name in names)
        medians[float(each)] = (first, second, third)
    return Shift(ratio, final, original, medians)
