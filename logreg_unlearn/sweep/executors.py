"""Tasks on whatever runs them: this process, a process pool, a Dask cluster.

What a task returns does not depend on where it runs.  A killed worker costs its tasks alone: they
are sent again; a cluster does that itself, a process pool is broken by it and made anew.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from queue import SimpleQueue
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

T = TypeVar("T")
R = TypeVar("R")

ANSWER = 10.0
"""Seconds in which a scheduler must answer: one that is there does so in one."""
LEAST_SENT = 256
"""Tasks that a cluster holds at least: workers may join after the start."""


@dataclass(frozen=True)
class Pool:
    """Where tasks run.

    Attributes
    ----------
    make : callable
        Returns the executor; another one after the first has broken.
    width : int
        Tasks that are sent at once. The rest waits here, so that memory does not grow with it.
    killed : tuple of exception types
        What the executor raises for a task that took too many workers with it.
    """

    make: Callable[[], Executor]
    width: int = 64
    killed: tuple[type[BaseException], ...] = ()


def completed(
    tasks: Iterable[T], pool: Pool | None, work: Callable[[T], R], lost: Callable[[T], R]
) -> Iterator[tuple[T, R]]:
    """Yield every task with what ``work`` returned, as soon as it is there.

    Parameters
    ----------
    tasks : iterable
        Read as they are sent.
    pool : Pool, optional
        This process when None.
    work : callable
        The ValueError or OSError that it raises ends it all: tasks that wait are cancelled.
    lost : callable
        Stands for the result of a task whose worker was killed twice.

    Raises
    ------
    OSError
        If the executor cannot run a task or gives it up: a scheduler that ended, or a machine of
        the cluster without this package.
    """
    if pool is None:
        with threadpool_limits(1):
            for task in tasks:
                yield task, work(task)
        return
    waiting, sent = iter(tasks), dict[Future[R], T]()
    done: SimpleQueue[Future[R]] = SimpleQueue()
    executor = pool.make()

    def send(count: int) -> None:
        for task in islice(waiting, count):
            try:
                future = executor.submit(work, task)
            except BrokenExecutor as error:
                future = Future()
                future.set_exception(error)
            sent[future] = task
            future.add_done_callback(done.put)

    try:
        send(pool.width)
        while sent:
            future = done.get()
            if future not in sent:
                continue  # of a pool that has broken since
            if future.cancelled():
                raise OSError("expected the executor to run all tasks, got one that gave them up")
            error = future.exception()
            if isinstance(error, BrokenExecutor):
                suspects = list(sent.items())
                sent.clear()
                for each, task in suspects:
                    whole = each.done() and not each.cancelled() and each.exception() is None
                    yield task, each.result() if whole else _alone(pool, work, lost, task)
                executor = pool.make()
                send(pool.width)
                continue
            task = sent.pop(future)
            if isinstance(error, pool.killed):
                yield task, lost(task)
            elif error is None or isinstance(error, ValueError | OSError):
                yield task, future.result()
            else:  # no error of the task's: a machine without this package, for instance
                reason = " ".join(f"{type(error).__name__}: {error}".split())
                raise OSError(f"expected the executor to run all tasks, got {reason}") from error
            send(1)
    except BaseException:
        for future in sent:  # one failure ends it: do not run the rest first
            future.cancel()
        raise


def _alone(pool: Pool, work: Callable[[T], R], lost: Callable[[T], R], task: T) -> R:
    """Run a task that may have broken a pool in one where nothing else can be to blame."""
    try:
        return pool.make().submit(work, task).result()
    except BrokenExecutor:
        return lost(task)


def one_thread() -> None:
    """Limit BLAS to one thread in this process for good: more of them change the last bits."""
    threadpool_limits(1)


@contextmanager
def cluster(address: str) -> Iterator[Pool]:
    """Connect to a Dask scheduler; it and its workers need this package in the same version.

    Parameters
    ----------
    address : str
        As the scheduler prints it: ``tcp://host:port``.

    Raises
    ------
    ValueError
        If nothing answers there.
    """
    distributed: Any = _distributed()
    try:
        if not re.fullmatch(r"([a-z]+://)?\S+:\d+", address):  # Dask hangs on some of these
            raise ValueError("no host:port")
        client = distributed.Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(
            f"expected --scheduler to be the address of a Dask scheduler, like tcp://host:8786, "
            f"got {address!r} ({reason})"
        ) from None
    # a scheduler that is lost is said in one line, as an error of the tasks that it gives up
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    with client:
        client.register_worker_callbacks(one_thread)
        executor = client.get_executor(pure=False)
        width = max(LEAST_SENT, 4 * sum(client.nthreads().values()))
        yield Pool(lambda: executor, width, (distributed.KilledWorker,))


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise ValueError(
            "expected Dask for --scheduler, got none: pip install 'logreg-unlearn[cluster]'"
        ) from None
    return distributed
