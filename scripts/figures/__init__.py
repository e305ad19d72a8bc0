"""A figure for each claim that has one: ``<stem>/<slug>.py``, one lesson a file.

Each file reads: docstring; ``CAPTION``, two sentences (a function of the table where it quotes
its numbers); ``compute(quick)``, the numbers drawn, by column; ``draw(table)``, the figure, from
the table and closed forms alone, in the style that :func:`drawn` sets.  Which figures there are,
the registry of claims says.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from logreg_unlearn.claims import load_claims

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure with its numbers and what to see in it.

    Attributes
    ----------
    figure : matplotlib Figure
    table : mapping of str to array (1-d)
        Columns of the CSV beside the figure; shorter ones are padded with empty cells.
    caption : str
        Two sentences: what is drawn, and what to see.
    """

    figure: Figure
    table: Mapping[str, Any]
    caption: str


def stems() -> dict[str, str]:
    """Return the stem of every claim that has a figure, by slug, in the order of the theory."""
    return {claim.slug: claim.stem for claim in load_claims() if "figure" not in claim.gaps}


def drawn(slug: str, quick: bool = False, **variant: Any) -> Drawing:
    """Compute and draw the figure of a claim; a variant is handed to its ``compute``."""
    from logreg_unlearn import plots

    module = import_module(f".{stems()[slug]}.{slug}", __name__)
    table = module.compute(quick, **variant)
    caption = module.CAPTION if isinstance(module.CAPTION, str) else module.CAPTION(table)
    with plots.style():
        return Drawing(module.draw(table), table, caption)


def image(figure: Figure, **options: Any) -> bytes:
    """Return a figure in the project's style as the bytes of a file (``savefig``'s options)."""
    from logreg_unlearn import plots

    stream = io.BytesIO()
    with plots.style():
        figure.savefig(stream, **options)
    return stream.getvalue()


def csv_text(table: Mapping[str, Any]) -> str:
    """Return a table as CSV."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(table)
    writer.writerows(zip_longest(*table.values(), fillvalue=""))
    return stream.getvalue()


def write(slug: str, drawing: Drawing, folder: Path) -> None:
    """Write PNG, SVG and CSV, all whole or none."""
    from logreg_unlearn.files import write_files

    made = {
        f"{slug}.png": image(drawing.figure, format="png"),
        f"{slug}.svg": image(drawing.figure, format="svg", metadata={"Date": None}),
        f"{slug}.csv": csv_text(drawing.table).encode(),
    }
    write_files(folder, made)
