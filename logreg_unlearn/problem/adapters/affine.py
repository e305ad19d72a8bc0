r"""Weights on the columns that the user handed in.

The columns of a problem are often an affine function of the user's, ``z = t + (x - c) A`` (with
``c`` in the middle of the data, where nothing cancels), and a last column of a constant ``v``
carries the intercept.  Then

.. math:: w \cdot z = x \cdot (A w) + \bigl(w \cdot t - c \cdot (A w) + v\,w_{\text{last}}\bigr).

The way in solves the same two equations for w: the coefficients fix its first part, the intercept
its last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logreg_unlearn.problem import checks as check
from logreg_unlearn.problem.losses import Array

_SAME = 1e-9
"""Share to which a model has to be one of the problem's: what undoing a scale may lose."""


@dataclass(frozen=True, eq=False)
class LinearModel:
    """A linear model ``x . coefficients + intercept``.

    Attributes
    ----------
    coefficients : ndarray (p,)
    intercept : float
    feature_names : tuple of p str
    columns : str
        Whose scale it is: ``"as given"``, or ``"of the last step"`` where the preprocessing
        before it is not affine, so that no such model exists in the user's own columns.
    """

    coefficients: Array
    intercept: float
    feature_names: tuple[str, ...]
    columns: str = "as given"

    def __repr__(self) -> str:
        terms = zip(self.feature_names[:5], self.coefficients[:5], strict=True)
        shown = ", ".join(f"{name}: {value:.4g}" for name, value in terms)
        more = ", ..." if len(self.feature_names) > 5 else ""
        return (
            f"LinearModel({shown}{more}, intercept: {self.intercept:.4g}, columns {self.columns})"
        )


@dataclass(frozen=True, eq=False)
class UserScale:
    """How the columns of a problem come from the user's.

    Attributes
    ----------
    feature_names : tuple of p str
        The user's columns.
    centre : ndarray (p,)
        A point ``c`` on the user's scale.
    image : ndarray (k,)
        What it becomes, ``t``.
    slope : ndarray (p,) or (p, k)
        ``A``, or its diagonal.
    constant : float, optional
        Value ``v`` of the appended last column; None where there is none.
    columns : str
        As in `LinearModel`.
    """

    feature_names: tuple[str, ...]
    centre: Array
    image: Array
    slope: Array
    constant: float | None = None
    columns: str = "as given"

    def undo(self, w: Array) -> LinearModel:
        """Return the model of the problem's weights ``w (d,)`` in the user's columns."""
        inner, intercept = w, 0.0
        if self.constant is not None:
            inner, intercept = w[:-1], self.constant * float(w[-1])
        coefficients = self.slope @ inner if self.slope.ndim == 2 else self.slope * inner
        intercept += float(inner @ self.image) - float(self.centre @ coefficients)
        return LinearModel(coefficients, intercept, self.feature_names, self.columns)

    def redo(self, model: LinearModel) -> Array:
        """Return the problem's weights (d,) of a model in the user's columns.

        Raises
        ------
        ValueError
            If its columns, in any order, are not the user's; or if no weights give this model.
        """
        names = model.feature_names
        repeated = sorted({name for name in names if names.count(name) > 1})
        missing = [name for name in self.feature_names if name not in names]
        foreign = [name for name in names if name not in self.feature_names]
        wrong = {"two for": repeated, "none for": missing, "one for the unknown": foreign}
        got = [f"{what} {check.listed(those)}" for what, those in wrong.items() if those]
        if got:
            raise ValueError(f"expected one weight for each feature, got {' and '.join(got)}")
        place = {name: j for j, name in enumerate(names)}
        given = check.vector("coefficients", model.coefficients, len(place))
        coefficients = given[[place[name] for name in self.feature_names]]
        with np.errstate(over="ignore", invalid="ignore"):
            if self.slope.ndim == 2:
                inner = np.linalg.lstsq(self.slope, coefficients, rcond=None)[0]
                missed = float(np.abs(self.slope @ inner - coefficients).max(initial=0.0))
                if missed > _SAME * float(np.abs(coefficients).max()):
                    raise ValueError(
                        "expected coefficients in the span of the preprocessing, got ones that "
                        f"are {missed:.2g} off it: no weights of the last step give them"
                    )
            else:
                inner = coefficients / self.slope
            terms = np.append(inner * self.image, -self.centre * coefficients)
            rest = float(model.intercept) - float(terms.sum())
            if self.constant is not None:
                inner = np.append(inner, rest / self.constant)
            elif not abs(rest) <= _SAME * (abs(model.intercept) + float(np.abs(terms).sum())):
                raise ValueError(
                    f"expected the intercept {model.intercept - rest:g} of a problem without a "
                    f"column for it, got {model.intercept:g}"
                )
        return check.vector("weights on the scale of the problem's columns", inner, len(inner))


def identity(feature_names: tuple[str, ...], constant: float | None, columns: str) -> UserScale:
    """Return the scale of columns that are used as they are."""
    p = len(feature_names)
    return UserScale(feature_names, np.zeros(p), np.zeros(p), np.ones(p), constant, columns)


def as_given(feature_names: tuple[str, ...] | None, d: int) -> UserScale:
    """Return the scale of d columns of which nothing is known, named ``x0``, ``x1`` ... if not."""
    return identity(feature_names or tuple(f"x{j}" for j in range(d)), None, "as given")
