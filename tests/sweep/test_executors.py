"""Where tasks run: the same answers from all, and a killed worker costs its tasks alone."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from logreg_unlearn.cli.workers import process_pool
from logreg_unlearn.sweep.executors import Pool, completed, one_thread

TASKS = list(range(12))


def square(task: int) -> int:
    return task * task


def lost(task: int) -> int:
    return -task


def killed_once(folder: str, task: int) -> int:
    """Answer, but kill the process the first time that task 3 comes."""
    mark = Path(folder, "killed")
    if task == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return task * task


def always_killed(task: int) -> int:
    if task == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return task * task


def broken(task: int) -> int:
    if task == 3:
        raise ValueError("expected another task, got 3")
    return task


class Partly:
    """A function with its first argument, as a class that pickles."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __call__(self, task: int) -> int:
        return killed_once(self.folder, task)


@contextmanager
def threads(count: int) -> Iterator[Pool]:
    with ThreadPoolExecutor(count) as executor:
        yield Pool(lambda: executor, 3)


@pytest.mark.parametrize("make", [None, lambda: threads(2), lambda: process_pool(2)])
def test_every_task_is_answered_once_whoever_runs_it(make) -> None:
    if make is None:
        found = list(completed(TASKS, None, square, lost))
        assert found == [(task, task * task) for task in TASKS]
        return
    with make() as pool:
        assert sorted(completed(TASKS, pool, square, lost)) == [(t, t * t) for t in TASKS]
        assert list(completed([], pool, square, lost)) == []


def test_tasks_are_read_as_they_are_sent() -> None:
    read: list[int] = []

    def tasks() -> Iterator[int]:
        for task in range(1000):
            read.append(task)
            yield task

    with threads(1) as pool:
        for count, _ in enumerate(completed(tasks(), pool, square, lost), 1):
            assert len(read) <= count + pool.width
    assert len(read) == 1000


def test_a_worker_that_is_killed_once_costs_nothing(tmp_path) -> None:
    with process_pool(2) as pool:
        found = list(completed(TASKS, pool, Partly(str(tmp_path)), lost))
    assert (tmp_path / "killed").exists()
    assert sorted(found) == [(task, task * task) for task in TASKS]


def test_a_task_that_kills_every_worker_is_lost_and_no_other() -> None:
    with process_pool(2) as pool:
        found = dict(completed(TASKS, pool, always_killed, lost))
    assert found == {task: task * task for task in TASKS} | {3: -3}


@pytest.mark.parametrize("make", [None, lambda: threads(1), lambda: process_pool(2)])
def test_what_a_task_raises_ends_it_all(make) -> None:
    with pytest.raises(ValueError, match="got 3"):
        if make is None:
            list(completed(TASKS, None, broken, lost))
        else:
            with make() as pool:
                list(completed(TASKS, pool, broken, lost))


def test_what_a_cluster_says_of_a_deadly_task_is_its_loss() -> None:
    def deadly(task: int) -> int:
        if task == 3:
            raise KeyError("a worker was killed too often")
        return task * task

    with ThreadPoolExecutor(2) as executor:
        pool = Pool(lambda: executor, 3, (KeyError,))
        assert dict(completed(TASKS, pool, deadly, lost))[3] == -3


def test_blas_is_limited_to_one_thread() -> None:
    from threadpoolctl import threadpool_info, threadpool_limits

    with threadpool_limits(2), threadpool_limits(None):
        one_thread()
        assert {pool["num_threads"] for pool in threadpool_info()} == {1}


def test_a_machine_that_cannot_run_the_tasks_is_one_line() -> None:
    def missing(task: int) -> int:
        raise ModuleNotFoundError("No module\nnamed 'x'")

    with threads(1) as pool, pytest.raises(OSError, match="ModuleNotFoundError: No module named"):
        list(completed(TASKS, pool, missing, lost))
