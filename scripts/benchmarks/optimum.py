"""Time the certified oracle against scikit-learn, SciPy, glum and statsmodels.

A peer's cell is its process time over ours, in brackets the gradient norm that it reached, and
where that is ten times ours or more the ratio to our time to the peer's norm.
"""

from __future__ import annotations

import warnings

from _peers import OTHERS, SKLEARN, TITLES, against, solvers
from _timing import SIZES, arguments, header, labelled, one_core, positive, row, size, sized

import numpy as np

from logreg_unlearn.problem.objective import Objective

RIDGES = (1e-2, 1e-4, 1e-6, 1e-8)
PEERS = (*SKLEARN, *OTHERS)
LARGE = 5e5
"""Entries from which a third of the repeats will do."""


def compare(n: int, d: int, ridge: float, repeats: int, seed: int, names: list[str]) -> None:
    """Print the row of one size and ridge."""
    features, labels = labelled(n, d, seed)
    objective = Objective(labels[:, None] * features, np.full(n, 1.0 / n), ridge)
    fits = {k: fit for k, fit in solvers(features, labels, ridge).items() if k in names}
    row(f"{n} × {d}", f"{ridge:.0e}", *against(objective, fits, names, repeats))


def main() -> None:
    """Run the sizes and ridges that are asked for, by default all of them."""
    parser = arguments(__doc__, repeats=11)
    parser.add_argument(
        "--sizes", nargs="+", type=sized, default=SIZES, metavar="NxD", help="rows x columns"
    )
    parser.add_argument(
        "--ridges",
        nargs="+",
        type=positive,
        default=RIDGES,
        metavar="RIDGE",
        help="mean convention",
    )
    parser.add_argument(
        "--peers",
        nargs="+",
        default=PEERS,
        choices=PEERS,
        metavar="NAME",
        help=f"{', '.join(PEERS)} (default: all)",
    )
    options = parser.parse_args()
    if options.quick:
        options.sizes, options.ridges, options.repeats = ("60x3",), (1e-2,), 1
    warnings.simplefilter("ignore")  # peers that stop short say so; the norm is in the table
    header("size", "ridge", *TITLES, *options.peers)
    with one_core():
        for n, d in map(size, options.sizes):
            repeats = options.repeats if n * d < LARGE else max(3, options.repeats // 3)
            for ridge in options.ridges:
                compare(n, d, ridge, repeats, options.seed, list(options.peers))


if __name__ == "__main__":
    main()
