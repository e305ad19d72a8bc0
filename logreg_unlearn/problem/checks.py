"""What a problem accepts: one validator per kind of parameter, each with one line to refuse.

Every validator takes the parameter's name and its value, in this order, and returns the value as
the package uses it.  Arrays come back as float64 (or bool) and may be the caller's own: whoever
keeps one copies it (:func:`frozen`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.problem.rows import CHUNK


def array(name: str, values: Any) -> Array:
    """Return ``values`` as an array of the dtype it has, dense and without gaps.

    Raises
    ------
    ValueError
        For sparse matrices, masked entries and nested lists of unequal lengths.
    """
    if hasattr(values, "toarray"):  # every class of scipy.sparse; asarray would wrap it whole
        raise ValueError(
            f"expected dense {name}, got a sparse {type(values).__name__}: pass {name}.toarray()"
        )
    if np.ma.is_masked(values):
        raise ValueError(
            f"expected {name} without masked entries, got {np.ma.count_masked(values)} of them: "
            "fill them or leave their rows out"
        )
    try:
        return np.asarray(values)
    except ValueError:
        raise ValueError(f"expected {name} as an array, got lists of unequal lengths") from None


def real_array(name: str, values: Any) -> Array:
    """Return ``values`` as float64, of any shape; booleans and integers are numbers.

    Raises
    ------
    ValueError
        As `array`, and for complex numbers, text, dates and Python objects.
    """
    given = array(name, values)
    if given.dtype.kind not in "biuf":
        raise ValueError(f"expected {name} of real numbers, got dtype {given.dtype}")
    with np.errstate(over="ignore"):  # a long double beyond float64 becomes inf, refused below
        return given.astype(np.float64, copy=False)


def matrix(name: str, values: Any) -> Array:
    """Return finite ``values`` of shape (n, d), neither of them 0."""
    found = real_array(name, values)
    if found.ndim != 2 or 0 in found.shape:
        raise ValueError(f"expected {name} of shape (n, d), got {found.shape}")
    if not np.all(np.isfinite(found)):
        row, column = np.argwhere(~np.isfinite(found))[0]
        raise ValueError(
            f"expected finite {name}, got {found[row, column]} in row {row}, column {column}"
        )
    return found


def rows(name: str, values: Any) -> Array:
    """Return finite ``values`` of shape (n, d) as they are, whatever their real dtype."""
    found = array(name, values)
    if found.dtype.kind not in "biuf":
        real_array(name, found)
    if found.ndim != 2 or 0 in found.shape:
        raise ValueError(f"expected {name} of shape (n, d), got {found.shape}")
    size = max(1, CHUNK // found.shape[1])
    for first in range(0, len(found), size):
        part = real_array(name, found[first : first + size])
        if not np.isfinite(part).all():
            row, column = np.argwhere(~np.isfinite(part))[0]
            raise ValueError(
                f"expected finite {name}, got {part[row, column]} "
                f"in row {first + row}, column {column}"
            )
    return found


def vector(name: str, values: Any, n: int) -> Array:
    """Return finite ``values`` of shape (n,)."""
    found = real_array(name, values)
    if found.shape != (n,):
        raise ValueError(f"expected {name} of shape ({n},), got {found.shape}")
    if not np.all(np.isfinite(found)):
        row = int(np.flatnonzero(~np.isfinite(found))[0])
        raise ValueError(f"expected finite {name}, got {found[row]} in row {row}")
    return found


def signs(name: str, values: Any, n: int) -> Array:
    """Return ``values`` of shape (n,), each -1 or +1."""
    found = vector(name, values, n)
    if not np.all(np.abs(found) == 1):
        raise ValueError(f"expected {name} -1 and +1, got values {listed(np.unique(found))}")
    return found


def mask(name: str, values: Any, n: int) -> Mask:
    """Return booleans of shape (n,) that are neither all true nor all false."""
    found = array(name, values)
    if found.dtype != np.bool_:
        raise ValueError(f"expected a boolean {name} mask, got dtype {found.dtype}")
    if found.shape != (n,):
        raise ValueError(f"expected a {name} mask of shape ({n},), got {found.shape}")
    if found.all() or not found.any():
        got = "an empty one" if not found.any() else f"all {n}"
        raise ValueError(f"expected a {name} set of 1 to {n - 1} samples, got {got}")
    return found


def positive(name: str, value: Any) -> float:
    """Return a finite number > 0; text and booleans are no numbers."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise ValueError(f"expected a {name} > 0, got {value!r}")
    try:
        found = float(value)
    except OverflowError:
        found = np.inf
    if not (np.isfinite(found) and found > 0):
        raise ValueError(f"expected a {name} > 0, got {value}")
    return found


def choice(name: str, value: Any, allowed: Sequence[str]) -> str:
    """Return ``value``, one of the names ``allowed``."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"expected a {name} among {tuple(allowed)}, got {value!r}")
    return value


def columns(name: str, value: Any, d: int) -> tuple[int, ...]:
    """Return column numbers in 0..d-1, each once; a boolean mask (d,) names the true ones."""
    expected = f"expected {name} columns in 0..{d - 1}"
    if not isinstance(value, Iterable):
        raise ValueError(f"{expected}, got {value!r}: write ({value!r},) for one column")
    chosen = tuple(value)
    if len(chosen) == d and all(isinstance(c, bool | np.bool_) for c in chosen):
        return tuple(int(c) for c in np.flatnonzero(chosen))
    for column in chosen:
        whole = isinstance(column, Integral) and not isinstance(column, bool)
        if not whole or not 0 <= column < d:
            raise ValueError(f"{expected}, got {column!r}")
    return tuple(dict.fromkeys(int(c) for c in chosen))


def names(name: str, value: Any, d: int) -> tuple[str, ...]:
    """Return d distinct texts."""
    found = tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else value
    if not isinstance(found, tuple) or not all(isinstance(text, str) for text in found):
        raise ValueError(f"expected {name} as {d} texts, got {value!r}")
    if len(set(found)) != d or len(found) != d:
        raise ValueError(f"expected {d} distinct {name}, got {len(found)}: {listed(found)}")
    return found


def listed(values: Iterable[Any], most: int = 5) -> str:
    """Return the first few values as text."""
    shown = list(values)
    texts = [f"{v:g}" if isinstance(v, float) else repr(v) for v in shown[:most]]
    return ", ".join(texts) + (", ..." if len(shown) > most else "")


def pair(name: str, value: Any) -> tuple[Any, Any]:
    """Return two different values."""
    found = tuple(value) if isinstance(value, tuple | list | np.ndarray) else ()
    if len(found) != 2 or found[0] == found[1]:
        raise ValueError(f"expected {name} as two different values, got {value!r}")
    return found


def frozen(values: Array, copy: bool = True) -> Array:
    """Return a read-only array, by default of our own."""
    kept = np.array(values) if copy else values
    kept.flags.writeable = False
    return kept
