"""Time many forget sets of one data set together against one by one.

Certified oracles against a loop over warm starts and against refits by scikit-learn, descent-ascent
runs against a loop over `run`: process time of a set or of its step, and the other's over it.
"""

from __future__ import annotations

from typing import Any

from _timing import Job, arguments, header, labelled, medians, one_core, peer, ratio, row

import numpy as np

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.many import minimise_many
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run
from logreg_unlearn.unlearn.together import run_together

SIZES: tuple[tuple[int, int, int], ...] = (
    (200, 5, 64),
    (569, 30, 64),
    (2000, 20, 64),
    (20_000, 50, 16),
    (2000, 200, 32),
)
STEPS = 500
RIDGE = 1e-2


def sets(n: int, d: int, count: int, share: float, seed: int) -> list[UnlearningProblem]:
    """Random forget sets of one data set; a share of 0 leaves out one row."""
    rng = np.random.default_rng(seed)
    features, labels = labelled(n, d, seed)
    size = max(1, round(share * n))
    masks = [rng.permutation(n) < size for _ in range(count)]
    first = UnlearningProblem(features, labels, masks[0], ridge=RIDGE)
    return [first, *(first.forgetting(mask) for mask in masks[1:])]


def refits(problems: list[UnlearningProblem]) -> Job | None:
    """Return scikit-learn's loop over the retain sets; None without scikit-learn."""
    linear = peer("sklearn.linear_model")
    if linear is None:
        return None
    features, labels = problems[0].features, problems[0].labels
    keeps = [~problem.forget for problem in problems]

    def loop() -> None:
        for keep in keeps:
            model = linear.LogisticRegression(
                C=1.0 / (keep.sum() * RIDGE), fit_intercept=False, solver="newton-cholesky",
                tol=1e-10, max_iter=1000,
            )  # fmt: skip
            model.fit(features[keep], labels[keep])

    return loop


def compare(n: int, d: int, count: int, share: float, steps: int, repeats: int, seed: int) -> None:
    """Print the row of one size and share."""
    problems = sets(n, d, count, share, seed)
    objectives = [problem.oracle() for problem in problems]
    start = minimise(problems[0].original()).w
    found = minimise_many(objectives, start)
    starts, method = [start] * count, simultaneous()
    # a negative tolerance never stops early: every run takes all its steps
    options: dict[str, Any] = dict(steps=steps, step_size=0.5, tolerance=-1.0)
    jobs: dict[str, Job] = {
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
    seconds = {name: taken for name, (taken, _) in medians(jobs, repeats).items()}
    refit = ratio(seconds["scikit-learn"], seconds["oracles"]) if loop else "–"
    row(
        f"{n} × {d}", count, "one row" if share == 0.0 else f"{100 * share:.0f} %",
        f"{1e3 * seconds['oracles'] / count:.3f}", ratio(seconds["warm loop"], seconds["oracles"]),
        refit, f"{1e6 * seconds['runs'] / count / steps:.2f}",
        ratio(seconds["run loop"], seconds["runs"]),
    )  # fmt: skip


def main() -> None:
    """Run the sizes."""
    options = arguments(__doc__, repeats=5).parse_args()
    sizes, steps, repeats = SIZES, STEPS, options.repeats
    if options.quick:
        sizes, steps, repeats = ((40, 2, 3),), 20, 1
    header(
        "size", "sets", "left out", "oracle, ms", "warm loop", "newton-cholesky", "step, µs",
        "loop over `run`",
    )  # fmt: skip
    with one_core():
        for n, d, count in sizes:
            for share in (0.0, 0.1):
                compare(n, d, count, share, steps, repeats, options.seed)


if __name__ == "__main__":
    main()
