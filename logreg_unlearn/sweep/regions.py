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

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing

import numpy as np

from logreg_unlearn.problem.losses import get_loss
from logreg_unlearn.sweep.boundary import log_ratio
from logreg_unlearn.sweep.case import BLOCK_SHARE
from logreg_unlearn.sweep.groups import Group, Key, Tally
from logreg_unlearn.sweep.row import Row
from logreg_unlearn.theory.iterations import strong_ridge_harm_correlation
from logreg_unlearn.theory.single_coordinate import da_branches, harm_threshold

PART = 4096
"""Rows of two directions whose exact distances are computed together."""


def regions(rows: Iterable[Row]) -> list[Group]:
    """Summarise the rows of descent-ascent by region; the theory is about no other method.

    The regions are ordered by model, forget fraction and the lowest correlation in them.
    """
    models: dict[str, int] = {}
    first: dict[Key, tuple[float, ...]] = {}
    with closing(Tally()) as tally:

        def add(key: Key, place: int, row: Row) -> None:
            where = (models[row.model], _fraction(row), row.correlation, place)
            first[key] = min(first.get(key, where), where)
            tally.add(key, row)

        planes: dict[tuple[str, float, float], list[tuple[int, Row]]] = {}
        for place, row in enumerate(rows):
            models.setdefault(row.model, len(models))
            if row.method != "da":
                continue
            if row.model != "two-directions":
                add(_region(row), place, row)
                continue
            part = planes.setdefault((row.loss, row.ridge, row.forget_fraction), [])
            part.append((place, row))
            if len(part) == PART:
                _add_plane(part, add)
                part.clear()
        for part in planes.values():
            _add_plane(part, add)
        return sorted(tally.groups(), key=lambda group: first[group.key])


def lift_region(row: Row) -> str:
    """Return where a lift lies between the theory's thresholds f/(1+f), 1 and 1 + 1/(es)."""
    lift = row.correlation
    if lift <= float(harm_threshold(row.forget_fraction)):
        return "lift <= f/(1+f)"
    if lift < 1.0:
        return "f/(1+f) < lift < 1"
    if lift == 1.0:
        return "lift = 1 (w_D = w_R)"
    beyond = get_loss(row.loss).unbounded and lift > float(
        da_branches(BLOCK_SHARE / row.ridge, lift).fold
    )
    return "lift beyond the fold" if beyond else "1 < lift"


def overlap_and_share(row: Row) -> tuple[float, float]:
    """Return ``epsilon`` and ``alpha`` of a row of the two-directions model."""
    return float(row.dataset.partition("=")[2]), float(row.forget_kind.partition("=")[2])


def _fraction(row: Row) -> float:
    return 0.0 if row.model == "real" else row.forget_fraction  # whole rows: nearly, not equal


def _region(row: Row) -> Key:
    if row.model == "real":
        return "real, measured", _cosine_range(row.correlation)
    if row.model == "blocks":
        return _title(row), lift_region(row)
    beyond = row.correlation > float(strong_ridge_harm_correlation(row.forget_fraction))
    return _title(row), f"cosine {'>' if beyond else '<='} 1-1/(2f^2)"


def _title(row: Row) -> str:
    return f"{row.model}, f = {row.forget_fraction:g}"


def _cosine_range(cosine: float) -> str:
    if cosine < 0.0:
        return "cosine < 0"
    return "0 <= cosine < 0.5" if cosine < 0.5 else "cosine >= 0.5"


def _add_plane(part: Sequence[tuple[int, Row]], add: Callable[[Key, int, Row], None]) -> None:
    """Add rows of one loss, ridge and forget fraction: their exact distances come together."""
    if not part:
        return
    row = part[0][1]
    epsilon, alpha = np.array([overlap_and_share(row) for _, row in part]).T
    missing = "no stationary point" if get_loss(row.loss).unbounded else "several end points"
    exact = log_ratio(row.loss, epsilon, alpha, row.ridge, row.forget_fraction)
    for (place, row), value in zip(part, exact, strict=True):
        words = "closer" if value < 0.0 else "farther"
        add((_title(row), missing if np.isnan(value) else f"exact: {words}"), place, row)
