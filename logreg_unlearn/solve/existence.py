"""Whether a convex objective has a minimiser: the unpenalised columns must not separate the rows.

A direction ``v`` without ridge along which no margin falls and one rises lowers the objective for
ever: there is no minimiser (Albert and Anderson, Biometrika 1984, for the plain regression).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.problem.norms import EPS, TINY
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.softmax import SoftmaxObjective


def falls_for_ever(*objectives: Objective | SoftmaxObjective) -> bool:
    """Whether a direction without ridge provably lowers every term or leaves it, and lowers one.

    Along it the sum of the objectives has no minimiser, and falls for ever (False: not proved).
    Of softmax a term is the difference of the label's logit from another one.

    Parameters
    ----------
    *objectives : Objective or SoftmaxObjective
        Of one kind, without batch axes, and with coefficients other than 0; a term with a negative
        one falls where its margin does.
    """
    free = np.all([o.ridge_diagonal == 0 for o in objectives], axis=0)
    rows = np.vstack([_gains(objective, free) for objective in objectives])
    rows = rows[:, rows.any(axis=0)]
    if not rows.size:
        return False
    # one weight alone: an intercept whose class has no samples
    if ((rows >= 0).all(axis=0) | (rows <= 0).all(axis=0)).any():
        return True
    if rows.shape[1] == 1:
        return False
    from scipy.optimize import linprog  # loaded where a certificate failed, not by the import

    # no smaller: its inverse would overflow
    units = np.maximum(np.abs(rows).max(axis=0), TINY)
    scaled = rows / units
    found = linprog(-scaled.sum(axis=0), -scaled, np.zeros(len(scaled)), bounds=(-1.0, 1.0))
    return found.x is not None and any(
        _separates(rows, direction / units) for direction in (found.x, np.round(found.x, 6))
    )


def _gains(objective: Objective | SoftmaxObjective, free: Mask) -> Array:
    """Return the rows whose products with a direction in the free coordinates are to be >= 0."""
    signs = np.sign(objective.coefficients)
    if isinstance(objective, Objective):
        return np.asarray(signs[:, None] * objective.signed_features[:, free])
    count = objective.count
    columns = objective.features[:, free.reshape(count, -1)[0]]
    # an intercept has few different rows
    signed = np.unique(np.column_stack([objective.classes, signs[:, None] * columns]), axis=0)
    labels, others = np.eye(count)[signed[:, 0].astype(int)], np.eye(count)
    # `differences[i, l]` is e_y - e_l
    differences = labels[:, None, :] - others
    gains = differences[..., None] * signed[:, None, None, 1:]
    return np.asarray(gains.reshape(len(signed) * count, count * columns.shape[1]))


def _separates(rows: Array, direction: Array) -> bool:
    """Decide ``rows @ direction >= 0``, somewhere > 0, exactly."""
    products = rows @ direction
    slack = 2 * rows.shape[1] * EPS * (np.abs(rows) @ np.abs(direction))
    unclear = np.flatnonzero(np.abs(products) <= slack)
    if (np.delete(products, unclear) < 0).any():
        return False
    exact = [
        sum(Fraction(float(a)) * Fraction(float(v)) for a, v in zip(row, direction, strict=True))
        for row in rows[unclear]
    ]
    return all(value >= 0 for value in exact) and (
        len(unclear) < len(rows) or any(value > 0 for value in exact)
    )
