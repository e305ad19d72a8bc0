"""Time batches of small problems against a loop over their configurations and against `jax.vmap`.

The loop's and the peer's process time over ours.  A row counts as often as its problem has distinct
rows, for ``stack`` merges the equal ones.
"""

from __future__ import annotations

from functools import partial

from _steps import jax_vmap
from _timing import Job, arguments, header, medians, one_core, ratio, row

import numpy as np

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.batched import descend, stack
from logreg_unlearn.unlearn.driver import run

SIZES: tuple[tuple[int, int, int], ...] = (
    (2, 1, 20_000), (4, 1, 20_000), (8, 2, 5_000), (20, 2, 2_000), (60, 3, 500), (200, 5, 200),
)  # fmt: skip
STEPS = 1_000
STEP_SIZE = 0.1
LOOPED = 10
"""Problems of the loop: what one costs, the others do."""


def problem(n: int, d: int, rng: np.random.Generator) -> UnlearningProblem:
    """Gaussian rows, half of which are to be forgotten."""
    labels = rng.choice([-1.0, 1.0], n)
    return UnlearningProblem(
        rng.normal(size=(n, d)), labels, np.arange(n) < n // 2, ridge=rng.uniform(0.1, 1.0)
    )


def compare(n: int, d: int, count: int, steps: int, repeats: int, seed: int) -> None:
    """Print the row of one size."""
    rng = np.random.default_rng(seed)
    problems = [problem(n, d, rng) for _ in range(count)]
    batch, start = stack([each.descent_ascent() for each in problems]), np.zeros((count, d))
    # a negative tolerance never stops early: every run takes all its steps
    runs = [
        partial(
            run, simultaneous(), each, np.zeros(d), steps=steps, step_size=STEP_SIZE,
            oracle=minimise(each.oracle()), tolerance=-1.0,
        )
        for each in problems[:LOOPED]
    ]  # fmt: skip
    jobs: dict[str, tuple[int, Job | None]] = {
        "ours": (count, partial(descend, batch, start, STEP_SIZE, steps=steps)),
        "loop": (len(runs), lambda: [each() for each in runs]),
        "vmap": (count, jax_vmap(batch, start, STEP_SIZE, steps)),
    }
    times = medians({name: job for name, (_, job) in jobs.items() if job is not None}, repeats)
    step = {name: taken / (jobs[name][0] * steps) for name, (taken, _) in times.items()}
    vmap = ratio(step["vmap"], step["ours"]) if "vmap" in step else "–"
    speed = f"{1e-6 / step['ours']:.1f}"
    row(f"{n} × {d}", f"{count:,}", speed, ratio(step["loop"], step["ours"]), vmap)


def main() -> None:
    """Run the sizes."""
    options = arguments(__doc__, repeats=5).parse_args()
    sizes, steps, repeats = SIZES, STEPS, options.repeats
    if options.quick:
        sizes, steps, repeats = ((4, 1, 20),), 20, 1
    header("size", "problems", "million steps a second", "loop over `run`", "`jax.vmap`")
    with one_core():
        for n, d, count in sizes:
            compare(n, d, count, steps, repeats, options.seed)


if __name__ == "__main__":
    main()
