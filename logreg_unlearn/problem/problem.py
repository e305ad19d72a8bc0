"""An unlearning problem: data, forget set, ridge, and the objectives they define.

With retain set R and forget set F (``n_R + n_F = n``), the **mean** convention is the
paper's Eq. 1: original ``1/n`` on all, oracle ``1/n_R`` on R, descent-ascent ``1/n_R`` on R
and ``-1/n_F`` on F, each plus ``(ridge/2)||w||^2``.  The **sum** convention puts
coefficient 1 on every sample, so removing data does not change the ridge; it is chosen
explicitly.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field

import numpy as np

from logreg_unlearn.problem.losses import Array, Loss, Mask, get_loss
from logreg_unlearn.problem.objective import Objective

NORMALISATIONS = ("mean", "sum")


@dataclass(frozen=True, eq=False)
class UnlearningProblem:
    """Logistic (or exponential) regression with samples to forget.

    Attributes
    ----------
    features : ndarray (n, d)
    labels : ndarray (n,)
        Values -1 and +1.
    forget : ndarray of bool (n,)
        True on the forget set; neither empty nor full.
    ridge : float
        ``lambda > 0``.
    loss : str or Loss
        ``"logistic"`` or ``"exponential"``.
    offset : ndarray (n,), optional
        Fixed part of the linear predictor ``x_i . w + offset_i``.
    weights : ndarray (n,), optional
        Sample weights > 0; means over a set are weighted means.
    normalisation : {"mean", "sum"}
    unpenalised : tuple of int
        Columns the ridge leaves alone (an intercept).

    Raises
    ------
    ValueError
        One line saying what was expected and what came.
    """

    features: Array
    labels: Array
    forget: Mask
    _: KW_ONLY
    ridge: float
    loss: str | Loss = "logistic"
    offset: Array | None = None
    weights: Array | None = None
    normalisation: str = "mean"
    unpenalised: tuple[int, ...] = ()
    _base: Objective = field(init=False, repr=False)
    _mass: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        features = _matrix(self.features)
        n, d = features.shape
        labels = _vector("labels", self.labels, n)
        if not np.all(np.abs(labels) == 1):
            raise ValueError(f"expected labels -1 and +1, got values {_few(np.unique(labels))}")
        forget = np.asarray(self.forget)
        if forget.dtype != np.bool_:
            raise ValueError(f"expected a boolean forget mask, got dtype {forget.dtype}")
        if forget.shape != (n,):
            raise ValueError(f"expected a forget mask of shape ({n},), got {forget.shape}")
        if not forget.any():
            raise ValueError(f"expected a forget set of 1 to {n - 1} samples, got an empty one")
        if forget.all():
            raise ValueError(f"expected a forget set of 1 to {n - 1} samples, got all {n}")
        ridge = float(self.ridge)
        if not (np.isfinite(ridge) and ridge > 0):
            raise ValueError(f"expected a ridge > 0, got {self.ridge}")
        if self.normalisation not in NORMALISATIONS:
            raise ValueError(
                f"expected a normalisation among {NORMALISATIONS}, got {self.normalisation!r}"
            )
        mass = np.ones(n) if self.weights is None else _vector("weights", self.weights, n)
        if not np.all(mass > 0):
            raise ValueError(f"expected weights > 0, got a minimum of {mass.min()}")
        if any(not 0 <= column < d for column in self.unpenalised):
            raise ValueError(f"expected unpenalised columns in 0..{d - 1}, got {self.unpenalised}")
        offset = None if self.offset is None else _vector("offset", self.offset, n)
        penalised = None
        if self.unpenalised:
            penalised = np.ones(d, dtype=bool)
            penalised[list(self.unpenalised)] = False
        loss = get_loss(self.loss)
        base = Objective(
            labels[:, None] * features,
            mass,
            ridge,
            loss,
            offset=None if offset is None else labels * offset,
            penalised=penalised,
        )
        converted = dict(
            features=features, labels=labels, forget=forget, ridge=ridge, loss=loss,
            offset=offset, _base=base, _mass=mass,
        )  # fmt: skip
        for name, value in converted.items():
            object.__setattr__(self, name, value)

    @property
    def forget_fraction(self) -> float:
        """Share ``f = n_F / n`` of the samples to forget (by weight)."""
        return float(self._mass[self.forget].sum() / self._mass.sum())

    def _objective(self, retain: float, forget: float, ridge: float | None = None) -> Objective:
        """Return ``retain * l_R + forget * l_F + ridge``, l_S the mean (or sum) over S."""
        in_forget = self.forget
        share_retain, share_forget = 1.0, 1.0
        if self.normalisation == "mean":
            share_retain = 1.0 / self._mass[~in_forget].sum()
            share_forget = 1.0 / self._mass[in_forget].sum()
        factors = np.where(in_forget, forget * share_forget, retain * share_retain)
        return self._base.with_coefficients(self._mass * factors, ridge)

    def original(self) -> Objective:
        """Loss of all samples plus ridge: its minimiser ``w_D`` is the model in use."""
        if self.normalisation == "sum":
            return self._objective(1.0, 1.0)
        return self._base.with_coefficients(self._mass / self._mass.sum())

    def oracle(self) -> Objective:
        """Loss of the retained samples plus ridge: its minimiser ``w_R`` is the ideal."""
        return self._objective(1.0, 0.0)

    def path(self, beta: float) -> Objective:
        """``l_R - beta * l_F`` plus ridge: oracle at 0, descent-ascent at 1.

        In the sum convention ``beta = -1`` is the original; in the mean convention the
        original has the minimiser of ``beta = -n_F/n_R`` with the ridge times ``n/n_R``.
        """
        return self._objective(1.0, -beta)

    def descent_ascent(self) -> Objective:
        """Descent on R and ascent on F: ``path(1)``."""
        return self.path(1.0)

    def weighted(self, retain: float, forget: float, ridge: bool = True) -> Objective:
        """Return ``retain * l_R + forget * l_F``, with or without the ridge term."""
        return self._objective(retain, forget, None if ridge else 0.0)

    def forget_ascent(self, ridge: bool = False) -> Objective:
        """Return ``-l_F``, whose descent is gradient ascent on the forget loss."""
        return self.weighted(0.0, -1.0, ridge=ridge)

    def retain_loss(self, w: Array) -> Array:
        """Weighted mean loss over R at ``w`` (..., d), without ridge, shape (...)."""
        return self._mean_loss(w, ~self.forget)

    def forget_loss(self, w: Array) -> Array:
        """Weighted mean loss over F at ``w`` (..., d), without ridge, shape (...)."""
        return self._mean_loss(w, self.forget)

    def _mean_loss(self, w: Array, rows: Mask) -> Array:
        z = np.asarray(w, float) @ self._base.signed_features[rows].T
        if self._base.offset is not None:
            z = z + self._base.offset[rows]
        mass = self._mass[rows]
        return self._base.loss.value(z) @ (mass / mass.sum())


def _matrix(features: Array) -> Array:
    array = np.asarray(features, dtype=np.float64)
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(f"expected features of shape (n, d), got {array.shape}")
    if not np.all(np.isfinite(array)):
        row, column = np.argwhere(~np.isfinite(array))[0]
        raise ValueError(
            f"expected finite features, got {array[row, column]} in row {row}, column {column}"
        )
    return array


def _vector(name: str, values: Array, n: int) -> Array:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (n,):
        raise ValueError(f"expected {name} of shape ({n},), got {array.shape}")
    if not np.all(np.isfinite(array)):
        row = int(np.flatnonzero(~np.isfinite(array))[0])
        raise ValueError(f"expected finite {name}, got {array[row]} in row {row}")
    return array


def _few(values: Array) -> str:
    shown = ", ".join(f"{v:g}" for v in values[:5])
    return shown + (", ..." if len(values) > 5 else "")
