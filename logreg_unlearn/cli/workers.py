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


@contextmanager
def processes(count: int) -> Iterator[Executor]:
    """Yield an executor of so many processes.

    Raises
    ------
    OSError
        If a worker was killed, or ran out of memory.
    """
    others = set(multiprocessing.active_children())
    hook, threading.excepthook = threading.excepthook, _report
    executor = ProcessPoolExecutor(count, initializer=_start)
    try:
        yield executor
    except BaseException as error:
        # a running task would otherwise be waited for
        for worker in set(multiprocessing.active_children()) - others:
            worker.terminate()
        if isinstance(error, BrokenProcessPool):
            raise OSError(
                "expected every worker process to live, got one that was killed or ran out of "
                "memory: nothing was written"
            ) from None
        raise
    finally:
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


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()  # a pipe that closes, whatever ended the parent
        os._exit(1)
