"""Worker processes that end with the command, however the command ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, InvalidStateError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from logreg_unlearn.sweep.executors import Pool, one_thread


@contextmanager
def processes(count: int) -> Iterator[Executor]:
    """Yield an executor of so many processes.

    Raises
    ------
    OSError
        If a worker was killed, or ran out of memory.
    """
    with process_pool(count) as pool:
        try:
            yield pool.make()
        except BrokenProcessPool:
            raise OSError(
                "expected every worker process to live, got one that was killed or ran out of "
                "memory: nothing was written"
            ) from None


@contextmanager
def process_pool(count: int) -> Iterator[Pool]:
    """Yield a pool of so many processes; a broken executor is followed by another one."""
    others = set(multiprocessing.active_children())
    hook, threading.excepthook = threading.excepthook, _report
    made: list[Executor] = []

    def make() -> Executor:
        for earlier in made:
            earlier.shutdown(cancel_futures=True)
        made[:] = [ProcessPoolExecutor(count, initializer=_start)]
        return made[0]

    try:
        yield Pool(make, width=2 * count)  # one runs, one waits at the worker's door
    except BaseException:
        # a running task would otherwise be waited for
        for worker in set(multiprocessing.active_children()) - others:
            worker.terminate()
        raise
    finally:
        for executor in made:
            executor.shutdown(cancel_futures=True)
        threading.excepthook = hook


def _report(failure: threading.ExceptHookArgs) -> None:
    # the thread of a pool whose workers have ended trips over tasks that are cancelled already
    if not issubclass(failure.exc_type, InvalidStateError):
        threading.__excepthook__(failure)


def _start() -> None:
    """Leave signals to the parent, and watch it: nobody else ends a worker if it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    one_thread()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()  # a pipe that closes, whatever ended the parent
        os._exit(1)
