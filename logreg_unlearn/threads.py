"""BLAS threads: one for small problems, where a second thread only spins and waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController

SMALL = 1_000_000
"""Number of matrix entries below which one BLAS thread is faster (measured)."""


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def blas_threads(entries: int) -> Iterator[None]:
    """Limit BLAS to one thread inside the block when a matrix has fewer than ``SMALL`` entries."""
    if entries >= SMALL:
        yield
        return
    with _controller().limit(limits=1, user_api="blas"):
        yield
