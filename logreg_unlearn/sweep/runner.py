"""Run cases on an executor that is handed in: a process pool here, a cluster's elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, as_completed

from logreg_unlearn.sweep.case import Case, Row, run_case

CHUNK = 16
"""Cases a task: one of them is too short to be sent on its own."""


def run_cases(
    cases: Sequence[Case],
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Row]:
    """Run every case and return the rows in the order of the cases.

    Parameters
    ----------
    cases : sequence of Case
    executor : concurrent.futures.Executor, optional
        Runs the cases in this process when None. The rows do not depend on it.
    progress : callable, optional
        Called with the number of cases just finished.
    """
    report = progress or (lambda count: None)
    chunks = [cases[i : i + CHUNK] for i in range(0, len(cases), CHUNK)]
    rows: list[list[Row]] = [[] for _ in chunks]
    if executor is None:
        for k, chunk in enumerate(chunks):
            rows[k] = _run_chunk(chunk)
            report(len(chunk))
    else:
        futures = {executor.submit(_run_chunk, chunk): k for k, chunk in enumerate(chunks)}
        try:
            for future in as_completed(futures):
                rows[futures[future]] = future.result()
                report(len(rows[futures[future]]))
        except BaseException:
            for future in futures:  # one failure ends the sweep: do not run the rest first
                future.cancel()
            raise
    return [row for chunk_rows in rows for row in chunk_rows]


def _run_chunk(cases: Sequence[Case]) -> list[Row]:
    return [run_case(case) for case in cases]
