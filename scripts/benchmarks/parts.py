"""Show where the time of a certified oracle goes, and at what rate its parts run.

Shares of process time: what reads the data, the exponentials, Hessians, their factors, line
searches, the certificate with all that it calls, and the rest (calls and small vectors).  Rates:
one pass (margins and gradient) in bytes of X read a second, an exponential slope by value, one
Hessian in additions and products a second if it were formed entry by entry.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from types import CodeType, FrameType

from _timing import (
    SIZES,
    Job,
    arguments,
    header,
    labelled,
    medians,
    one_core,
    positive,
    row,
    size,
    sized,
)

import numpy as np

from logreg_unlearn.problem.losses import LOGISTIC
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve import factors, linesearch, passes, radius, rowspace
from logreg_unlearn.solve.optimum import minimise

PARTS: dict[str, tuple[Callable[..., object], ...]] = {
    "data": (
        passes.evaluate, rowspace.Rows.along, rowspace.Rows.at_margins, rowspace.Span.evaluate,
        rowspace.Span.__init__, rowspace.WideRows.evaluate,
    ),
    "exp": (LOGISTIC.value, LOGISTIC.derivative, LOGISTIC.curvature),
    "Hessian": (passes.hessian_at, rowspace.Span.factor),
    "factor": (factors.Factor.__init__, factors.Factor.solve),
    "line search": (linesearch.line_search,),
    "certificate": (
        radius.curvature_radius, radius.ridge_radius, Objective.gradient_error, Objective.lengths,
    ),
}  # fmt: skip
LABELS: dict[CodeType, str] = {
    function.__code__: label for label, functions in PARTS.items() for function in functions
}


class Clock:
    """Gives the time between calls and returns to the part that is innermost."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._stack, self._last = ["rest"], 0.0

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """Take note of a call or a return of Python's."""
        label = LABELS.get(frame.f_code)
        if label is None or event not in ("call", "return"):
            return
        now = time.process_time()
        self.spent[self._stack[-1]] += now - self._last
        self._last = now
        if event == "return":
            self._stack.pop()
        else:  # what a certificate calls is part of it
            self._stack.append(label if self._stack[-1] != "certificate" else "certificate")

    def watch(self, job: Callable[[], object]) -> None:
        """Run a job."""
        self._last = time.process_time()
        sys.setprofile(self)
        try:
            job()
        finally:
            sys.setprofile(None)
            self.spent[self._stack[-1]] += time.process_time() - self._last


def compare(n: int, d: int, ridge: float, repeats: int, seed: int) -> None:
    """Print the row of one size and ridge."""
    features, labels = labelled(n, d, seed)
    objective = Objective(labels[:, None] * features, np.full(n, 1.0 / n), ridge)
    job, clock = partial(minimise, objective), Clock()
    found = minimise(objective)
    z = objective.margins(found.w)
    for _ in range(repeats):
        clock.watch(job)
    spent = clock.spent
    rates: dict[str, Job] = {
        "solve": job,
        "pass": partial(passes.evaluate, objective, found.w),
        "exp": partial(LOGISTIC.derivative, z),
        "Hessian": partial(passes.hessian_at, objective, z),
    }
    if n < d:
        del rates["Hessian"]  # never formed there
    seconds = {name: taken for name, (taken, _) in medians(rates, repeats).items()}
    hessian = f"{2e-9 * n * d * d / seconds['Hessian']:.0f}" if n >= d else "–"
    shares = [f"{100 * spent[part] / sum(spent.values()):.0f}" for part in (*PARTS, "rest")]
    row(
        f"{n} × {d}", f"{ridge:.0e}", f"{1e3 * seconds['solve']:.2f}", f"{found.passes:.0f}",
        *shares, f"{8e-9 * n * d / seconds['pass']:.1f}", f"{1e9 * seconds['exp'] / n:.1f}",
        hessian,
    )  # fmt: skip


def reading(entries: int, repeats: int) -> str:
    """Say how fast one core reads memory: the dot product of two long vectors."""
    first, second = np.ones(entries), np.ones(entries)
    taken, _ = medians({"dot": partial(np.dot, first, second)}, repeats)["dot"]
    return f"reading memory: {16e-9 * entries / taken:.1f} GB/s ({16e-6 * entries:.0f} MB)"


def main() -> None:
    """Run the sizes and ridges that are asked for."""
    parser = arguments(__doc__, repeats=5)
    parser.add_argument(
        "--sizes", nargs="+", type=sized, default=SIZES, metavar="NxD", help="rows x columns"
    )
    parser.add_argument(
        "--ridges",
        nargs="+",
        type=positive,
        default=(1e-2, 1e-6),
        metavar="RIDGE",
        help="mean convention",
    )
    options = parser.parse_args()
    if options.quick:
        options.sizes, options.ridges, options.repeats = ("60x3", "5x120"), (1e-2,), 1
    print(reading(1_000 if options.quick else 2**26, options.repeats), end="\n\n")
    shares = [f"{part}, %" for part in (*PARTS, "rest")]
    header(
        "size", "ridge", "ms", "passes", *shares,
        "a pass, GB/s", "exp, ns", "Hessian, GFLOP/s",
    )  # fmt: skip
    with one_core():
        for n, d in map(size, options.sizes):
            for ridge in options.ridges:
                compare(n, d, ridge, options.repeats, options.seed)


if __name__ == "__main__":
    main()
