"""Print the slack of every bound on real data, and what a Newton step leaves, as Markdown.

The second table is of digits_3v8 with rows of length 1: 60 random rows forgotten in the mean
convention, over draws of the forget set.
"""

from __future__ import annotations

from collections.abc import Sequence

from _common import entry, parser
from figures.guarantees.newton_residual import FORGOTTEN, NAMES, residuals
from figures.removal._slack import DATA, RIDGES, slack

import numpy as np

DRAWS, RIDGE = 40, 0.001


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float) -> str:
    """Return two figures, without an exponent where there is room."""
    return f"{value:.0f}" if 10 <= value < 1e5 else f"{value:.2g}"


def slacks() -> str:
    """Return bound over truth: a line for each bound, in each cell the ridges."""
    found = {name: [slack(name, ridge) for ridge in RIDGES] for name in DATA}
    bounds = found[DATA[0]][0]
    cells = [
        [bound, *(", ".join(number(case[bound]) for case in found[name]) for name in DATA)]
        for bound in bounds
    ]
    return table(["bound / truth", *DATA], cells)


def draws() -> str:
    """Return least, median and greatest residual and bounds over draws of the forget set."""
    found = np.array([list(residuals(RIDGE, seed).values()) for seed in range(DRAWS)])
    cells = [
        [NAMES[name], *(f"{value:.2g}" for value in np.quantile(column, (0.0, 0.5, 1.0)))]
        for name, column in zip(NAMES, found.T, strict=True)
    ]
    return table([f"{FORGOTTEN} rows, ridge {RIDGE:g}", "least", "median", "greatest"], cells)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both tables."""
    parser(__doc__ or "").parse_args(arguments)
    print(f"Ridges {', '.join(f'{r:g}' for r in RIDGES)} in every cell.\n\n{slacks()}\n\n{draws()}")
    return 0


if __name__ == "__main__":
    entry(main)
