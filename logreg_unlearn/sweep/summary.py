"""The sweep in a table and in one line: medians, spreads, shares, the worst case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import closing

import numpy as np

from logreg_unlearn.sweep.groups import Group, Key, Tally, grouped
from logreg_unlearn.sweep.regions import lift_region, regions
from logreg_unlearn.sweep.row import Row

__all__ = ["DEPENDENCE", "Group", "dependence_key", "grouped", "headline", "regions", "summarise"]

DEPENDENCE = {
    "blocks": "lift",
    "two-directions": "cosine",
    "gaussian": "cosine",
    "real": "measured cosine",
}
"""What the column ``correlation`` is called in each model."""


def summarise(rows: Iterable[Row]) -> list[Group]:
    """Summarise rows per model and dependence; real data per forget set, then per data set."""
    with closing(Tally()) as by_dependence, closing(Tally()) as by_set:
        for row in rows:
            by_dependence.add(dependence_key(row), row)
            if row.model == "real":
                by_set.add(("real, data set", row.dataset), row)
        return by_dependence.groups() + by_set.groups()


def dependence_key(row: Row) -> Key:
    """Return the model and, in words, the dependence between forget and retain set."""
    if row.model == "real":
        return "real, forget set", row.forget_kind
    if row.model == "blocks":
        return row.model, lift_region(row)
    if row.model == "gaussian":
        return row.model, f"cosine {row.correlation:+.2f}"
    low = min(0.25 * np.floor(row.correlation / 0.25 + 1e-9), 0.75)  # 1 joins the last bin
    return row.model, f"cosine {low:+.2f} ... {low + 0.25:+.2f}"


def headline(rows: Iterable[Row]) -> str:
    """Return the sweep in one sentence: of which grid how many ended farther, and the worst.

    The share is one of the grid's points and moves with them; `regions` says where it comes from.
    """
    farther, worst = 0, None
    models, losses, diverged = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        farther += row.farther
        models[row.model] += 1
        losses[row.loss] += 1
        if row.verdict == "DIVERGED":
            diverged[row.loss] += 1
        if np.isfinite(row.ratio_final) and (worst is None or row.ratio_final > worst.ratio_final):
            worst = row
    total = models.total()
    grid = ", ".join(f"{count} {name}" for name, count in models.items())
    text = (
        f"{farther} of {total} case{'s' if total > 1 else ''} ({100 * farther / total:.0f} %) "
        f"of this grid ({grid}) ended farther from the oracle than the original model"
        f"{_diverged(diverged, len(losses))}"
    )
    if worst is None or worst.ratio_final <= 1.0:
        return text + "."
    times = (
        f"{worst.ratio_final:,.0f}x" if worst.ratio_final >= 1e3 else f"{worst.ratio_final:.3g}x"
    )
    where = worst.dataset if worst.model == "real" else worst.model
    return (
        f"{text}; the worst that stayed finite ended {times} as far "
        f"({where}, {worst.method}, {worst.loss} loss, forget {worst.forget_kind}, "
        f"{DEPENDENCE[worst.model]} {worst.correlation:.2f}, f = {worst.forget_fraction:.3g}, "
        f"ridge {worst.ridge:g})."
    )


def _diverged(by_loss: Counter[str], losses: int) -> str:
    """Say how many diverged, and under which of the losses that ran."""
    if not by_loss:
        return ""
    text = f", {by_loss.total()} of them by diverging"
    if losses == 1:
        return text
    if len(by_loss) == 1:
        return f"{text}, all under the {next(iter(by_loss))} loss"
    shares = ", ".join(f"{count} under the {loss} loss" for loss, count in by_loss.items())
    return f"{text} ({shares})"
