r"""Pointwise losses of the margin ``z``: value, derivative and curvature.

* logistic ``log(1 + e^{-z})``, derivative ``-e^{-z}/(1 + e^{-z})``, curvature
  ``e^{-|z|}/(1 + e^{-|z|})^2``
* exponential ``e^{-z}``, derivative ``-e^{-z}``, curvature ``e^{-z}`` (the paper's tractable proxy)

Everything is written in exponentials and ``log1p``, so that nothing overflows for the logistic loss
and both tails keep their relative accuracy: at most 4 ulp for ``|z| <= 1e3``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

# any dtype: the stubs of NumPy's releases disagree on what a function of float64 returns
Array: TypeAlias = NDArray[Any]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Loss:
    """A convex, decreasing loss of the margin.

    Attributes
    ----------
    name : str
    value, derivative, curvature : callable
        Margin ``(..., n)`` to the loss, ``phi'`` and ``phi''``, same shape.
    curvature_bound : float
        Supremum of ``phi''`` over all margins (``inf`` for the exponential loss).

    Notes
    -----
    Both losses satisfy ``|phi'''| <= phi''`` (generalised self-concordance), which is what the
    certificates rest on (claims ``log_loss_derivatives``, ``exp_loss_derivatives``).
    """

    name: str
    value: Callable[[Array], Array]
    derivative: Callable[[Array], Array]
    curvature: Callable[[Array], Array]
    curvature_bound: float


def _logistic_value(z: Array) -> Array:
    z = np.asarray(z, dtype=np.float64)
    return np.maximum(-z, 0.0) + np.log1p(np.exp(-np.abs(z)))


def _logistic_derivative(z: Array) -> Array:
    # -u/(1 + u), u = e^{-z}, needs no branch; below -700 it is -1 and u must not overflow
    u = np.asarray(np.maximum(np.asarray(z, dtype=np.float64), -700.0))
    np.exp(np.negative(u, out=u), out=u)
    return np.divide(u, -1.0 - u, out=u)[()]


def _logistic_curvature(z: Array) -> Array:
    z = np.asarray(z, dtype=np.float64)
    tail = np.exp(-np.abs(z))
    return tail / (1.0 + tail) ** 2


def _exponential(z: Array) -> Array:
    # overflow to inf is the right limit: the loss of a margin below -709 is infinite in float64
    with np.errstate(over="ignore"):
        return np.exp(-np.asarray(z, dtype=np.float64))


def _exponential_derivative(z: Array) -> Array:
    return -_exponential(z)


LOGISTIC = Loss("logistic", _logistic_value, _logistic_derivative, _logistic_curvature, 0.25)
EXPONENTIAL = Loss("exponential", _exponential, _exponential_derivative, _exponential, np.inf)

LOSSES = {loss.name: loss for loss in (LOGISTIC, EXPONENTIAL)}


def get_loss(loss: str | Loss) -> Loss:
    """Return the loss of that name (a ``Loss`` is returned as it is).

    Raises
    ------
    ValueError
        If the name is neither ``"logistic"`` nor ``"exponential"``.
    """
    if isinstance(loss, Loss):
        return loss
    try:
        return LOSSES[loss]
    except (KeyError, TypeError):  # TypeError: not even hashable
        raise ValueError(f"expected a loss among {sorted(LOSSES)}, got {loss!r}") from None
