"""Time many forget sets of one data set together against one by one.

Descent-ascent runs against a loop over `run`, certified oracles against a loop over warm starts and
against refits by scikit-learn.  Interleaved runs on one BLAS thread; medians of process time, and
ratios within one run.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.many import minimise_many
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run
from logreg_unlearn.unlearn.together import run_together

SIZES = ((200, 5, 64), (569, 30, 64), (2000, 20, 64), (20_000, 50, 16), (2000, 200, 32))
STEPS = 500
RIDGE = 1e-2


def sets(n: int, d: int, count: int, share: float, seed: int) -> list[UnlearningProblem]:
    """Random forget sets of one data set; a share of 0 leaves out one row."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, d))
    labels = np.where(features @ rng.normal(size=d) + rng.normal(size=n) > 0, 1.0, -1.0)
    size = max(1, round(share * n))
    masks = [rng.permutation(n) < size for _ in range(count)]
    first = UnlearningProblem(features, labels, masks[0], ridge=RIDGE)
    return [first, *(first.forgetting(mask) for mask in masks[1:])]


def refits(problems: list[UnlearningProblem]) -> Callable[[], object] | None:
    """Return scikit-learn's loop over the retain sets; None without scikit-learn."""
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        return None
    features, labels = problems[0].features, problems[0].labels
    keeps = [~problem.forget for problem in problems]

    def loop() -> None:
        for keep in keeps:
            model = LogisticRegression(
                C=1.0 / (keep.sum() * RIDGE), fit_intercept=False, solver="newton-cholesky",
                tol=1e-10, max_iter=1000,
            )  # fmt: skip
            model.fit(features[keep], labels[keep])

    return loop


def medians(jobs: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Process time of each job, runs taking turns."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(repeats):
        for name, job in jobs.items():
            begin = time.process_time()
            job()
            times[name].append(time.process_time() - begin)
    return {name: float(np.median(values)) for name, values in times.items()}


def compare(n: int, d: int, count: int, share: float, repeats: int, seed: int) -> None:
    """Print one line: our times a set, and those of the loops over ours."""
    problems = sets(n, d, count, share, seed)
    objectives = [problem.oracle() for problem in problems]
    start = minimise(problems[0].original()).w
    found = minimise_many(objectives, start)
    starts, method = [start] * count, simultaneous()
    # a negative tolerance never stops early: every run takes all its steps
    options: dict[str, Any] = dict(steps=STEPS, step_size=0.5, tolerance=-1.0)
    jobs: dict[str, Callable[[], object]] = {
        "oracles": lambda: minimise_many(objectives, start),
        "warm loop": lambda: [minimise(each, start) for each in objectives],
        "runs": lambda: run_together(method, problems, starts, oracles=found, **options),
        "run loop": lambda: [
            run(method, each, start, oracle=oracle, **options)
            for each, oracle in zip(problems, found, strict=True)
        ],
    }
    if loop := refits(problems):
        jobs["scikit-learn"] = loop
    seconds = medians(jobs, repeats)
    label = "one row" if share == 0.0 else f"{100 * share:.0f} %"
    line = f"{n:>6} x {d:<3} {count:>3} sets of {label:<8}"
    line += f" oracle {1e3 * seconds['oracles'] / count:8.3f} ms"
    line += f"   warm loop {seconds['warm loop'] / seconds['oracles']:5.2f}x"
    if loop:
        line += f"   newton-cholesky {seconds['scikit-learn'] / seconds['oracles']:6.2f}x"
    line += f"   step {1e6 * seconds['runs'] / count / STEPS:8.2f} us"
    line += f"   loop over run {seconds['run loop'] / seconds['runs']:5.2f}x"
    print(line, flush=True)


def main() -> None:
    """Run the sizes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print("process time of a set; the loops' times over ours")
    with threadpool_limits(1):
        for n, d, count in SIZES:
            for share in (0.0, 0.1):
                compare(n, d, count, share, options.repeats, options.seed)


if __name__ == "__main__":
    main()
