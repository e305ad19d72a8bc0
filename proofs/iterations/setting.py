"""Objectives from unspecified losses, and the two devices that carry every statement.

Both hold in any dimension:

* identities that are linear in gradients are proved for one coordinate ``w_j``, the sample
  losses being unspecified functions of it; the other coordinates are held fixed;
* a component along a direction ``v`` of something expanded along a direction ``a`` involves the
  loss on the plane ``w + s v + t a`` alone, so a generic jet in ``(s, t)`` loses nothing.

Matrices are non-commutative symbols: no dimension is fixed.
"""

from __future__ import annotations

from typing import NamedTuple

import sympy as sp

MEANS = "mean convention: L_S = l_S + (lambda/2)||w||^2 with l_S the mean loss over S"
STATIONARY = "w_D is stationary for L_D; the sample losses are differentiable, nothing else"
COORDINATE = "each coordinate w_j alike, the others held fixed: a proof for any dimension"
PLANE = "generic jets on the plane spanned by the two directions: a proof for any dimension"
G_R, G_F = sp.symbols("g_R g_F", real=True)  # slopes of the mean losses
BETA_0 = sp.Symbol("beta_0", real=True)


class Setting(NamedTuple):
    """Objectives from unspecified sample losses, as functions of one coordinate ``w_j``."""

    w: sp.Symbol
    ridge: sp.Symbol
    n_retain: sp.Symbol
    n_forget: sp.Symbol
    sum_retain: sp.Expr
    sum_forget: sp.Expr
    penalty: sp.Expr

    @property
    def n(self) -> sp.Expr:
        """The number of samples."""
        return self.n_retain + self.n_forget

    @property
    def retain(self) -> sp.Expr:
        """The mean loss over the retain set."""
        return self.sum_retain / self.n_retain

    @property
    def forget(self) -> sp.Expr:
        """The mean loss over the forget set."""
        return self.sum_forget / self.n_forget

    def slope(self, objective: sp.Expr) -> sp.Expr:
        """Return d/dw_j of an objective."""
        named = {
            sp.diff(self.sum_retain, self.w): self.n_retain * G_R,
            sp.diff(self.sum_forget, self.w): self.n_forget * G_F,
        }
        return sp.expand(sp.diff(objective, self.w)).subs(named)

    def at_stationary(self, objective: sp.Expr, stationary_for: sp.Expr) -> sp.Expr:
        """Return the slope of an objective where that of ``stationary_for`` vanishes."""
        forget = sp.solve(self.slope(stationary_for), G_F)[0]
        return self.slope(objective).subs(G_F, forget)


def objectives() -> Setting:
    """Sums of sample losses that are nothing but functions of ``w_j``, and a ridge."""
    i = sp.Symbol("i", integer=True, positive=True)
    w, others = sp.symbols("w_j W", real=True)
    n_retain, n_forget = sp.symbols("n_R n_F", integer=True, positive=True)
    ridge = sp.Symbol("lambda", positive=True)
    retain = sp.Sum(sp.Function("ell_R")(i, w), (i, 1, n_retain))
    forget = sp.Sum(sp.Function("ell_F")(i, w), (i, 1, n_forget))
    return Setting(w, ridge, n_retain, n_forget, retain, forget, ridge / 2 * (w**2 + others))


def original_objective(at: Setting) -> sp.Expr:
    """L_D: the mean over all samples plus the ridge."""
    return (at.sum_retain + at.sum_forget) / at.n + at.penalty


def jet(name: str, s: sp.Symbol, t: sp.Symbol, degree: int = 3) -> sp.Expr:
    """A generic smooth function of (s, t) at the origin, to the degree that matters."""
    return sum(
        sp.Symbol(f"{name}_{i}{j}", real=True) * s**i * t**j / sp.factorial(i) / sp.factorial(j)
        for i in range(degree + 1)
        for j in range(degree + 1 - i)
    )


def at_origin(expr: sp.Expr, *symbols: sp.Symbol) -> sp.Expr:
    """The value where all the symbols are 0."""
    return sp.expand(expr).subs({symbol: 0 for symbol in symbols})


def logistic(z: sp.Symbol) -> sp.Expr:
    """The logistic loss of a margin."""
    return sp.log(1 + sp.exp(-z))
