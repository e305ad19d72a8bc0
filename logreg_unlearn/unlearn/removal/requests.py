"""A stream of deletion requests: one removal after another, each from where the last one ended.

Each request is a problem of its own, on the rows that are still there.  A method that looks at
the gradient where it stands corrects what the last removal left (claim
``newton_errors_do_not_accumulate`` says when); so each result is certified by one gradient of its
own, whatever came before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.problem.multiclass import AnyProblem
from logreg_unlearn.unlearn.removal.result import Removal, certificate

_Problem = TypeVar("_Problem", bound=AnyProblem)


def remaining(problem: _Problem, gone: Mask, forget: Mask) -> _Problem:
    """Return the problem of the rows that are not gone, with a request of theirs.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    gone, forget : ndarray of bool (n,)
        Over all rows of ``problem``; the request may not be empty or all that remains.

    Raises
    ------
    ValueError
        If the request asks for a row that is gone already; else as the problem's class.
    """
    if np.any(gone & forget):
        row = int(np.flatnonzero(gone & forget)[0])
        raise ValueError(f"expected rows that are still there, got row {row}, which is gone")
    kept = ~gone

    def of(column: Array | None) -> Array | None:
        return None if column is None else column[kept]

    return replace(
        problem,
        features=problem.features[kept],
        labels=problem.labels[kept],
        forget=forget[kept],
        weights=of(problem.weights),
        offset=of(problem.offset),
    )


def stream(
    problem: _Problem,
    w: Array,
    requests: Sequence[Mask],
    remove: Callable[[_Problem, Array], Removal],
) -> tuple[Removal, ...]:
    """Remove one request after another.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
        Its forget set is not used.
    w : ndarray (d,)
        The original optimum.
    requests : sequence of ndarray of bool (n,)
        Over all rows, disjoint, none empty, some row left at the end.
    remove : callable
        ``(problem, w) -> Removal``.

    Returns
    -------
    tuple of Removal
        One a request: its cost in passes over *all* rows, the certifying gradient included, and as
        sensitivity the `certificate` for the oracle of all requests so far.  What a method proves
        from an exact original does not hold from where the last request ended.

    Raises
    ------
    ValueError
        As `remaining`.
    """
    gone = np.zeros(len(problem.labels), dtype=bool)
    done = []
    for request in requests:
        now = remaining(problem, gone, request)
        removal = remove(now, w)
        gone = gone | request
        share = len(now.labels) / len(gone)
        done.append(
            replace(
                removal,
                passes=share * removal.passes + float(np.mean(~gone)),
                sensitivity=certificate(now, removal.w),
            )
        )
        w = removal.w
    return tuple(done)
