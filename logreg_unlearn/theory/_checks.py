"""The validators of parameters: one for each kind, all called as ``kind(name, value)``.

Each takes a number or an array and returns it as float64 in its own shape, or raises ``ValueError``
with one line, ``expected <name> <range>, got <value>``, that shows the first value outside.  NaN
lies in no range; text, booleans, complex numbers, objects, masked arrays are not real numbers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array, Mask


def numbers(name: str, value: ArrayLike) -> Array:
    """Real numbers, NaN and infinities among them."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of unequal lengths
        array = np.asarray(None)
    if array.dtype.kind not in "iuf" or isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"expected {name} real numbers, got {' '.join(repr(value).split()):.60}")
    return np.asarray(array, dtype=np.float64)


def require(name: str, value: ArrayLike, wanted: str, admissible: Callable[[Array], Mask]) -> Array:
    """Numbers in a range of their own, which ``wanted`` puts into words."""
    array = numbers(name, value)
    wrong = ~np.asarray(admissible(array))
    if wrong.any():
        raise ValueError(f"expected {name} {wanted}, got {array[wrong].flat[0]}")
    return array


def real(name: str, value: ArrayLike, ndim: int = 0) -> Array:
    """Finite numbers; ``ndim`` 1 asks for vectors (..., d), 2 for matrices (..., n, d)."""
    array = require(name, value, "finite", np.isfinite)
    if array.ndim < ndim:
        shape = ("()", "(..., d)", "(..., n, d)")[ndim]
        raise ValueError(f"expected {name} of shape {shape}, got shape {array.shape}")
    return array


def positive(name: str, value: ArrayLike) -> Array:
    """A ridge, a strength, a step size, a ratio."""
    return require(name, value, "> 0 and finite", lambda v: (v > 0) & (v < np.inf))


def negative(name: str, value: ArrayLike) -> Array:
    """An overlap of opposed groups."""
    return require(name, value, "< 0 and finite", lambda v: (v < 0) & (v > -np.inf))


def nonnegative(name: str, value: ArrayLike) -> Array:
    """A lift, a norm, a deviation."""
    return require(name, value, ">= 0 and finite", lambda v: (v >= 0) & (v < np.inf))


def bound(name: str, value: ArrayLike) -> Array:
    """A bound on something that is not negative: infinite where nothing is known."""
    return require(name, value, ">= 0", lambda v: v >= 0)


def fraction(name: str, value: ArrayLike) -> Array:
    """A part of the data that is neither nothing nor all, or a probability of that kind."""
    return require(name, value, "in (0, 1)", lambda v: (v > 0) & (v < 1))


def share(name: str, value: ArrayLike) -> Array:
    """A part of a whole, which may be nothing or all of it."""
    return require(name, value, "in [0, 1]", lambda v: (v >= 0) & (v <= 1))


def count(name: str, value: ArrayLike, least: int = 1) -> Array:
    """A number of samples or of rounds."""
    return require(
        name,
        value,
        f"a whole number >= {least}",
        lambda v: (v >= least) & (v < np.inf) & (v == np.floor(v)),
    )


def distribution(name: str, value: ArrayLike) -> Array:
    """Shares (..., K) of K classes, which sum to 1 over the last axis."""
    array = real(name, nonnegative(name, value), 1)
    total = array.sum(axis=-1)
    # shares computed in double precision miss 1 by K rounding errors; a mistake is larger
    wrong = np.abs(total - 1.0) > 1e-9
    if wrong.any():
        raise ValueError(f"expected {name} to sum to 1, got {total[wrong].flat[0]}")
    return array


def same_classes(name: str, first: Array, second: Array) -> None:
    """Two arrays whose last axis runs over the same K classes; ``name`` is the second's."""
    if first.shape[-1] != second.shape[-1]:
        raise ValueError(f"expected {name} of {first.shape[-1]} classes, got shape {second.shape}")


def flags(name: str, value: ArrayLike) -> Array:
    """Truth values, as the numbers 0 and 1."""
    array = np.asarray(value)
    if array.dtype.kind != "b":
        raise ValueError(f"expected {name} truth values, got {' '.join(repr(value).split()):.60}")
    return array.astype(np.float64)


def single(name: str, array: Array) -> float:
    """The one number that a validator returned."""
    if array.ndim:
        raise ValueError(f"expected {name} a single number, got shape {array.shape}")
    return float(array)


def choice(name: str, value: str, options: tuple[str, ...]) -> str:
    """One of a few words."""
    if not isinstance(value, str) or value not in options:
        wanted = " or ".join(repr(option) for option in options)
        raise ValueError(f"expected {name} {wanted}, got {' '.join(repr(value).split()):.60}")
    return value
