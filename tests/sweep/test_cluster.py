"""A real Dask cluster of several processes on this machine: the same bytes, a worker killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from logreg_unlearn.sweep.executors import cluster, completed
from logreg_unlearn.sweep.export import csv_text
from logreg_unlearn.sweep.opening import writing
from logreg_unlearn.sweep.origin import origin
from logreg_unlearn.sweep.resume import Work, _run
from logreg_unlearn.sweep.runner import groups, lost, run_cases, run_task
from tests.cli.running import environment
from tests.sweep_cases import SMALL

pytest.importorskip("distributed", reason="needs the extra cluster")

GRID = replace(SMALL, models=("gaussian", "blocks", "two-directions"), seeds=20)
LOCAL = """
import sys
from distributed import LocalCluster

if __name__ == "__main__":
    with LocalCluster(
        n_workers=2, threads_per_worker=2, host="127.0.0.1", dashboard_address=None, protocol="tcp"
    ) as made:
        print(made.scheduler_address, flush=True)
        sys.stdin.read()
"""


@contextmanager
def local_cluster(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start a cluster in a process of its own; it ends with its standard input."""
    (folder / "local.py").write_text(LOCAL)
    with subprocess.Popen(
        [sys.executable, "local.py"], cwd=folder, env=environment(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        yield process.stdout.readline().strip(), process
        process.stdin.close()
        process.wait(60)


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    with local_cluster(tmp_path_factory.mktemp("dask")) as (found, _):
        yield found


def worker_pids(address: str) -> list[int]:
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        return sorted(client.run(os.getpid).values())


def threads(limit: int | None = None) -> set[int]:
    """Return the numbers of BLAS threads in this process, after setting them to a limit."""
    from threadpoolctl import threadpool_info, threadpool_limits

    threadpool_limits(limit)
    return {each["num_threads"] for each in threadpool_info()}


def test_every_worker_gets_one_blas_thread(address) -> None:
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        assert list(client.run(threads, 2).values()) == [{2}, {2}]
        with cluster(address):
            assert list(client.run(threads).values()) == [{1}, {1}]


def test_a_cluster_gives_the_bytes_of_this_process_though_a_worker_is_killed(address) -> None:
    pids = worker_pids(address)
    assert len(pids) == 2 and os.getpid() not in pids
    found = {}
    with cluster(address) as pool:
        for task, rows in completed(groups(GRID.cases(3)), pool, run_task, lost):
            found[task.place] = rows
            if len(found) == 1:
                os.kill(pids[0], signal.SIGKILL)
    rows = [row for place in sorted(found) for row in found[place]]
    assert csv_text(rows) == csv_text(run_cases(GRID.cases(3)))
    deadline = time.monotonic() + 30.0
    while len(worker_pids(address)) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)  # its nanny starts another
    assert pids[0] not in worker_pids(address)


def test_a_sweep_on_a_cluster_is_stored(address, tmp_path) -> None:
    with writing(tmp_path, make=True) as store, cluster(address) as pool:
        store.begin(GRID, 3, origin(GRID), [])
        Work(store).do(pool, lambda count: None)
        assert list(store.rows()) == run_cases(GRID.cases(3))


def test_a_worker_with_other_code_is_refused(address) -> None:
    work = partial(_run, {"logreg-unlearn": "0.1 of another day"})
    with cluster(address) as pool, pytest.raises(ValueError, match="expected logreg-unlearn as"):
        list(completed(groups(GRID.cases(3)), pool, work, lost))


def test_a_scheduler_that_is_lost_is_a_line_and_the_sweep_can_be_resumed(tmp_path) -> None:
    with local_cluster(tmp_path) as (found, process):
        with writing(tmp_path, make=True) as store, cluster(found) as pool:
            store.begin(GRID, 3, origin(GRID), [])
            with pytest.raises(OSError, match="expected the executor to run all tasks"):
                Work(store).do(pool, lambda count: process.kill())
            assert store.count()[0] > 0
            Work(store).do(None, lambda count: None)
            assert list(store.rows()) == run_cases(GRID.cases(3))


@pytest.mark.parametrize("address", ["nonsense", "tcp://", "tcp://127.0.0.1:1"])
def test_no_scheduler_is_a_line(address, monkeypatch) -> None:
    monkeypatch.setattr("logreg_unlearn.sweep.executors.ANSWER", 1.0)
    with pytest.raises(ValueError, match="expected --scheduler to be the address"):
        with cluster(address):
            pass
