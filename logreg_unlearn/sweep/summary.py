"""The sweep in a table and in one line: medians, spreads, shares, the worst case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from logreg_unlearn.sweep.case import BLOCK_SHARE, Row
from logreg_unlearn.theory.single_coordinate import da_branches, harm_threshold

Key = tuple[str, str]


@dataclass(frozen=True)
class Group:
    """Cases that share a key, summarised.

    Attributes
    ----------
    key : tuple of str
        Model and dependence.
    cases : int
    final, best : tuple of float
        5 %, 50 % and 95 % quantiles of the ratio to the original's distance: of the end point
        (``inf`` where it diverged) and of the best early stop, which peeks at the oracle.
    farther, diverged : int
        Cases that ended farther than the original (diverged ones included), and diverged ones.
    """

    key: Key
    cases: int
    final: tuple[float, float, float]
    best: tuple[float, float, float]
    farther: int
    diverged: int


def summarise(rows: Sequence[Row]) -> list[Group]:
    """Summarise rows per model and correlation; real data per forget set, then per data set."""
    measured = [row for row in rows if row.model == "real"]
    per_set = grouped(measured, lambda row: ("real, data set", row.dataset))
    return grouped(rows, correlation_key) + per_set


def correlation_key(row: Row) -> Key:
    """Return the model and, in words, the dependence between forget and retain set."""
    if row.model == "real":
        return "real, forget set", row.forget_kind
    if row.model == "blocks":
        return row.model, _lift_region(row)
    if row.model == "gaussian":
        return row.model, f"correlation {row.correlation:+.2f}"
    low = min(0.25 * np.floor(row.correlation / 0.25 + 1e-9), 0.75)  # 1 joins the last bin
    return row.model, f"cosine {low:+.2f} ... {low + 0.25:+.2f}"


def _lift_region(row: Row) -> str:
    """Return where a lift lies between the theory's thresholds f/(1+f), 1 and 1 + 1/(es)."""
    lift = row.correlation
    threshold = float(harm_threshold(row.forget_fraction))
    if lift <= threshold:
        return "lift <= f/(1+f)"
    if lift < 1.0:
        return "f/(1+f) < lift < 1"
    if lift == 1.0:
        return "lift = 1 (w_D = w_R)"
    beyond = row.loss == "exponential" and lift > float(
        da_branches(BLOCK_SHARE / row.ridge, lift).fold
    )
    return "lift beyond the fold" if beyond else "1 < lift"


def grouped(rows: Sequence[Row], key: Callable[[Row], Key]) -> list[Group]:
    """Summarise rows by key, in the order in which the keys first appear."""
    members: dict[Key, list[Row]] = {}
    for row in rows:
        members.setdefault(key(row), []).append(row)
    return [
        Group(
            key=name,
            cases=len(group),
            final=_spread([row.ratio_final for row in group]),
            best=_spread([row.ratio_best for row in group]),
            farther=sum(row.farther for row in group),
            diverged=sum(row.verdict == "DIVERGED" for row in group),
        )
        for name, group in members.items()
    ]


def headline(rows: Sequence[Row]) -> str:
    """Return the sweep in one sentence: how many ended farther, and the worst finite case."""
    total = len(rows)
    farther = sum(row.farther for row in rows)
    diverged = sum(row.verdict == "DIVERGED" for row in rows)
    finite = [row for row in rows if np.isfinite(row.ratio_final)]
    text = (
        f"{farther} of {total} case{'s' if total > 1 else ''} ({100 * farther / total:.0f} %) "
        "ended farther from the oracle than the original model"
    )
    text += f", {diverged} of them by diverging" if diverged else ""
    worst = max(finite, key=lambda row: row.ratio_final, default=None)
    if worst is None or worst.ratio_final <= 1.0:
        return text + "."
    times = (
        f"{worst.ratio_final:,.0f}x" if worst.ratio_final >= 1e3 else f"{worst.ratio_final:.3g}x"
    )
    where = worst.dataset if worst.model == "real" else worst.model
    return (
        f"{text}; the worst that stayed finite ended {times} as far "
        f"({where}, {worst.method}, {worst.loss} loss, forget {worst.forget_kind}, correlation "
        f"{worst.correlation:.2f}, f = {worst.forget_fraction:.3g}, ridge {worst.ridge:g})."
    )


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    # "higher" and "lower" never interpolate, so an infinite ratio stays infinite and no NaN arises
    low = float(np.quantile(values, 0.05, method="lower"))
    middle = float(np.quantile(values, 0.5, method="inverted_cdf"))
    high = float(np.quantile(values, 0.95, method="higher"))
    return low, middle, high
