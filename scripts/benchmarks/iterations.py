"""Time descent-ascent steps against plain NumPy, a jitted JAX scan and closed-form torch.

Peers' process time over ours, all in double precision on one core.  The last two columns are what
a step of ours cannot do without: two products with the data, and an exponential a row.
"""

from __future__ import annotations

from functools import partial

from _steps import alone, jax_scan, plain, torch_steps
from _timing import Job, arguments, header, labelled, medians, one_core, ratio, row

import numpy as np

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run

SIZES = ((200, 2, 100_000), (2000, 20, 20_000), (20_000, 50, 3_000))
PEERS = ("plain NumPy", "JAX scan", "torch", "its products alone", "its exponentials alone")
SHORTER = 10
"""Where every step is called from Python a share of the steps tells the time of one."""


def compare(n: int, d: int, steps: int, repeats: int, seed: int) -> None:
    """Print the row of one size."""
    features, labels = labelled(n, d, seed)
    problem = UnlearningProblem(features, labels, np.arange(n) < n // 5, ridge=1e-2)
    oracle, start = minimise(problem.oracle()), minimise(problem.original()).w
    # a negative tolerance never stops early: every run takes all its steps
    descend = partial(run, simultaneous(), problem, start, oracle=oracle, tolerance=-1.0)
    size, objective = descend(steps=1).step_size, problem.descent_ascent()
    few = max(steps // SHORTER, 1)
    jobs: dict[str, tuple[int, Job | None]] = {
        "ours": (steps, partial(descend, steps=steps, step_size=size)),
        "plain NumPy": (few, partial(plain, objective, start, size, few)),
        "JAX scan": (steps, jax_scan(objective, start, size, steps)),
        "torch": (few, torch_steps(objective, start, size, few)),
        **{name: (few, job) for name, job in alone(n, d, few).items()},
    }
    times = medians({name: job for name, (_, job) in jobs.items() if job is not None}, repeats)
    step = {name: taken / jobs[name][0] for name, (taken, _) in times.items()}
    cells = [ratio(step[name], step["ours"]) if name in step else "–" for name in PEERS]
    row(f"{n} × {d}", f"{1.0 / step['ours']:,.0f}", *cells)


def main() -> None:
    """Run the three sizes."""
    options = arguments(__doc__, repeats=7).parse_args()
    sizes = ((20, 2, 20),) if options.quick else SIZES
    header("size", "steps a second", *PEERS)
    with one_core():
        for n, d, steps in sizes:
            compare(n, d, steps, 1 if options.quick else options.repeats, options.seed)


if __name__ == "__main__":
    main()
