r"""Pointwise losses of the margin ``z``: value, derivative and curvature.

* logistic ``log(1 + e^{-z})``, derivative ``-e^{-z}/(1 + e^{-z})``, curvature
  ``e^{-|z|}/(1 + e^{-|z|})^2``
* exponential ``e^{-z}``, derivative ``-e^{-z}``, curvature ``e^{-z}`` (the paper's tractable proxy)

Everything is written in exponentials and ``log1p``, so that nothing overflows for the logistic loss
and both tails keep their relative accuracy: at most 4 ulp for ``|z| <= 1e3``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

# any dtype: the stubs of NumPy's releases disagree on what a function of float64 returns
Array: TypeAlias = NDArray[Any]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Link:
    """The slope as one NumPy function: ``-phi'(z) = outer * function(inner * z) + constant``.

    Attributes
    ----------
    function : ufunc
    inner, outer, constant : float
    """

    function: np.ufunc
    inner: float
    outer: float
    constant: float


@dataclass(frozen=True)
class Loss:
    """A convex, decreasing loss of the margin, with everything that depends on it.

    Attributes
    ----------
    name : str
    value, derivative, curvature : callable
        Margin ``(..., n)`` to the loss, ``phi'`` and ``phi''``, same shape.
    weigh_slopes : callable
        ``(margins, weights)``: replaces the margins by ``-weights * phi'(margins)``, in place.
    link : Link
        The slope once more, for steps that fold its constants into their matrices.
    slope_bound, curvature_bound, third_bound : float
        Suprema of ``|phi'|``, ``phi''`` and ``|phi'''|`` over all margins; infinite for the
        exponential loss, which grows without bound.
    even_curvature : bool
        Whether ``phi''(-z) = phi''(z)``.
    softmax : bool
        Whether softmax is what it is of three classes or more; else there it is nothing.

    Notes
    -----
    Both losses satisfy ``|phi'''| <= phi'' <= |phi'|`` (generalised self-concordance), which is
    what the certificates rest on (claims ``log_loss_derivatives``, ``exp_loss_derivatives``).
    """

    name: str
    value: Callable[[Array], Array]
    derivative: Callable[[Array], Array]
    curvature: Callable[[Array], Array]
    weigh_slopes: Callable[[Array, Array], None]
    link: Link
    slope_bound: float
    curvature_bound: float
    third_bound: float
    even_curvature: bool
    softmax: bool = False

    @property
    def unbounded(self) -> bool:
        """Whether slopes grow without bound: then descent-ascent can diverge under any ridge."""
        return math.isinf(self.slope_bound)

    def __repr__(self) -> str:
        return f"Loss({self.name})"


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


def _weigh_logistic_slopes(margins: Array, weights: Array) -> None:
    # 1/(1 + e^z); where e^z overflows the quotient is the right 0
    np.exp(margins, margins)
    np.add(margins, 1.0, margins)
    np.divide(weights, margins, margins)


def _exponential(z: Array) -> Array:
    # overflow to inf is the right limit: the loss of a margin below -709 is infinite in float64
    with np.errstate(over="ignore"):
        return np.exp(-np.asarray(z, dtype=np.float64))


def _exponential_derivative(z: Array) -> Array:
    return -_exponential(z)


def _weigh_exponential_slopes(margins: Array, weights: Array) -> None:
    np.negative(margins, margins)
    np.exp(margins, margins)
    np.multiply(weights, margins, margins)


LOGISTIC = Loss(
    "logistic",
    _logistic_value,
    _logistic_derivative,
    _logistic_curvature,
    _weigh_logistic_slopes,
    Link(np.tanh, 0.5, -0.5, 0.5),
    slope_bound=1.0,
    curvature_bound=0.25,
    third_bound=1.0 / (6.0 * math.sqrt(3.0)),  # claim log_loss_derivatives
    even_curvature=True,
    softmax=True,
)
EXPONENTIAL = Loss(
    "exponential",
    _exponential,
    _exponential_derivative,
    _exponential,
    _weigh_exponential_slopes,
    Link(np.exp, -1.0, 1.0, 0.0),
    slope_bound=math.inf,
    curvature_bound=math.inf,
    third_bound=math.inf,
    even_curvature=False,
)

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
