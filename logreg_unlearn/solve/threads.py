"""BLAS threads: one for small problems, where a second thread only spins and waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import LibController, ThreadpoolController

SMALL = 1_000_000
"""Number of matrix entries below which one BLAS thread is faster (measured)."""


@cache
def _libraries() -> tuple[LibController, ...]:
    return tuple(ThreadpoolController().select(user_api="blas").lib_controllers)


@contextmanager
def blas_threads(entries: int) -> Iterator[None]:
    """Limit BLAS to one thread inside the block when a matrix has fewer than ``SMALL`` entries."""
    # asked of each library directly: the controller's own limit costs a tenth of a small problem
    limited = []
    if entries < SMALL:
        for library in _libraries():
            threads = library.get_num_threads()
            if threads > 1:
                library.set_num_threads(1)
                limited.append((library, threads))
    try:
        yield
    finally:
        for library, threads in limited:
            library.set_num_threads(threads)
