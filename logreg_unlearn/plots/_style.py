"""One style and one palette for every figure: axes, legends, saving."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from logreg_unlearn.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
GREY = "#666666"
HELPED, HARMED = "#0072B2", "#D55E00"
RATIO = "distance to oracle / original's"
"""Label of what the sweep draws: above 1 is worse than doing nothing."""

_STYLE = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "legend.fontsize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "figure.dpi": 100,
    "savefig.dpi": 160,
    "svg.hashsalt": "logreg-unlearn",
    "svg.fonttype": "path",
}


@contextmanager
def style() -> Iterator[None]:
    """Apply the project's style to what is drawn and saved inside the block."""
    import matplotlib

    with matplotlib.rc_context(_STYLE):
        yield


def new_figure(
    rows: int = 1, columns: int = 1, *, size: tuple[float, float] = (6.4, 4.0), **options: Any
) -> tuple[Figure, np.ndarray]:
    """Return a figure and its axes as an array of shape (rows, columns).

    Parameters
    ----------
    rows, columns : int
    size : tuple of float
        Width and height in inches.
    **options
        Passed on to ``Figure.subplots`` (``sharex``, ``sharey``, ``width_ratios`` ...).
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def files(figure: Figure, name: str) -> dict[str, bytes]:
    """Return ``name.png`` and ``name.svg`` of a figure: equal figures give equal bytes."""
    made = {}
    for suffix, options in (("png", {}), ("svg", {"metadata": {"Date": None}})):
        stream = BytesIO()
        figure.savefig(stream, format=suffix, **options)
        made[f"{name}.{suffix}"] = stream.getvalue()
    return made


def save(figure: Figure, folder: Path, name: str) -> tuple[Path, Path]:
    """Write ``name.png`` and ``name.svg`` into a folder, each whole or not at all."""
    made = files(figure, name)
    for file, content in made.items():
        write_bytes(folder / file, content)
    return folder / f"{name}.png", folder / f"{name}.svg"


def plain(text: str) -> str:
    """Return a name that is drawn as it is spelt: a dollar sign would begin a formula."""
    return text.replace("$", r"\$")


def look(cycle: tuple[Any, ...], k: int) -> Any:
    """Return the k-th look of a cycle; the eighth series looks like the first."""
    return cycle[k % len(cycle)]


def mark_unity(axes: Axes, label: str = "as far as the original model") -> None:
    """Draw the line at ratio 1: above it, unlearning was worse than doing nothing."""
    axes.axhline(1.0, color="black", linewidth=1.0, zorder=1, label=label)


def legend_below(figure: Figure, axes: np.ndarray, columns: int) -> None:
    """Put one legend below all panels: every label that any of them carries, once."""
    entries: dict[str, Any] = {}
    for ax in axes.flat:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    # an entry is about 2.6 inches wide: more columns than fit would be cut off
    fitting = max(1, min(columns, int(figure.get_figwidth() // 2.6)))
    rows = -(-len(entries) // fitting)
    figure.set_figheight(figure.get_figheight() + 0.2 * max(0, rows - 3))
    figure.legend(list(entries.values()), list(entries), loc="outside lower center", ncols=fitting)
