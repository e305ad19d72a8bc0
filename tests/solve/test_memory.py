"""What a solve allocates beside the rows: no copy of them, with one Hessian or with many."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from logreg_unlearn.problem import rows as rows_module
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run


@pytest.mark.parametrize(
    ("n", "d", "ridge", "signed"),
    [
        (40_000, 20, 1e-2, False),
        (40_000, 20, 1e-8, False),
        (20_000, 40, 1e-2, True),
        (5000, 250, 1e-4, False),
    ],
)
def test_half_the_rows_are_enough(rng, n: int, d: int, ridge: float, signed: bool) -> None:
    """Margins, slopes and their like are 3 or 4 columns; subsamples, an eighth of the rows."""
    rows = rng.standard_normal((n, d))
    rows *= np.where(rows[:, 0] + rng.standard_normal(n) > 0, 1.0, -1.0)[:, None]
    coefficients = np.full(n, 1.0 / n)
    if signed:
        coefficients[: n // 50] *= -1.0
    minimise(Objective(rows[:50], coefficients[:50], 1.0))  # what is loaded once
    tracemalloc.start()
    optimum = minimise(Objective(rows, coefficients, ridge))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert optimum.converged
    assert peak <= 0.5 * rows.nbytes


BOUNDED = """
import resource, sys
import numpy as np
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run

def solve(features, labels, ridge):
    problem = UnlearningProblem(features, labels, np.arange(len(labels)) % 10 == 0, ridge=ridge)
    original = minimise(problem.original())
    oracle = minimise(problem.oracle(), original.w)
    run(simultaneous(), problem, original.w, oracle=oracle, steps=2)
    return oracle

path, ridge, allowed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
small = np.random.default_rng(0).standard_normal((500, 200))
solve(small, np.sign(small[:, 0] + 0.5), ridge)  # what is loaded, and BLAS's buffers
with open("/proc/self/status") as status:
    used = next(int(line.split()[1]) for line in status if line.startswith("VmData")) * 1024
resource.setrlimit(resource.RLIMIT_DATA, (used + allowed, used + allowed))
features = np.load(path, mmap_mode="r")
oracle = solve(features, np.where(features[:, 0] + 0.3 * features[:, 1] > 0.1, 1.0, -1.0), ridge)
assert oracle.converged, oracle
print(repr(oracle.w[0]))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="RLIMIT_DATA counts there alone")
def test_a_memory_mapped_array_takes_a_tenth_of_its_size(tmp_path, rng) -> None:
    """The limit is on what is writable, which the pages of a file opened for reading are not.

    25.6 MB for 256 MB, with a ridge whose certificate takes a Hessian.  What is taken grows with
    the number of rows (some 16 vectors) and the square of that of columns: ten times as many rows
    take at most ten times as much.
    """
    n, d = 100_000, 320
    rows = np.lib.format.open_memmap(tmp_path / "x.npy", "w+", np.float64, (n, d))
    for first in range(0, n, 10_000):
        rows[first : first + 10_000] = rng.standard_normal((10_000, d))
    rows.flush()
    allowed = n * d * 8 // 10
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED, tmp_path / "x.npy", "1e-6", str(allowed)],
        capture_output=True, text=True, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    (tmp_path / "x.npy").unlink()
    assert done.returncode == 0, done.stderr[-2000:]


def test_large_rows_in_memory_are_read_in_place(monkeypatch: pytest.MonkeyPatch, rng) -> None:
    n, d = 40_000, 60
    features = rng.standard_normal((n, d))
    labels = np.where(features[:, 0] + rng.standard_normal(n) > 0, 1.0, -1.0)
    monkeypatch.setattr(rows_module, "LARGE", 1 << 20)
    for dtype in (np.float64, np.float32):
        given = features.astype(dtype)
        tracemalloc.start()
        problem = UnlearningProblem(given, labels, np.arange(n) % 10 == 0, ridge=1e-3)
        original = minimise(problem.original())
        oracle = minimise(problem.oracle(), original.w)
        run(simultaneous(), problem, original.w, oracle=oracle, steps=3)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert oracle.converged and problem.features.base is given
        assert peak <= 0.5 * features.nbytes
