"""Whether a convex objective has a minimiser: the unpenalised columns must not separate the rows.

A direction ``v`` without ridge along which no margin falls and one rises lowers the objective for
ever: there is no minimiser (Albert and Anderson, Biometrika 1984, for the plain regression).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.norms import EPS
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.softmax import SoftmaxObjective


def falls_for_ever(objective: Objective) -> bool:
    """Whether it is proved that the objective has no minimiser (False: not proved).

    Parameters
    ----------
    objective : Objective
        Without batch axes and with coefficients > 0.
    """
    free = objective.ridge_diagonal == 0
    rows = objective.signed_features[:, free]
    if not rows.any():
        return False
    if rows.shape[1] == 1:
        return bool((rows >= 0).all() or (rows <= 0).all())
    from scipy.optimize import linprog  # loaded where a certificate failed, not by the import

    scaled = rows / np.abs(rows).max()
    found = linprog(-scaled.sum(axis=0), -scaled, np.zeros(len(scaled)), bounds=(-1.0, 1.0))
    return found.x is not None and any(
        _separates(rows, direction) for direction in (found.x, np.round(found.x, 6))
    )


def lacks_a_class(objective: SoftmaxObjective) -> bool:
    """Whether a softmax objective falls for ever as an intercept makes an absent class impossible.

    Parameters
    ----------
    objective : SoftmaxObjective
        With coefficients > 0.
    """
    free = objective.features[:, objective.ridge_diagonal[: objective.features.shape[1]] == 0]
    one_sided = (free > 0).all(axis=0) | (free < 0).all(axis=0)
    absent = np.bincount(objective.classes, minlength=objective.count) == 0
    return bool(one_sided.any() and absent.any())


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
