r"""Newton's method by conjugate gradients, whose products with the Hessian are in single precision.

A step solves ``H s = grad`` to a tenth at first and to a thousandth in the end; single precision
is accurate enough for that, and twice as fast.  The last gradients and the certificate are in
double precision: they decide what is a solution.  The preconditioner is the Hessian's block of each
class, renewed when the Hessian has changed and as many products as that costs are past and to come.
Nocedal and Wright, *Numerical Optimization*, algorithm 7.1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.solve.factors import Factor
from logreg_unlearn.solve.linesearch import try_full
from logreg_unlearn.solve.passes import Iterate

if TYPE_CHECKING:
    from logreg_unlearn.solve.class_rows import ClassRows

SINGLE = np.float32
PRODUCT = 0.4
"""Passes that a product takes (measured: no exponentials, and half the digits)."""
_FLOOR = 0.1
"""Share of the mean weight that a sample has at least in a block: one that is sure of its class
here may be less so further on, and a block that forgets it asks for steps that are too long."""
_ROWS = 32
"""Rows a column that tell enough of a block."""
_LOOSE, _TIGHT = 0.1, 1e-3
"""Share of the residual that a solve leaves: far from the minimiser, and near it at the least."""
_CHANGE = 0.1
"""Share by which the Hessian has changed when its blocks are no longer as good as new ones."""
_LONGEST = 100
"""Products beyond which single precision is the likely reason that a solve takes so many."""
_SURE = 1e-15
"""Probability that counts as 0: products with it may underflow, which is slow."""
_SINGLE_EPS = 1e-6
"""Ten units of single precision, by which a block's diagonal is raised."""


class Curvature:
    """Products with the Hessian of a softmax objective with coefficients > 0.

    Parameters
    ----------
    space : ClassRows
        In single precision; the points may come from the same rows in double.
    """

    def __init__(self, space: ClassRows) -> None:
        self.objective, self._work = space.objective, space.work
        (n, d), count = self.objective.features.shape, self.objective.count
        self._share = n / max(self._work.rows, 1)
        self._ridge = self.objective.ridge_diagonal.astype(SINGLE)
        # of each part besides: probabilities, these weighted, room for a product
        self._parts = tuple(
            (part, *np.empty((3, count, len(part.own)), SINGLE)) for part in space.parts
        )
        self._stride = max(1, n // (_ROWS * d))
        self._rows = self.objective.features[:: self._stride].astype(SINGLE)
        # products that take the time of the blocks (measured)
        self.renewal = 4.0 + 0.5 * d / self._stride

    def at(self, here: Iterate) -> None:
        """Take the probabilities of a point, from its slopes."""
        for part, pi, weighted, _ in self._parts:
            weighted[...] = here.slopes[part.inside].reshape(pi.shape)
            weighted.reshape(-1)[part.own] += part.weights
            np.divide(weighted, part.weights, out=pi)
            if pi.min() < _SURE:
                pi[pi < _SURE] = 0.0
                np.multiply(pi, part.weights, out=weighted)

    def times(self, vector: Array) -> Array:
        """Return the Hessian times a vector (K*d,) of mean 0 over the classes."""
        self._work.passes += PRODUCT * self._share
        total, direction = self._ridge * vector, vector.reshape(self.objective.count, -1)
        sums = total.reshape(direction.shape)
        for part, pi, weighted, along in self._parts:
            np.dot(direction, part.columns, out=along)
            along -= np.einsum("kn,kn->n", pi, along)
            along *= weighted
            sums += np.dot(along, part.columns.T)
        return total

    def blocks(self, floor: float = _FLOOR) -> Blocks:
        """Return the inverse of the Hessian's block of each class, from rows that suffice."""
        d = self.objective.features.shape[1]
        pi = np.concatenate([pi for _, pi, _, _ in self._parts], axis=1)[:, :: self._stride]
        scale = self._stride * self.objective.coefficients[:: self._stride].astype(SINGLE)
        weights = scale * pi * (1.0 - pi)
        weights = np.sqrt(np.maximum(weights, floor * weights.mean(axis=1, keepdims=True)))
        # a start at 0 without offsets: one block serves all classes
        alike = bool(np.ptp(pi, axis=0).max() <= _SINGLE_EPS)
        inverses = np.empty((len(weights), d, d), SINGLE)
        self._work.passes += self.renewal * PRODUCT * self._share / (len(weights) if alike else 1)
        scaled, unit = np.empty_like(self._rows), np.eye(d)
        for k, weight in enumerate(weights[:1] if alike else weights):
            np.multiply(self._rows, weight[:, None], out=scaled)
            block = np.dot(scaled.T, scaled).astype(float)
            block.flat[:: d + 1] *= 1.0 + _SINGLE_EPS
            block.flat[:: d + 1] += self.objective.ridge_diagonal[:d]
            inverses[k] = Factor(block, float(block.diagonal().max())).times(unit)
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


@dataclass
class Progress:
    """What a search keeps from one space to the next.

    Attributes
    ----------
    share : float
        Share of the residual that the next solve leaves: what the last step left of the gradient
        beyond what its solve had left, for that is the Hessian's change and no solve helps it
        (Eisenstat and Walker, SIAM J. Sci. Comput. 17(1), 1996, choice 1).
    blocks : Blocks or None
        The preconditioner.
    spent : int
        Products since it was formed.
    rate : float
        Products that the last step took to lower the log of the gradient norm by 1.
    change : float
        How much the Hessian has changed since: the sum of what was left over in that way.
    """

    share: float = _LOOSE
    blocks: Blocks | None = None
    spent: int = 0
    rate: float = math.inf
    change: float = 0.0

    def renew(self, curvature: Curvature, norm: float, target: float) -> Blocks:
        """Return the preconditioner; a new one where products cost more, past ones and left."""
        left = self.rate * math.log(norm / target) if target > 0 else math.inf
        pays = self.change > _CHANGE and min(self.spent, left) >= curvature.renewal
        if self.blocks is None or pays:
            self.blocks, self.spent, self.change = curvature.blocks(), 0, 0.0
        return self.blocks

    def add(self, products: int, left: float, before: float, after: float) -> None:
        """Learn from a step: its products, the residual they left, the gradient norms around it."""
        change = abs(after - left) / before
        self.change, self.share = self.change + change, max(_TIGHT, min(_LOOSE, change))
        self.spent += products
        self.rate = products / math.log(before / after) if 0 < after < before else math.inf


def inexact_newton(
    space: ClassRows, start: Iterate, target: float, budget: int, known: Progress | None
) -> tuple[Iterate, int, Progress]:
    """Iterate from an evaluated point; parameters and returns as in ``newton.refine``.

    It ends early where conjugate gradients take longer than a Hessian would.
    """
    known, here, best = known or Progress(), start, start
    longest = int(max(20.0, min(space.renewal / PRODUCT, _LONGEST)))
    stalled, steps = 0, 0
    spare: Iterate | None = None
    while steps < budget and stalled < 3 and target < here.norm < math.inf:
        curvature = space.curvature
        curvature.at(here)
        blocks = known.renew(curvature, here.norm, target)
        share = min(_LOOSE, max(known.share, 0.3 * target / here.norm))
        step, products, left = _solve(curvature, blocks, here, share, longest)
        fall = float(np.dot(step, here.gradient))
        if not fall > 0:
            break
        there = try_full(space, here, step, fall, spare)
        known.add(products, left, here.norm, there.norm)
        here, spare = there, None if here is best else here
        steps += 1
        if here.norm >= 0.9 * best.norm and fall <= space.resolution * space.value(here):
            stalled += 1
        if here.norm < best.norm:
            best, spare = here, best
        if products >= longest:
            break
    return best, steps, known


def _solve(
    curvature: Curvature, blocks: Blocks, here: Iterate, share: float, longest: int
) -> tuple[Array, int, float]:
    """Return a step that leaves a share of the residual, its products, and what norm they left."""
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
    step = here.norm * (matrix - matrix.mean(axis=0)).ravel()
    return step, products, here.norm * float(np.linalg.norm(residual))
