"""Two correlated groups of samples: letters, equations, and lemmas that many claims share.

Every equation comes from the loss by differentiation.  ``k = n_R/n_F`` stands for the forget
fraction, ``f = 1/(1 + k)``, so that signs of rational functions are visible; ``X = e^-x`` and
``Y = e^-y`` for the margins x of retained and y of forgotten samples.  "y <= x" enters as
``Y = X (1 + h)`` with ``h >= 0``.  ``W`` is the value of Lambert's function, with its argument
written as ``W e^W``: then everything is rational in exponentials.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from ..kernel.proof import Parts
from ..kernel.steps import Identity, Monotone, Sign, nonnegative, nonpositive, positive

eps = sp.Symbol("epsilon", real=True)
r, k, alpha, X, Y = sp.symbols("r k alpha X Y", positive=True)
h = sp.Symbol("h", nonnegative=True)
x, y = sp.symbols("x y", real=True)
w1, w2 = sp.symbols("w_1 w_2", real=True)
a, m = 1 + eps**2, (1 - eps**2) ** 2
c = 2 * eps / a
f = 1 / (1 + k)
b = r * k / (1 + k)

# Lower ends of alpha in Lemma 9.
THRESHOLD_X, THRESHOLD_Y = f**2 / (c * (1 - f**2)), c * f / (1 - f**2)
MARGIN_R, MARGIN_F = w1 + eps * w2, eps * w1 + w2


def exponential(margin: sp.Expr) -> sp.Expr:
    """Return ``e^-z``."""
    return sp.exp(-margin)


def objective(retained: sp.Expr, forgotten: sp.Expr) -> sp.Expr:
    """The objective over the ridge: ``retained`` and ``forgotten`` are coefficients over it."""
    losses = retained * exponential(MARGIN_R) + forgotten * exponential(MARGIN_F)
    return losses + (w1**2 + w2**2) / 2


def gradient(retained: sp.Expr, forgotten: sp.Expr) -> sp.Matrix:
    """Gradient of :func:`objective`, with X and Y for the exponentials."""
    full = objective(retained, forgotten)
    return sp.Matrix([_in_margins(sp.diff(full, w)) for w in (w1, w2)])


def hessian(retained: sp.Expr, forgotten: sp.Expr) -> sp.Matrix:
    """Hessian of :func:`objective`, with X and Y for the exponentials."""
    return sp.hessian(objective(retained, forgotten), (w1, w2)).applyfunc(_in_margins)


def margins(retained: sp.Expr, forgotten: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Right sides of ``x = ...``, ``y = ...`` at a stationary point: those of ``w - gradient``."""
    u, v = sp.Matrix([w1, w2]) - gradient(retained, forgotten)
    return sp.expand(u + eps * v), sp.expand(eps * u + v)


def _in_margins(expr: sp.Expr) -> sp.Expr:
    # before expanding, which would split the exponentials
    return expr.subs({exponential(MARGIN_R): X, exponential(MARGIN_F): Y})


def coefficients() -> tuple[tuple[sp.Expr, sp.Expr], ...]:
    """(retained, forgotten) of original, oracle and descent-ascent, over the ridge."""
    return (b, b * alpha), (r, sp.Integer(0)), (r, -r * alpha * k)


def counts_are_parameters() -> Parts:
    """The coefficients of the data (counts over set sizes) in terms of r, k, alpha."""
    n_retain, n_forget, retained, ridge = sp.symbols("n_R n_F R_ij lambda", positive=True)
    there = {r: retained / (ridge * n_retain), k: n_retain / n_forget}
    forgotten, n = alpha * retained, n_retain + n_forget
    yield Identity("b = |R_ij|/(lambda n)", b.subs(there), retained / (ridge * n))
    yield Identity("b alpha", (b * alpha).subs(there), forgotten / (ridge * n))
    yield Identity("r alpha k", (r * alpha * k).subs(there), forgotten / (ridge * n_forget))


def strictly_convex(retained: sp.Expr, forgotten: sp.Expr) -> Sign:
    """The Hessian exceeds the identity: the minimiser exists and is unique."""
    u, v = sp.symbols("u v", real=True)
    direction = sp.Matrix([u, v])
    form = (direction.T * hessian(retained, forgotten) * direction)[0] - u**2 - v**2
    squares = retained * X * (u + eps * v) ** 2 + forgotten * Y * (eps * u + v) ** 2
    # the difference is zero as an identity, so the sign is that of the sum of squares
    return nonnegative("curvature beyond the ridge", squares + sp.expand(form - squares))


def lambert_increases() -> Monotone:
    """``z -> z e^z`` is increasing for z > 0, so its inverse W preserves inequalities."""
    z = sp.Symbol("z", positive=True)
    return Monotone("z e^z increases", z * sp.exp(z), z, ">")


def exponential_order() -> Monotone:
    """``e^g >= 1`` for g > 0: why ``y <= x`` is ``Y = X (1 + h)``."""
    g = sp.Symbol("g", positive=True)
    return Monotone("e^g > 1", sp.exp(g) - 1, g, ">")


def eliminated() -> tuple[sp.Expr, sp.Expr]:
    """y and ``alpha k`` as functions of x at a descent-ascent stationary point, epsilon != 0."""
    at_x = (a * x - r * m * sp.exp(-x)) / (2 * eps)
    return at_x, (a * r * sp.exp(-x) - x) * sp.exp(at_x) / (2 * eps * r)


def slope_sign() -> sp.Expr:
    """S: for epsilon > 0 the sign of d(alpha k)/dx, and ``-2 epsilon det`` of the Hessian."""
    u = r * sp.exp(-x)
    return (a + m * u) * (a * u - x) - 2 * eps * (a * u + 1)


ORIGINAL, ORACLE, ASCENT = coefficients()
W = sp.Symbol("W", positive=True)
eps_positive = sp.Symbol("epsilon", positive=True)
eps_nonnegative = sp.Symbol("epsilon", nonnegative=True)
some_s, some_g, some_d = sp.symbols("s g d", positive=True)


def with_eps(expr: Any, symbol: sp.Symbol) -> Any:
    """The expression with a correlation of known sign."""
    return sp.sympify(expr).subs(eps, symbol)


def x_order_implies_y_order() -> Parts:
    """For epsilon > 0, ``x_D >= x_A`` implies ``y_D >= y_A``: ``y = (a x - s m e^-x)/(2 eps)``.

    s is b at the original and r at descent-ascent; the right side rises in x and falls in s.
    """
    e, strength = eps_positive, sp.Symbol("s", positive=True)
    minor = with_eps(m, e)
    at_x, at_y = margins(strength, sp.Symbol("s_F", real=True))
    right = (with_eps(a, e) * x - strength * minor * sp.exp(-x)) / (2 * e)
    yield Identity("2 eps y = a x - s m e^-x", a * at_x - 2 * eps * at_y, strength * m * X)
    yield positive("y rises with x", sp.diff(right, x))
    yield nonpositive("y falls with s, and b < r: x order gives y order", sp.diff(right, strength))
