"""Run cases on an executor that is handed in: a process pool here, a cluster's elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor, as_completed

from logreg_unlearn.sweep.case import Case, groups, run_group
from logreg_unlearn.sweep.row import Row


def stream_cases(
    cases: Sequence[Case],
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
) -> Generator[Row, None, None]:
    """Yield the row of every case, in the order of the cases, as soon as it is there.

    Parameters
    ----------
    cases : sequence of Case
    executor : concurrent.futures.Executor, optional
        Runs the cases in this process when None. The rows do not depend on it.
    progress : callable, optional
        Called with the number of cases just finished.
    """
    report = progress or (lambda count: None)
    chunks = groups(cases)
    if executor is None:
        for chunk in chunks:
            rows = run_group(chunk)
            report(len(rows))
            yield from rows
        return
    futures = {executor.submit(run_group, chunk): k for k, chunk in enumerate(chunks)}
    waiting: dict[int, list[Row]] = {}  # chunks that are done before an earlier one
    following = 0
    try:
        for future in as_completed(futures):
            waiting[futures[future]] = future.result()
            report(len(waiting[futures[future]]))
            while following in waiting:
                yield from waiting.pop(following)
                following += 1
    except BaseException:
        for future in futures:  # one failure ends the sweep: do not run the rest first
            future.cancel()
        raise


def run_cases(
    cases: Sequence[Case],
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Row]:
    """Return the rows of `stream_cases`."""
    return list(stream_cases(cases, executor, progress))
