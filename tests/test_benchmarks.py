"""Every benchmark runs, in its quick form, with and without its peers, who do the same work as we.

No test asserts a time.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.steps import gradient_step
from tests.cli.running import ROOT, environment

BENCHMARKS = ROOT / "scripts" / "benchmarks"
SCRIPTS = sorted(path.stem for path in BENCHMARKS.glob("[a-z]*.py"))
PEERS = ("jax", "torch", "glum", "statsmodels", "sklearn")


def quick(
    name: str, path: str = "", options: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a benchmark; what is in the folder ``path`` comes before what is installed."""
    settings = environment()
    settings["PYTHONPATH"] = ":".join(filter(None, (path, str(ROOT))))
    return subprocess.run(
        [sys.executable, BENCHMARKS / f"{name}.py", "--quick", *options], cwd=ROOT, env=settings,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_benchmark_prints_whole_tables(name: str) -> None:
    done = quick(name)
    assert done.returncode == 0, done.stderr
    table = [cells(line) for line in done.stdout.splitlines() if line.startswith("|")]
    titles, rule, *rows = table
    assert rows and set(rule) == {"---"}
    assert all(len(each) == len(titles) and all(each) for each in rows)


@pytest.mark.parametrize(
    ("name", "option", "value", "words"),
    [
        ("optimum", "--sizes", "3", "expected rows and columns like 2000x20, got '3'"),
        ("parts", "--sizes", "0x3", "expected rows and columns like 2000x20, got '0x3'"),
        ("optimum", "--ridges", "0", "expected a number > 0, got '0'"),
        ("softmax", "--C", "nan", "expected a number > 0, got 'nan'"),
        ("lambert", "--count", "0", "expected a whole number >= 1, got '0'"),
        ("startup", "--repeats", "0", "expected a whole number >= 1, got '0'"),
    ],
)
def test_values_that_cannot_be_timed_are_refused(
    name: str, option: str, value: str, words: str
) -> None:
    done = quick(name, options=(option, value))
    assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "needs"),
    [("optimum", ("sklearn", "glum", "statsmodels")), ("iterations", ("jax", "torch"))],
)
def test_absent_peers_are_left_out_with_a_line(
    name: str, needs: tuple[str, ...], tmp_path: Path
) -> None:
    for peer in PEERS:
        (tmp_path / f"{peer}.py").write_text(f"raise ImportError({peer!r})\n")
    done = quick(name, str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [f"{peer} is not installed: left out" for peer in needs]
    *_, last = done.stdout.splitlines()
    assert "–" in cells(last) and "nan" not in last


@pytest.fixture
def module(monkeypatch):
    """Return what imports a helper of the benchmarks as they do, and changes no environment."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "XLA_FLAGS"):
        monkeypatch.setenv(name, "")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of the peers
        yield importlib.import_module


def test_jobs_take_turns_and_their_medians_count(module) -> None:
    timing = module("_timing")
    now, order = [0.0], []

    def job(name: str, costs: list[float]) -> None:
        order.append(name)
        now[0] += costs.pop()

    jobs = {"ours": partial(job, "ours", [1.0, 9.0, 2.0]), "peer": partial(job, "peer", [5.0] * 3)}
    found = timing.medians(jobs, 3, lambda: now[0])
    assert order == ["ours", "peer"] * 3
    assert (found["ours"][0], found["peer"][0]) == (2.0, 5.0)
    assert timing.ratio(found["peer"][0], found["ours"][0]) == "2.5"


def test_the_peers_solve_the_same_problem(module, rng) -> None:
    peers = module("_peers")
    features, labels = module("_timing").labelled(80, 3, 1)
    objective = Objective(labels[:, None] * features, np.full(80, 1.0 / 80), 0.05)
    exact = minimise(objective).w
    fits = peers.solvers(features, labels, 0.05)
    assert {"trust-ncg", "L-BFGS-B"} <= set(fits)
    for name, fit in fits.items():  # statsmodels stops at a gradient of 1e-5
        np.testing.assert_allclose(fit(), exact, atol=1e-3, err_msg=name)
    classes = rng.integers(3, size=80)
    softmax = SoftmaxObjective(features, classes, 3, np.ones(80), 1.0 / 0.5)
    for name, fit in peers.sklearn(features, classes, 0.5).items():
        np.testing.assert_allclose(fit(), minimise(softmax).w, atol=1e-3, err_msg=name)


def test_the_peers_take_the_same_steps(module, rng) -> None:
    steps = module("_steps")
    objective = Objective(rng.normal(size=(30, 3)), rng.normal(size=30) / 30, 0.2)
    start = rng.normal(size=3)
    ours = start.copy()
    gradient_step(objective, 0.1)(ours, 25)
    np.testing.assert_allclose(steps.plain(objective, start, 0.1, 25), ours, rtol=1e-10)
    for peer in (steps.jax_scan, steps.torch_steps):
        if descend := peer(objective, start, 0.1, 25):
            np.testing.assert_allclose(np.asarray(descend()), ours, rtol=1e-10)
    batch = Objective(
        np.stack([objective.signed_features] * 2), np.stack([objective.coefficients] * 2),
        np.full(2, 0.2),
    )  # fmt: skip
    if descend := steps.jax_vmap(batch, np.stack([start, start]), 0.1, 25):
        np.testing.assert_allclose(np.asarray(descend()), [ours, ours], rtol=1e-10)
