"""Letters of one context, and the natural gradient of a cross-entropy.

A component k of the simplex stands for all: ``r``, ``q``, ``pi`` are its entries, ``c`` its weight
in the loss, ``C`` the sum of all weights; sums over the other classes are in the letters.
"""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts
from ..kernel.steps import Identity

r, q, x, y = sp.symbols("r q x y", positive=True)
lift = sp.Symbol("rho", positive=True)
odds = sp.Symbol("a", positive=True)  # n_F / n_R, so that every f = a / (1 + a) is in (0, 1)
f = odds / (1 + odds)
t = sp.Symbol("t", real=True)
eta = sp.Symbol("eta", positive=True)

CONTEXT = (
    "one context, no ridge: L_R = -sum r_k ln pi_k, L_F = -rho sum q_k ln pi_k in units of the "
    "retain share, L_D = (1-f) L_R + f L_F, L_DA = L_R - L_F; r, q are distributions over K "
    "classes, q != r, rho > 0, f = a/(1+a) with a = n_F/n_R"
)


def original() -> sp.Expr:
    """The minimiser of the original's loss: its weights, normalised."""
    return ((1 - f) * r + f * lift * q) / (1 - f + f * lift)


def natural_drift(at: sp.Expr, forget_sign: int = -1, metric: bool = True) -> sp.Expr:
    """d pi_k/dt of descent-ascent: what multiplies ln pi_k, less pi_k times the sum of those.

    Without the metric: plain gradient flow in the logits, of a model of two classes.
    """
    c, total = r + forget_sign * lift * q, 1 + forget_sign * lift
    drift = c - total * at
    return drift if metric else 2 * at * (1 - at) * drift


def natural_gradient() -> Parts:
    """In the logits the negative gradient is ``c - C pi``; the natural flow has it as d pi/dt."""
    u, v = sp.symbols("u v", real=True)
    rest = sp.Symbol("B", positive=True)
    c, others, drift = sp.symbols("c C_k v_k", real=True)
    pi = sp.exp(u) / (sp.exp(u) + rest)
    other = sp.exp(v) / (sp.exp(u) + rest)
    yield Identity("the own class: d ln pi_k / d u_k", sp.diff(sp.log(pi), u), 1 - pi)
    yield Identity("any other class: d ln pi_j / d u_k", sp.diff(sp.log(other), u), -pi)
    yield Identity(
        "so minus the gradient of -sum c_j ln pi_j is c_k - C pi_k, C = c_k + C_k",
        c * (1 - pi) - others * pi,
        c - (c + others) * pi,
    )
    yield Identity(
        "the replicator equation with payoff c_k/pi_k is the same",
        pi * (c / pi - (c + others)),
        c - (c + others) * pi,
    )
    yield Identity(
        "the softmax moves by d pi = (diag pi - pi pi') du: with u_k moving at v_k/pi_k and "
        "sum v = 0, pi_k moves at v_k",
        pi * (drift / pi) - pi * (drift - drift),
        drift,
    )
