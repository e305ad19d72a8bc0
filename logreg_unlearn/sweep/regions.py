"""The share that ended farther, by region of the theory of descent-ascent.

==============  ==========================================================================
model           regions, for each forget fraction f
==============  ==========================================================================
blocks          the lift against f/(1+f), where harm begins, 1, where the original is the
                oracle, and the fold 1 + 1/(es) (exponential loss)
two-directions  the exact distances of the end point and of the original; no stationary
                point; several, between which the start decides (logistic loss)
gaussian        the cosine against 1 - 1/(2 f^2), where harm begins as the ridge grows
real            no theory: the measured cosine of the mean gradients
==============  ==========================================================================
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from logreg_unlearn.sweep.boundary import log_ratio
from logreg_unlearn.sweep.case import BLOCK_SHARE
from logreg_unlearn.sweep.groups import Group, Key, grouped
from logreg_unlearn.sweep.row import Row
from logreg_unlearn.theory.iterations import strong_ridge_harm_correlation
from logreg_unlearn.theory.single_coordinate import da_branches, harm_threshold


def regions(rows: Sequence[Row]) -> list[Group]:
    """Summarise the rows of descent-ascent by region; the theory is about no other method."""
    models = list(dict.fromkeys(row.model for row in rows))
    ours = sorted(
        (row for row in rows if row.method == "da"),
        key=lambda r: (models.index(r.model), _fraction(r), r.correlation),
    )
    plane = _plane([row for row in ours if row.model == "two-directions"])
    return grouped(ours, lambda row: _region(row, plane))


def lift_region(row: Row) -> str:
    """Return where a lift lies between the theory's thresholds f/(1+f), 1 and 1 + 1/(es)."""
    lift = row.correlation
    if lift <= float(harm_threshold(row.forget_fraction)):
        return "lift <= f/(1+f)"
    if lift < 1.0:
        return "f/(1+f) < lift < 1"
    if lift == 1.0:
        return "lift = 1 (w_D = w_R)"
    beyond = row.loss == "exponential" and lift > float(
        da_branches(BLOCK_SHARE / row.ridge, lift).fold
    )
    return "lift beyond the fold" if beyond else "1 < lift"


def overlap_and_share(row: Row) -> tuple[float, float]:
    """Return ``epsilon`` and ``alpha`` of a row of the two-directions model."""
    return float(row.dataset.partition("=")[2]), float(row.forget_kind.partition("=")[2])


def _fraction(row: Row) -> float:
    return 0.0 if row.model == "real" else row.forget_fraction  # whole rows: nearly, not equal


def _region(row: Row, plane: dict[Row, str]) -> Key:
    if row.model == "real":
        return "real, measured", _cosine_range(row.correlation)
    title = f"{row.model}, f = {row.forget_fraction:g}"
    if row.model == "blocks":
        return title, lift_region(row)
    if row.model == "two-directions":
        return title, plane[row]
    beyond = row.correlation > float(strong_ridge_harm_correlation(row.forget_fraction))
    return title, f"cosine {'>' if beyond else '<='} 1-1/(2f^2)"


def _cosine_range(cosine: float) -> str:
    if cosine < 0.0:
        return "cosine < 0"
    return "0 <= cosine < 0.5" if cosine < 0.5 else "cosine >= 0.5"


def _plane(rows: Sequence[Row]) -> dict[Row, str]:
    """Return the region of each row, computed together where loss, ridge and f agree."""
    found: dict[Row, str] = {}
    for loss, ridge, f in dict.fromkeys((r.loss, r.ridge, r.forget_fraction) for r in rows):
        part = [r for r in rows if (r.loss, r.ridge, r.forget_fraction) == (loss, ridge, f)]
        epsilon, alpha = np.array([overlap_and_share(row) for row in part]).T
        missing = "no stationary point" if loss == "exponential" else "several end points"
        for row, value in zip(part, log_ratio(loss, epsilon, alpha, ridge, f), strict=True):
            words = "closer" if value < 0.0 else "farther"
            found[row] = missing if np.isnan(value) else f"exact: {words}"
    return found
