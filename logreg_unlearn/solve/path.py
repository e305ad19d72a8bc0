r"""The path of minimisers along the ascent weight: from the original, through the oracle, to DA.

.. math:: J_\beta(w) = \bar\ell_R(w) - \beta\,\bar\ell_F(w) + \tfrac{\lambda_\beta}{2}\|w\|^2

The oracle is at ``beta = 0`` and descent-ascent at ``beta = 1``.  The ridge is
``lambda_beta = lambda (1 - beta)`` for ``beta < 0`` in the mean convention (there the original
objective, times n/n_R, is exactly ``beta = -n_F/n_R``) and ``lambda`` otherwise, so the original
lies on the path in either convention (claim ``overshoot_path``).

The path is followed by arc length: the tangent solves ``H dw = (grad l_F + ...) dbeta``, a Newton
correction in the hyperplane across it returns to the path.  Where the smallest eigenvalue of H
crosses zero the path turns back in beta: a *fold*, beyond which this branch has no minimum.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.protocol import Problem, SmoothObjective
from logreg_unlearn.solve.optimum import Optimum, minimise
from logreg_unlearn.solve.threads import blas_threads

_CORRECTIONS = 8


class PathStatus(Enum):
    """How a continuation ended."""

    REACHED = "a minimum at the target was reached"
    FOLD = "the branch of minima ends at a fold before the target"
    LOST = "the branch behind the folds did not lead to a minimum at the target"
    BUDGET = "the steps ran out before the target"


_SMALLEST_STEP = 1e-9


@dataclass(frozen=True)
class Fold:
    """Where a branch of minima ends: the Hessian is singular there.

    Attributes
    ----------
    beta : float
    w : ndarray (d,)
    """

    beta: float
    w: Array


@dataclass(frozen=True)
class Path:
    """Stationary points along the path, in the order in which it was followed.

    Attributes
    ----------
    beta : ndarray (T,)
        Not monotone where the path went through folds.
    w : ndarray (T, d)
    smallest_eigenvalue : ndarray (T,)
        Of the Hessian; positive on branches of minima.
    folds : tuple of Fold
    end : Optimum or None
        Certified minimum at the target, None where the path did not lead to one.
    status : PathStatus
    """

    beta: Array
    w: Array
    smallest_eigenvalue: Array
    folds: tuple[Fold, ...]
    end: Optimum | None
    status: PathStatus

    def __repr__(self) -> str:
        return (
            f"Path({self.status.name} at beta={self.beta[-1]:.4g} after {len(self.beta)} points, "
            f"{len(self.folds)} folds, ||w||={np.linalg.norm(self.w[-1]):.4g})"
        )


def original_beta(problem: Problem) -> float:
    """Return the ascent weight at which the original model lies on the path.

    -1 in the sum convention, ``-n_F/n_R`` (by weight) in the mean convention.
    """
    if problem.normalisation == "sum":
        return -1.0
    return -problem.forget_odds


def objective_at(problem: Problem, beta: float) -> SmoothObjective:
    """Return ``J_beta`` with the ridge that puts the original on the path."""
    if beta < 0 and problem.normalisation == "mean":
        return problem.path(beta, problem.ridge * (1.0 - beta))
    return problem.path(beta)


def follow(
    problem: Problem,
    target: float = 1.0,
    *,
    through_folds: bool = False,
    step: float = 0.05,
    max_steps: int = 2_000,
) -> Path:
    """Follow the minimiser from the oracle (``beta = 0``) to ``beta = target``.

    Parameters
    ----------
    problem : UnlearningProblem, or anything with its objectives
    target : float
        1 for descent-ascent; :func:`original_beta` for the original.
    through_folds : bool
        Go on along the branch of saddles behind a fold (by arc length) instead of stopping at
        it; further folds may lead back to minima.
    step : float
        Largest arc length of a step, in units of beta and of the oracle's norm.
    max_steps : int

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        If the target is not a finite number other than 0, or the oracle has no minimum (an
        unpenalised column separates the retained samples).
    """
    if not np.isfinite(target) or target == 0.0:
        raise ValueError(f"expected a finite target other than 0, got {target}")
    whole = problem.original()
    with blas_threads(whole.rows * whole.dimension), np.errstate(over="ignore", invalid="ignore"):
        return _Follower(problem, target, step).follow(through_folds, max_steps)


def _solved(matrix: Array, vector: Array) -> Array:
    """Return the solution, the shortest one where the matrix is singular in double precision.

    So it may be along the mean over the classes of a softmax problem, which has the ridge alone
    and along which no path leads.
    """
    try:
        return np.asarray(np.linalg.solve(matrix, vector))
    except np.linalg.LinAlgError:
        finite = np.all(np.isfinite(matrix))
        return np.linalg.lstsq(matrix, vector)[0] if finite else np.full_like(vector, np.nan)


class _Follower:
    """State of one continuation: the scaled point ``u = (w / scale, beta)``."""

    def __init__(self, problem: Problem, target: float, step: float) -> None:
        self.problem, self.target, self.largest = problem, target, step
        self.rescaled = target < 0 and problem.normalisation == "mean"
        oracle = minimise(problem.oracle())
        if not np.isfinite(oracle.radius):
            raise ValueError(
                "expected an oracle with a minimum, got none: an unpenalised column "
                "separates the retained samples"
            )
        self.scale = max(float(np.linalg.norm(oracle.w)), problem.oracle().unit_length())
        self.size = float(problem.path(1.0).gradient_scale())
        self.point = np.append(oracle.w / self.scale, 0.0)
        self.folds: list[Fold] = []
        self.records: list[tuple[float, Array, float]] = []

    def objective(self, beta: float) -> SmoothObjective:
        """One smooth family: a saddle branch may pass beta = 0 without a kink in the ridge."""
        return objective_at(self.problem, beta) if self.rescaled else self.problem.path(beta)

    def system(self, point: Array) -> tuple[Array, Array]:
        """Return the gradient and its Jacobian (d, d+1) in the scaled coordinates."""
        w, beta = self.scale * point[:-1], float(point[-1])
        objective = self.objective(beta)
        slope = -self.problem.weighted(0.0, 1.0, ridge=False).gradient(w)
        if self.rescaled:
            slope = slope - self.problem.oracle().ridge_diagonal * w
        return objective.gradient(w), np.column_stack([self.scale * objective.hessian(w), slope])

    def tangent(self, point: Array, towards: Array) -> Array:
        """Return the unit tangent of the path that makes an acute angle with ``towards``."""
        _, jacobian = self.system(point)
        bordered = np.vstack([jacobian, towards])
        direction = _solved(bordered, np.append(np.zeros(len(point) - 1), 1.0))
        return direction / float(np.linalg.norm(direction))

    def correct(self, guess: Array, across: Array) -> Array | None:
        """Return to the path inside the hyperplane through ``guess`` across a direction."""
        point = guess.copy()
        for _ in range(_CORRECTIONS):
            gradient, jacobian = self.system(point)
            if not np.all(np.isfinite(gradient)):
                return None
            constraint = float(across @ (point - guess))
            if float(np.linalg.norm(gradient)) <= 1e-11 * self.size:
                return point
            bordered = np.vstack([jacobian, across])
            point = point + _solved(bordered, -np.append(gradient, constraint))
        gradient, _ = self.system(point)
        return point if float(np.linalg.norm(gradient)) <= 1e-9 * self.size else None

    def record(self, point: Array) -> None:
        w, beta = self.scale * point[:-1], float(point[-1])
        hessian = self.objective(beta).hessian(w)
        self.records.append((beta, w, float(np.linalg.eigvalsh(hessian)[0])))

    def follow(self, through_folds: bool, max_steps: int) -> Path:
        sign = float(np.sign(self.target))
        direction = np.zeros_like(self.point)
        direction[-1] = sign
        direction = self.tangent(self.point, direction)
        step = 0.2 * self.largest
        self.record(self.point)
        end: Optimum | None = None
        status = PathStatus.BUDGET
        for _ in range(max_steps):
            if step < _SMALLEST_STEP:
                status = PathStatus.LOST
                break
            moved = self.correct(self.point + step * direction, direction)
            # a correction as long as the step has left the path for another one
            if moved is None or np.linalg.norm(moved - self.point) > 2.0 * step:
                step *= 0.5
                continue
            turned = self.tangent(moved, direction)
            bend = float(turned @ direction)
            if bend < 0.95:  # more than 18 degrees
                step *= 0.5
                continue
            if abs(moved[-1] - self.point[-1]) <= 1e-14 * abs(self.point[-1]):
                status = PathStatus.LOST  # a coordinate without ridge runs off to infinity
                break
            turns = turned[-1] * direction[-1] < 0
            backwards = (moved[-1] - self.point[-1]) * direction[-1] < 0
            flipped = self.orientation(moved) != self.orientation(self.point)
            # beta turns back where one eigenvalue crosses zero and nowhere else: otherwise the
            # step met a sharp turn of w, or landed on another branch
            if turns != flipped or (backwards and not turns):
                step *= 0.5
                continue
            if turns:
                self.fold(moved, direction, step)
                if not through_folds:
                    status = PathStatus.FOLD
                    break
            crossed = (moved[-1] - self.target) * (self.point[-1] - self.target) <= 0
            if crossed and self.point[-1] != self.target:
                share = (self.target - self.point[-1]) / (moved[-1] - self.point[-1])
                end = self.finish(self.point + share * (moved - self.point))
                if end is not None:
                    status = PathStatus.REACHED
                    break
            self.point, direction = moved, turned
            self.record(self.point)
            if np.linalg.norm(self.point[:-1]) > 1e6:
                status = PathStatus.LOST
                break
            step = min(self.limit(), step * (1.5 if bend > 0.995 else 1.0))
        beta, w, eigenvalue = (np.array(column) for column in zip(*self.records, strict=True))
        return Path(beta, w, eigenvalue, tuple(self.folds), end, status)

    def orientation(self, point: Array) -> float:
        """Return the sign of the Hessian's determinant, which changes at a fold."""
        _, jacobian = self.system(point)
        return float(np.linalg.slogdet(jacobian[:, :-1])[0])

    def limit(self) -> float:
        """Return the largest step here: it grows with the distance from the origin."""
        return self.largest * max(1.0, float(np.linalg.norm(self.point)))

    def fold(self, beyond: Array, direction: Array, step: float) -> None:
        """Locate the turning point of beta between the last point and ``beyond`` by bisection."""
        low, high = 0.0, step
        found = beyond
        for _ in range(60):
            middle = 0.5 * (low + high)
            point = self.correct(self.point + middle * direction, direction)
            if point is None:
                break
            found = point
            if self.tangent(point, direction)[-1] * direction[-1] > 0:
                low = middle
            else:
                high = middle
            if high - low <= 1e-12:
                break
        self.folds.append(Fold(float(found[-1]), self.scale * found[:-1]))
        self.record(found)

    def finish(self, guess: Array) -> Optimum | None:
        """Certify the minimum at the target from a guess on the path."""
        objective = self.objective(self.target)
        optimum = minimise(objective, self.scale * guess[:-1])
        away = float(np.linalg.norm(optimum.w - self.scale * guess[:-1]))
        # on a branch of saddles the descent leaves for another point: that is not this path's end
        if not optimum.converged or away > self.limit() * self.scale:
            return None
        self.record(np.append(optimum.w / self.scale, self.target))
        return optimum
