r"""Newton's method by conjugate gradients, whose products with the Hessian are in single precision.

A step solves ``H s = grad`` to a tenth at first and to a thousandth in the end; single precision
is accurate enough for that, and twice as fast.  The gradients and the certificate are in double
precision: they decide what is a solution.  The preconditioner is the Hessian's block of each
class, renewed when the products since its last renewal have cost as much.  Nocedal and Wright,
*Numerical Optimization*, algorithm 7.1.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve.factors import Factor
from logreg_unlearn.solve.linesearch import RESOLUTION, move
from logreg_unlearn.solve.passes import Iterate, Work

if TYPE_CHECKING:
    from logreg_unlearn.solve.classes import ClassRows

SINGLE = np.float32
PRODUCT = 0.4
"""Passes that a product takes (measured: no exponentials, and half the digits)."""
_FLOOR = 0.1
"""Share of the mean weight that a sample has at least in a block: one that is sure of its class
here may be less so further on, and a block that forgets it asks for steps that are too long."""
import os
_ROWS = int(os.environ.get("ROWS", 32))
"""Rows a column that tell enough of a block."""
_LOOSE, _TIGHT = 0.1, 1e-3
"""Share of the residual that a solve leaves: far from the minimiser, and near it at the least."""
_SINGLE_EPS = 1e-6
"""Ten units of single precision, by which a block's diagonal is raised."""


class Curvature:
    """Products with the Hessian of a softmax objective, in single precision.

    Parameters
    ----------
    objective : SoftmaxObjective
        With coefficients > 0.
    work : Work
        Counts the passes.
    """

    def __init__(self, objective: SoftmaxObjective, work: Work) -> None:
        self.objective, self._work = objective, work
        self._share = len(objective.classes) / max(work.rows, 1)
        self._ridge = objective.ridge_diagonal.astype(SINGLE)
        chunks = objective.chunks()
        self._columns = [objective.features[c].T.astype(SINGLE, order="C") for c in chunks]
        count = objective.count
        shapes = [(count, len(objective.classes[c])) for c in chunks]
        self._pi = [np.empty(shape, SINGLE) for shape in shapes]
        self._weighted = [np.empty(shape, SINGLE) for shape in shapes]
        self._along = [np.empty(shape, SINGLE) for shape in shapes]
        n, d = objective.features.shape
        self._stride = max(1, n // (_ROWS * d))
        self._rows = np.concatenate([objective.features[c][::self._stride] for c in chunks]).astype(SINGLE)
        # products that take the time of the blocks (measured)
        self.renewal = 2.0 + d / 4.0 / self._stride
        self._each = [np.arange(shape[1]) for shape in shapes]

    def at(self, here: Iterate) -> None:
        """Take the probabilities of a point, from its slopes."""
        objective, first = self.objective, 0
        for chunk, pi, weighted, each in zip(
            objective.chunks(), self._pi, self._weighted, self._each, strict=True
        ):
            slopes = here.slopes[first : first + pi.size].reshape(pi.shape)
            first += pi.size
            weights = objective.coefficients[chunk]
            np.divide(slopes, weights, out=pi, casting="unsafe")
            pi[objective.classes[chunk], each] += SINGLE(1.0)
            np.multiply(pi, weights.astype(SINGLE), out=weighted)

    def times(self, vector: Array) -> Array:
        """Return the Hessian times a vector (K*d,) of mean 0 over the classes."""
        self._work.passes += PRODUCT * self._share
        total, direction = self._ridge * vector, vector.reshape(self.objective.count, -1)
        sums = total.reshape(direction.shape)
        for columns, pi, weighted, along in zip(
            self._columns, self._pi, self._weighted, self._along, strict=True
        ):
            np.dot(direction, columns, out=along)
            along -= np.einsum("kn,kn->n", pi, along)
            along *= weighted
            sums += np.dot(along, columns.T)
        return total

    def blocks(self) -> Blocks:
        """Return the inverse of the Hessian's block of each class, from rows that suffice."""
        d = self.objective.features.shape[1]
        weights = np.concatenate([(w * (1.0 - pi))[:, ::self._stride] for w, pi in zip(self._weighted, self._pi, strict=True)], axis=1)
        weights *= self._stride
        weights = np.sqrt(np.maximum(weights, _FLOOR * weights.mean(axis=1, keepdims=True)))
        # a start at 0 without offsets: one block serves all classes
        alike = bool((weights == weights[0]).all())
        inverses = np.empty((len(weights), d, d), SINGLE)
        self._work.passes += self.renewal * PRODUCT * self._share / (len(weights) if alike else 1)
        for k, weight in enumerate(weights[:1] if alike else weights):
            scaled = self._rows * weight[:, None]
            block = np.dot(scaled.T, scaled).astype(float)
            block.flat[:: d + 1] *= 1.0 + _SINGLE_EPS
            block.flat[:: d + 1] += self.objective.ridge_diagonal[:d]
            inverse = Factor(block, float(block.diagonal().max())).times(np.eye(d))
            inverses[k] = 0.5 * (inverse + inverse.T)
        if alike:
            inverses[1:] = inverses[0]
        return Blocks(inverses)


class Blocks:
    """The Hessian's block of each class, inverted; the mean over the classes is taken off.

    Were the probabilities the same for all samples, this would be the inverse of the data part on
    the weights of mean 0, up to a factor: the mean changes no loss.
    """

    def __init__(self, inverses: Array) -> None:
        self._inverses = inverses

    def times(self, vector: Array) -> Array:
        """Return nearly the inverse Hessian times a vector (K*d,)."""
        found = np.matmul(self._inverses, vector.reshape(*self._inverses.shape[:2], 1))[..., 0]
        found -= np.add.reduce(found, axis=0) / len(found)
        return np.asarray(found.ravel())

    def solve(self, here: Iterate) -> Array:
        """Return nearly the inverse Hessian times the gradient at a point."""
        return self.times(here.gradient)


def inexact_newton(
    space: ClassRows, start: Iterate, target: float, budget: int, blocks: Blocks | None
) -> tuple[Iterate, int, Blocks | None]:
    """Iterate from an evaluated point; parameters and returns as in ``newton.refine``.

    It ends early where conjugate gradients take longer than a Hessian would.
    """
    here = best = start
    if not here.norm > target:
        return best, 0, blocks
    curvature = Curvature(space.objective, space.work)
    longest = max(20, int(2.0 * space.renewal / PRODUCT)) if space.renewal < math.inf else 10_000
    spent, stalled, steps = (0 if blocks else math.inf), 0, 0
    while steps < budget and stalled < 3 and target < here.norm < math.inf:
        curvature.at(here)
        if spent >= curvature.renewal:
            blocks, spent = curvature.blocks(), 0
        near = max(_TIGHT, math.sqrt(here.norm / start.norm), 0.3 * target / here.norm)
        step, products = _solve(curvature, blocks, here, min(_LOOSE, near), longest)
        spent += products
        fall = float(np.dot(step, here.gradient))
        if not fall > 0:
            break
        here = move(space, here, step, fall)
        steps += 1
        if here.norm >= 0.9 * best.norm and fall <= RESOLUTION * space.value(here):
            stalled += 1
        if here.norm < best.norm:
            best = here
        if products >= longest:
            break
    return best, steps, blocks


def _solve(
    curvature: Curvature, blocks: Blocks, here: Iterate, share: float, longest: int
) -> tuple[Array, int]:
    """Return a step that leaves a share of the residual, and the products that it took."""
    residual = (here.gradient / here.norm).astype(SINGLE)
    step, direction = np.zeros_like(residual), blocks.times(residual)
    size = first = float(np.dot(residual, direction))
    products = 0
    while products < longest and size > share**2 * first:
        product = curvature.times(direction)
        products += 1
        bend = float(np.dot(direction, product))
        if not bend > 0:  # rounding, or an overflow of single precision
            break
        step += (size / bend) * direction
        residual -= (size / bend) * product
        conditioned = blocks.times(residual)
        before, size = size, float(np.dot(residual, conditioned))
        direction *= size / before
        direction += conditioned
    matrix = step.astype(float).reshape(curvature.objective.count, -1)
    # single precision leaves a mean, which the ridge resists
    return here.norm * (matrix - matrix.mean(axis=0)).ravel(), products
