"""A stream of deletion requests: how far each removal is from the oracle after every one of them.

After request k the oracle is the optimum on the rows that nobody has asked to forget by then.  A
removal goes on from where it ended last (:func:`logreg_unlearn.unlearn.removal.requests.stream`):
whether its errors add up is what this shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from logreg_unlearn.assess.bounds import distance_bounds
from logreg_unlearn.assess.distance import ratio
from logreg_unlearn.assess.removals import AUDITED
from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.problem.multiclass import AnyProblem
from logreg_unlearn.solve.optimum import Optimum, minimise
from logreg_unlearn.unlearn.removal import stream


@dataclass(frozen=True, eq=False)
class Followed:
    """One removal over the stream of K requests.

    Attributes
    ----------
    method : str
    ratios : tuple of K float
        Distance to the oracle of all requests so far, over that of the model in use.
    certified : tuple of K float
        Bounds on the distance that look at no oracle; infinite where nothing is certified.
    cost : float
        Of all requests, in units of retraining after each.
    failed : str
        Why there are no numbers; empty where there are.
    """

    method: str
    ratios: tuple[float, ...]
    certified: tuple[float, ...]
    cost: float
    failed: str = ""

    def __repr__(self) -> str:
        shown = ", ".join(f"{value:.3g}" for value in self.ratios[-3:])
        return f"Followed({self.method}: {self.failed or f'ratios ... {shown}'})"


@dataclass(frozen=True, eq=False)
class RequestStream:
    """What the removals did over K requests.

    Attributes
    ----------
    sizes : tuple of K int
        Rows of each request.
    distances : tuple of K float
        Of the model in use to the oracle of all requests so far.
    followed : tuple of Followed
    """

    sizes: tuple[int, ...]
    distances: tuple[float, ...]
    followed: tuple[Followed, ...]

    def __repr__(self) -> str:
        return f"RequestStream({len(self.sizes)} requests, {len(self.followed)} removals)"


def masks_of(problem: AnyProblem, order: Array) -> list[Mask]:
    """Return the requests as masks, in their order.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
        Its forget set is what the requests ask for.
    order : array_like of int (n,)
        Number of the request that asks for a row, from 1 on; 0 for one that stays.

    Raises
    ------
    ValueError
        If the shape, a number or the forget set does not fit.
    """
    given = np.asarray(order)
    if given.shape != problem.forget.shape or given.dtype.kind not in "iu" or given.min() < 0:
        raise ValueError(
            f"expected requests as {len(problem.forget)} whole numbers >= 0, "
            f"got shape {given.shape} of {given.dtype}"
        )
    if np.any((given > 0) != problem.forget):
        row = int(np.flatnonzero((given > 0) != problem.forget)[0])
        raise ValueError(f"expected requests for the forget set alone, got row {row} in one only")
    return [given == number for number in np.unique(given[given > 0])]


def follow_requests(problem: AnyProblem, start: Array, requests: Sequence[Mask]) -> RequestStream:
    """Run every removal of an audit but retraining, which has no error, over the requests.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    start : ndarray (d,)
        The model in use.
    requests : sequence of ndarray of bool (n,)

    Raises
    ------
    ValueError
        If the solver could not certify an oracle.
    """
    so_far = [replace(problem, forget=gone) for gone in np.logical_or.accumulate(requests)]
    oracles, retraining, at = [], 0.0, start
    for k, now in enumerate(so_far, start=1):
        found = minimise(now.oracle(), at)
        if not found.converged:
            raise ValueError(
                f"expected a solvable oracle after request {k}, got {found.status.value}"
            )
        retraining += found.passes * float(np.mean(~now.forget))
        oracles.append(found)
        at = found.w
    before = [_distance(start, oracle) for oracle in oracles]
    return RequestStream(
        sizes=tuple(int(request.sum()) for request in requests),
        distances=tuple(before),
        followed=tuple(
            _followed(name, problem, start, requests, so_far, oracles, before, retraining)
            for name in AUDITED
            if name != "retrain"
        ),
    )


def _followed(
    name: str,
    problem: AnyProblem,
    start: Array,
    requests: Sequence[Mask],
    so_far: Sequence[AnyProblem],
    oracles: Sequence[Optimum],
    before: Sequence[float],
    retraining: float,
) -> Followed:
    try:
        done = stream(problem, start, requests, AUDITED[name])
    except ValueError as error:
        return Followed(name, (), (), np.nan, str(error))
    ends = [removal.w for removal in done]
    return Followed(
        method=name,
        ratios=tuple(
            float(ratio(_distance(w, oracle), apart))
            for w, oracle, apart in zip(ends, oracles, before, strict=True)
        ),
        certified=tuple(distance_bounds(now, w).upper for now, w in zip(so_far, ends, strict=True)),
        cost=sum(removal.passes for removal in done) / retraining,
    )


def _distance(w: Array, oracle: Optimum) -> float:
    return float(np.linalg.norm(w - oracle.w))
