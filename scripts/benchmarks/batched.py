"""Time batches of small problems against a loop over their configurations.

Interleaved runs on one core.  A row counts as often as its problem has distinct rows, for
``stack`` merges the equal ones.
"""

from __future__ import annotations

import argparse
import os
import time

import numpy as np
from threadpoolctl import threadpool_limits

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.batched import descend, stack
from logreg_unlearn.unlearn.driver import run

SIZES = ((2, 1, 20_000), (4, 1, 20_000), (8, 2, 5_000), (20, 2, 2_000), (60, 3, 500))
STEPS = 1_000
STEP_SIZE = 0.1


def problem(n: int, d: int, rng: np.random.Generator) -> UnlearningProblem:
    """Gaussian rows, half of which are to be forgotten."""
    labels = rng.choice([-1.0, 1.0], n)
    return UnlearningProblem(
        rng.normal(size=(n, d)), labels, np.arange(n) < n // 2, ridge=rng.uniform(0.1, 1.0)
    )


def compare(n: int, d: int, count: int, repeats: int, seed: int) -> None:
    """Print one line: configurations times steps a second, and the loop's time over ours."""
    rng = np.random.default_rng(seed)
    problems = [problem(n, d, rng) for _ in range(count)]
    batch, start = stack([each.descent_ascent() for each in problems]), np.zeros((count, d))
    looped = [(each, minimise(each.oracle())) for each in problems[:10]]
    ours, loop = [], []
    for _ in range(repeats):
        begin = time.perf_counter()
        descend(batch, start, STEP_SIZE, steps=STEPS)
        ours.append((time.perf_counter() - begin) / (count * STEPS))
        begin = time.perf_counter()
        for each, oracle in looped:
            # a negative tolerance never stops early: every run takes all its steps
            run(
                simultaneous(), each, np.zeros(d), steps=STEPS, step_size=STEP_SIZE,
                oracle=oracle, tolerance=-1.0,
            )  # fmt: skip
        loop.append((time.perf_counter() - begin) / (len(looped) * STEPS))
    seconds = float(np.median(ours))
    print(
        f"{count:>6} problems of {n:>2} x {d} {1e-6 / seconds:>7.1f} million steps/s   "
        f"loop {float(np.median(loop)) / seconds:5.0f}x our time",
        flush=True,
    )


def main() -> None:
    """Run the sizes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with threadpool_limits(1):
        for n, d, count in SIZES:
            compare(n, d, count, options.repeats, options.seed)


if __name__ == "__main__":
    main()
