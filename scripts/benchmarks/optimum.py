"""Time the certified oracle against scikit-learn, SciPy, glum and statsmodels.

A peer's cell is its process time over ours, in brackets the gradient norm that it reached, and
where that is ten times ours or more the ratio to our time to the peer's norm.
"""

from __future__ import annotations

import warnings
from functools import partial

from _peers import TOLERANCE, solvers
from _timing import arguments, header, labelled, medians, one_core, ratio, row, seconds, size

import numpy as np

from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.optimum import minimise

__all__ = ["PEERS", "seconds"]

SIZES = (
    "569x30", "2000x20", "20000x50", "100000x100", "500000x20", "2000x500", "5000x1000", "300x2000",
)  # fmt: skip
RIDGES = (1e-2, 1e-4, 1e-6, 1e-8)
PEERS = ("newton-cholesky", "lbfgs", "newton-cg")
OTHERS = ("trust-ncg", "L-BFGS-B", "glum", "statsmodels")
LARGE = 5e5
"""Entries from which a third of the repeats will do."""


def compare(n: int, d: int, ridge: float, repeats: int, seed: int, names: list[str]) -> None:
    """Print the row of one size and ridge."""
    features, labels = labelled(n, d, seed)
    objective = Objective(labels[:, None] * features, np.full(n, 1.0 / n), ridge)
    fits = {k: fit for k, fit in solvers(features, labels, ridge).items() if k in names}
    ends: dict[str, np.ndarray] = {}
    jobs = {name: partial(lambda name: ends.update({name: fits[name]()}), name) for name in fits}
    optimum = minimise(objective)
    times = medians({"ours": partial(minimise, objective), **jobs}, repeats)
    reached = {name: float(np.linalg.norm(objective.gradient(end))) for name, end in ends.items()}
    scale = min(1.0, float(objective.gradient_scale()))
    short = [name for name, norm in reached.items() if norm > 10.0 * TOLERANCE * scale]
    loose = {name: partial(minimise, objective, tolerance=reached[name] / scale) for name in short}
    to_that = medians(loose, repeats)
    ours, wall = times["ours"]
    cells = []
    for name in names:
        if name not in fits:
            cells.append("–")
            continue
        cell = f"{ratio(times[name][0], ours)} ({reached[name]:.0e}"
        if name in short:
            cell += f"; to that {ratio(times[name][0], to_that[name][0])}"
        cells.append(cell + ")")
    row(
        f"{n} × {d}", f"{ridge:.0e}", f"{1e3 * ours:.2f} ({1e3 * wall:.2f})",
        optimum.status.name, f"{optimum.gradient_norm:.0e}", f"{optimum.radius:.0e}", *cells,
    )  # fmt: skip


def main() -> None:
    """Run the sizes and ridges that are asked for, by default all of them."""
    parser = arguments(__doc__, repeats=11)
    parser.add_argument("--sizes", nargs="*", default=SIZES)
    parser.add_argument("--ridges", nargs="*", type=float, default=RIDGES)
    parser.add_argument("--peers", nargs="*", default=(*PEERS, *OTHERS), choices=(*PEERS, *OTHERS))
    options = parser.parse_args()
    if options.quick:
        options.sizes, options.ridges, options.repeats = ("60x3",), (1e-2,), 1
    warnings.simplefilter("ignore")  # peers that stop short say so; the norm is in the table
    header("size", "ridge", "ours, ms (wall)", "status", "gradient", "radius", *options.peers)
    with one_core():
        for n, d in map(size, options.sizes):
            repeats = options.repeats if n * d < LARGE else max(3, options.repeats // 3)
            for ridge in options.ridges:
                compare(n, d, ridge, repeats, options.seed, list(options.peers))


if __name__ == "__main__":
    main()
