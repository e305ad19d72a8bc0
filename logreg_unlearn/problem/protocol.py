"""What solver, iterations and path ask of an objective, and all that they ask of it.

:class:`logreg_unlearn.problem.objective.Objective` answers by its rows, and has faster ways of its
own inside the solver; any other objective with these methods is minimised with a certificate,
iterated and followed by the same code.
"""

from __future__ import annotations

from typing import Protocol

from logreg_unlearn.problem.losses import Array, Mask


class SmoothObjective(Protocol):
    """A twice differentiable function of ``w (d,)``: a data part plus a ridge."""

    @property
    def dimension(self) -> int:
        """Number of parameters d."""

    @property
    def rows(self) -> int:
        """Number of samples that one gradient touches."""

    @property
    def convex(self) -> bool:
        """Whether the data part is convex (then the ridge is strong convexity)."""

    @property
    def ridge_diagonal(self) -> Array:
        """Diagonal (d,) of the ridge term's Hessian, >= 0."""

    def value(self, w: Array) -> Array:
        """Return the objective, shape ()."""

    def gradient(self, w: Array) -> Array:
        """Return the gradient (d,)."""

    def hessian(self, w: Array) -> Array:
        """Return the Hessian (d, d), possibly indefinite."""

    def hessian_vector(self, w: Array, v: Array) -> Array:
        """Return the Hessian at ``w`` times ``v (d,)``."""

    def magnitude(self, w: Array) -> float:
        """Return the sum of the magnitudes of the value's terms: its rounding is relative to it."""

    def gradient_error(self, w: Array) -> float:
        """Return a bound on the norm of the rounding error of ``gradient(w)``."""

    def hessian_error(self, w: Array) -> float:
        """Return a bound on the norm of the rounding error of ``hessian(w)``."""

    def gradient_scale(self) -> Array:
        """Return a bound on the norm of the data part's gradient for slopes of at most 1."""

    def slope_sizes(self) -> Array:
        """Return the suprema (d,) of the entries of the data part's gradient; may be infinite."""

    def curvature_bound(self, points: tuple[Array, ...] = ()) -> float:
        """Return a bound on the curvature everywhere, or at the points where there is no such."""

    def hessian_lipschitz(self, w: Array, reach: float) -> float:
        """Return a Lipschitz constant of the Hessian in the ball of radius ``reach`` around w."""

    def unit_length(self) -> float:
        """Return the length of a step along which the data part keeps its shape."""

    def falls_for_ever(self, start: Array, w: Array, step: Array) -> bool:
        """Whether a descent that came from ``start`` to ``w`` by ``step`` falls without bound."""


class Problem(Protocol):
    """What iterations and path ask of an unlearning problem: its objectives and its losses."""

    @property
    def forget(self) -> Mask:
        """True (n,) on the forget set."""

    @property
    def ridge(self) -> float:
        """Strength of the ridge."""

    @property
    def normalisation(self) -> str:
        """``"mean"`` or ``"sum"``."""

    def original(self) -> SmoothObjective:
        """Return the objective of the model in use."""

    def oracle(self) -> SmoothObjective:
        """Return the objective of the retained samples."""

    @property
    def forget_odds(self) -> float:
        """``n_F / n_R``, by weight."""

    def path(self, beta: float, ridge: float | None = None) -> SmoothObjective:
        """Return ``l_R - beta * l_F`` plus ridge, the problem's own unless given."""

    def weighted(self, retain: float, forget: float, ridge: bool = True) -> SmoothObjective:
        """Return ``retain * l_R + forget * l_F``, with or without the ridge term."""

    def retain_loss(self, w: Array) -> Array:
        """Return the mean loss over R at ``w`` (..., d), shape (...)."""

    def forget_loss(self, w: Array) -> Array:
        """Return the mean loss over F at ``w`` (..., d), shape (...)."""
