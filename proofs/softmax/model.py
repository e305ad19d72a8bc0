"""One block of K classes: letters, the softmax, and the gradient that all claims of it share.

Class k is the label; ``u`` its logit, ``v_j`` those of the others.  ``N = K - 1`` is the number of
wrong classes, ``x``, ``y``, ``h`` are positive.
"""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, set_up
from ..kernel.steps import Identity, Monotone, positive

m, u, v = sp.symbols("m u v", real=True)
s, lift, ridge, x, y, h = sp.symbols("s rho lambda x y h", positive=True)
beyond = sp.Symbol("j", nonnegative=True)
N = 1 + beyond  # K - 1 >= 1
K = 1 + N
odds = sp.Symbol("a", positive=True)  # n_F / n_R, so that every f = a / (1 + a) is in (0, 1)
f = odds / (1 + odds)
THRESHOLD = f / (1 + f)

BLOCK = (
    "one block (x_ij = 1 in it, 0 elsewhere), all its samples of class k; u (K,) its logits; "
    "p its share of the retain set, rho p that of the forget set, s = p/lambda, f = a/(1+a) with "
    "a = n_F/n_R, K = 2 + j classes"
)


def coefficients(forget_sign: int = -1) -> dict[str, sp.Expr]:
    """What multiplies the loss in each objective, over p: c of u = s c (e_k - pi)."""
    return {
        "oracle": sp.Integer(1),
        "original": (1 - f) + f * lift,
        "descent-ascent": 1 + forget_sign * lift,
    }


def gradient() -> Parts:
    """The loss lse(u) - u_k has the gradient pi - e_k."""
    rest = sp.Symbol("B", positive=True)  # the e^u of all other classes
    loss = sp.log(sp.exp(u) + rest) - u
    wrong_loss = sp.log(sp.exp(v) + rest)
    yield Identity(
        "the label's entry: pi_k - 1", sp.diff(loss, u), sp.exp(u) / (sp.exp(u) + rest) - 1
    )
    yield Identity("any other entry: pi_j", sp.diff(wrong_loss, v), sp.exp(v) / (sp.exp(v) + rest))


def kappa(at: sp.Expr = m) -> sp.Expr:
    """On the ray u = m (e_k - 1/K): e_k - pi = kappa(m) (e_k - 1/K)."""
    return K / (sp.exp(at) + N)


def near_lemma() -> Parts:
    """From y to y + h on the positive axis ``m/kappa`` rises by more than h."""
    ratio = m / kappa()
    rise = Monotone("1/kappa increases", 1 / kappa(y + h) - 1 / kappa(y), h, ">")
    above = Monotone("1/kappa is above 1", 1 / kappa(y + h) - 1, y, ">", start=-h)
    yield Identity(
        "from y to y + h: m/kappa rises by more than h",
        (ratio.subs(m, y + h) - ratio.subs(m, y)) - h,
        y * rise.expr + h * above.expr,
    )
    yield positive("its first part", y * rise.expr, factors=(y, rise))
    yield positive("its second part", h * above.expr, factors=(h, above))


def ray() -> Parts:
    """On the ray of logits ``m (e_k - 1/K)`` the equation of all K logits is one of m."""
    own, other = m * N / K, -m / K
    total = sp.exp(own) + N * sp.exp(other)
    yield Identity("the label's entry of e_k - pi", 1 - sp.exp(own) / total, kappa() * N / K)
    yield Identity("any other entry", -sp.exp(other) / total, -kappa() / K)


def setting() -> list:
    """What ties the letters to the loss."""
    return set_up([*gradient(), *ray()])
