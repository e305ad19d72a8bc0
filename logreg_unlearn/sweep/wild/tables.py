"""The paper's Table 1 and the panels of its figures, from the cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from logreg_unlearn.sweep.wild.cell import PARTS, Cell
from logreg_unlearn.sweep.wild.compare import (
    ASCENTS,
    best,
    by_set,
    looks_forgotten,
    of,
    only,
    visible_gap,
)
from logreg_unlearn.sweep.wild.published import ANCHOR
from logreg_unlearn.sweep.wild.removals import RETRAIN, settings
from logreg_unlearn.sweep.wild.run import STOPPING, SWEPT_SETS

WITHOUT = tuple(name for name in settings() if name != RETRAIN)
NAMES = {"forget": "F", "retain": "R", "held_out": "held out"}
SERIES = {
    "GA": ("ga",),
    "descent-ascent": ("gda",),
    "SCRUB": ("scrub",),
    "fine-tuning": ("finetune",),
    "removal without ascent": WITHOUT,
}
"""Label of a series and its methods."""


@dataclass(frozen=True)
class Gap:
    """How far original and oracle are apart, and the best of each method: a row of ``gaps.csv``.

    Attributes
    ----------
    dataset, family : str
    rows, forget_set, size : int
    accuracy_forget, accuracy_retain, accuracy_held_out : float
        Original minus oracle, in percentage points.
    klom_forget, klom_retain, klom_held_out : float
        Of the original, 95th percentile.
    floor : float
        The largest of the three floors.
    ga, gda, scrub, finetune, removal : float
        Largest KLoM of the three parts at the best setting.
    """

    dataset: str
    rows: int
    forget_set: int
    family: str
    size: int
    accuracy_forget: float
    accuracy_retain: float
    accuracy_held_out: float
    klom_forget: float
    klom_retain: float
    klom_held_out: float
    floor: float
    ga: float
    gda: float
    scrub: float
    finetune: float
    removal: float


def gap_rows(cells: Sequence[Cell]) -> list[Gap]:
    """Return a row for every data set and forget set."""
    rows = []
    for group in by_set(cells).values():
        start, aim = only(group, "original"), only(group, "oracle")
        measured = {f"klom_{p}": getattr(start, f"klom_{p}") for p in PARTS} | {
            (name := f"accuracy_{p}"): 100 * (getattr(start, name) - getattr(aim, name))
            for p in PARTS
        }
        rows.append(
            Gap(
                start.dataset, start.rows, start.forget_set, start.family, start.size, **measured,
                floor=start.floor, removal=best(group, WITHOUT).worst,
                **{m: best(group, (m,)).worst for m in (*ASCENTS, "finetune")},
            )
        )  # fmt: skip
    return rows


def gap_text(rows: Sequence[Gap]) -> str:
    """Return the table as text of at most 100 columns."""
    lines = [
        "Original minus oracle: accuracy in points, KLoM at the 95th percentile (F, R, held out);",
        "then the largest KLoM of the three at each method's best setting.",
        "",
        f"{'data set (rows)':22}{'F':>9}{'size':>5}  {'accuracy':^17}  {'KLoM':^18}"
        f"{'floor':>6}{'GA':>6}{'GDA':>6}{'SCRUB':>6}{'removal':>8}",
    ]
    last = ""
    for row in rows:
        named = f"{row.dataset} ({row.rows})"
        shown, last = "" if named == last else named, named
        accuracy = "".join(f"{getattr(row, f'accuracy_{p}'):+6.1f}" for p in PARTS)
        klom = "".join(f"{getattr(row, f'klom_{p}'):6.2f}" for p in PARTS)
        ends = "".join(f"{v:6.2f}" for v in (row.floor, row.ga, row.gda, row.scrub))
        name = f"{row.forget_set} {row.family}"
        lines.append(f"{shown:22}{name:>9}{row.size:5d} {accuracy}  {klom}{ends}{row.removal:8.2f}")
    return "\n".join(lines) + "\n"


def cost_panels(cells: Sequence[Cell], dataset: str) -> list[dict[str, Any]]:
    """Return panels of `plots.klom_over_cost`: a row for a forget set, a column for a part."""
    panels = []
    for (name, number), group in by_set(cells).items():
        if name != dataset or number not in SWEPT_SETS:
            continue
        start = only(group, "original")
        for part in PARTS:
            series = []
            for label, methods in SERIES.items():
                found = of(group, *methods)
                series.append(
                    {
                        "label": label,
                        "cost": np.array([c.cost for c in found]),
                        "klom": np.array([getattr(c, f"klom_{part}") for c in found]),
                    }
                )
            panels.append(
                {
                    "title": f"{start.size} {start.family}, on {NAMES[part]}",
                    "floor": getattr(start, f"floor_{part}"),
                    "original": getattr(start, f"klom_{part}"),
                    "retraining": only(group, RETRAIN).cost,
                    "series": series,
                }
            )
    return panels


def gap_panels(rows: Sequence[Gap]) -> list[dict[str, Any]]:
    """Return panels of `plots.gaps`: one for a data set."""
    panels = []
    for dataset in dict.fromkeys(row.dataset for row in rows):
        part = [row for row in rows if row.dataset == dataset]
        panels.append(
            {
                "title": f"{dataset}, {part[0].rows} rows",
                "sets": [f"{f} {k}" for f in ("random", "PC1", "PC2") for k in ("S", "M", "L")]
                if len(part) == 9
                else [f"{row.family}, {row.size}" for row in part],
                "floor": float(np.median([row.floor for row in part])),
                "series": [
                    {"label": f"on {NAMES[p]}", "klom": [getattr(r, f"klom_{p}") for r in part]}
                    for p in PARTS
                ],
            }
        )
    return panels


def stopping_panels(cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """Return panels of `plots.stopping`: a row for a data set, a column for a family of sets."""
    panels = []
    for group in by_set(cells).values():
        swept = of(group, STOPPING)
        if not swept:
            continue
        start, aim = only(group, "original"), only(group, "oracle")
        gap = visible_gap(group)
        rates = sorted({c.rate for c in swept})
        epochs = sorted({c.epochs for c in swept})
        at = {(c.epochs, c.rate): c for c in swept}
        panels.append(
            {
                "title": f"{start.dataset}, {start.size} {start.family}",
                "rates": [rate / ANCHOR for rate in rates],
                "epochs": epochs,
                "ratio": np.array([[at[e, r].ratio for r in rates] for e in epochs]),
                "looks": np.array(
                    [[looks_forgotten(at[e, r], aim, gap) for r in rates] for e in epochs]
                ),
            }
        )
    return panels
