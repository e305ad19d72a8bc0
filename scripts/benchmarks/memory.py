"""Measure what a problem, its certified optima and a run take beside the features.

The peak of the process's anonymous memory (Linux: ``RssAnon``), which pages of a mapped file are
not part of, over that before the problem; in units of the features as float64.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from _timing import arguments, count, header, one_core, row

import numpy as np

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run

STATUS = Path("/proc/self/status")
BLOCK = 10_000


def anonymous() -> int:
    """Return the anonymous memory of this process in bytes."""
    line = next(each for each in STATUS.read_text().splitlines() if each.startswith("RssAnon"))
    return 1024 * int(line.split()[1])


def peak(job: Callable[[], Any]) -> tuple[Any, int]:
    """Return what a job returns, and the peak of the memory while it ran."""
    most, ended = [anonymous()], threading.Event()

    def watch() -> None:
        while not ended.is_set():
            most[0] = max(most[0], anonymous())
            time.sleep(0.002)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        return job(), most[0]
    finally:
        ended.set()
        watcher.join()


def compare(features: np.ndarray, name: str, seed: int) -> None:
    """Print the row of some features: the peaks of the stages."""
    n, d = features.shape
    rng = np.random.default_rng(seed)
    labels = np.where(features[:, 0] + rng.standard_normal(n) > 0, 1.0, -1.0)
    forget, before = np.arange(n) % 10 == 0, anonymous()
    problem, first = peak(lambda: UnlearningProblem(features, labels, forget, ridge=1e-4))
    original, second = peak(lambda: minimise(problem.original()))
    oracle, third = peak(lambda: minimise(problem.oracle(), original.w))
    _, fourth = peak(lambda: run(simultaneous(), problem, original.w, oracle=oracle, steps=5))
    cells = (
        f"{(most - before) / (8 * n * d):.2f} X ({(most - before) / 1e6:.0f} MB)"
        for most in (first, second, third, fourth)
    )
    row(f"{n:,} × {d}", name, *cells)


def main() -> None:
    """Measure features in memory and on disk."""
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=count, default=1_000_000, help="default: 1,000,000")
    parser.add_argument("--columns", type=count, default=50, help="default: 50")
    options = parser.parse_args()
    if options.quick:
        options.rows, options.columns = 1_000, 3
    if not STATUS.exists():
        print("no /proc/self/status here: nothing measured")
        return
    rng = np.random.default_rng(options.seed)
    header("size", "features", "problem", "original", "oracle", "run")
    with one_core(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "features.npy"
        shape = (options.rows, options.columns)
        rows = np.lib.format.open_memmap(path, "w+", np.float64, shape)
        for first in range(0, options.rows, BLOCK):
            part = rows[first : first + BLOCK]
            part[:] = rng.standard_normal(part.shape)
        rows.flush()
        compare(np.load(path, mmap_mode="r"), "mapped", options.seed)
        compare(np.load(path), "in memory", options.seed)
        compare(np.load(path).astype(np.float32), "in memory, float32", options.seed)


if __name__ == "__main__":
    main()
