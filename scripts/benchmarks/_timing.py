"""What the benchmarks share: one core, runs that take turns, medians, tables, absent peers.

Imported before numpy: it sets the number of BLAS threads.  Absolute times of a shared machine say
little, so jobs take turns and their medians are compared as ratios within one run.  A table is
printed as Markdown, a row as soon as it is known: ``docs/performance.md`` holds what was printed.
"""

from __future__ import annotations

import argparse
import importlib
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

# Read once, by BLAS, OpenMP and XLA as they are loaded.  XLA takes a second core if it may.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import numpy as np  # noqa: E402
from threadpoolctl import threadpool_limits  # noqa: E402

from logreg_unlearn.cli.console import number, whole  # noqa: E402

Job = Callable[[], object]

SIZES = (
    "569x30", "2000x20", "20000x50", "100000x100", "500000x20", "2000x500", "5000x1000", "300x2000",
)  # fmt: skip
"""Rows and columns of one oracle, as they are given to a script."""
PATIENCE = 10.0
"""Seconds after which a job's first run is its only one."""


def arguments(doc: str | None, *, repeats: int = 0) -> argparse.ArgumentParser:
    """Return a parser with the options of every benchmark; what is not timed has no repeats."""
    parser = argparse.ArgumentParser(description=(doc or "").split("\n\n")[0])
    if repeats:
        parser.add_argument(
            "--repeats", type=count, default=repeats, help=f"runs of each job (default: {repeats})"
        )
    parser.add_argument("--seed", type=whole, default=0, help="of the data (default: 0)")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: only that it runs")
    return parser


@contextmanager
def one_core() -> Iterator[None]:
    """Stay on one core, and BLAS on one thread."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with threadpool_limits(1):
        yield


@lru_cache
def peer(name: str) -> Any:
    """Return the module of a peer; without it say so once and return None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"{name.partition('.')[0]} is not installed: left out", file=sys.stderr, flush=True)
        return None


def seconds(job: Job, process_time: Callable[[], float] = time.process_time) -> tuple[float, float]:
    """Process time and wall-clock time of one call."""
    wall, process = time.perf_counter(), process_time()
    job()
    return process_time() - process, time.perf_counter() - wall


def medians(
    jobs: Mapping[str, Job], repeats: int, process_time: Callable[[], float] = time.process_time
) -> dict[str, tuple[float, float]]:
    """Return the medians of process time and wall-clock time of jobs that take turns."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in jobs}
    for _ in range(repeats):
        for name, job in jobs.items():
            if not times[name] or times[name][0][1] < PATIENCE:
                times[name].append(seconds(job, process_time))
    return {
        name: (float(np.median([t for t, _ in taken])), float(np.median([w for _, w in taken])))
        for name, taken in times.items()
    }


def row(*cells: object) -> None:
    """Print a row of a table."""
    print("|", " | ".join(str(cell) for cell in cells), "|", flush=True)


def header(*titles: str) -> None:
    """Print the head of a table."""
    row(*titles)
    print("|---" * len(titles) + "|", flush=True)


def ratio(time: float, ours: float) -> str:
    """Write a peer's time over ours."""
    return f"{time / ours:.2g}" if time < 9.95 * ours else f"{time / ours:,.0f}"


def count(text: str) -> int:
    """Read an option that counts."""
    if not (value := whole(text)) >= 1:
        raise argparse.ArgumentTypeError(f"expected a whole number >= 1, got {text!r}")
    return value


def positive(text: str) -> float:
    """Read an option's positive number."""
    if not (math.isfinite(value := number(text)) and value > 0.0):
        raise argparse.ArgumentTypeError(f"expected a number > 0, got {text!r}")
    return value


def size(text: str) -> tuple[int, int]:
    """Read rows and columns as ``2000x20``."""
    try:
        n, d = map(count, text.split("x"))
    except (ValueError, argparse.ArgumentTypeError):
        raise argparse.ArgumentTypeError(
            f"expected rows and columns like 2000x20, got {text!r}"
        ) from None
    return n, d


def sized(text: str) -> str:
    """Read a size that is to be read again: the defaults are texts too."""
    size(text)
    return text


def labelled(n: int, d: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian features and the labels, -1 or 1, of a noisy linear rule."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, d))
    labels = np.where(features @ rng.normal(size=d) + rng.normal(size=n) > 0, 1.0, -1.0)
    return features, labels
