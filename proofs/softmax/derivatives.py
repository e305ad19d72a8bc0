"""Derivatives of the softmax loss and their bounds; the gauge; the limit of a strong ridge."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, set_up, wrong
from ..kernel.steps import Identity, nonnegative
from ..kernel.theorems import GRUNTZ, MEAN_HESSIAN
from . import model
from .model import ridge, u, v

rest = sp.Symbol("B", positive=True)
PI_K = sp.exp(u) / (sp.exp(u) + rest)


def variance(weights: tuple, values: tuple) -> sp.Expr:
    """The variance of values under a distribution."""
    mean = sum(w * z for w, z in zip(weights, values, strict=True))
    return sum(w * (z - mean) ** 2 for w, z in zip(weights, values, strict=True))


@proves
def softmax_derivatives(
    bound: sp.Expr = wrong(sp.S.Half, bound_of_the_binary_loss=sp.Rational(1, 4)),
    part: sp.Expr = wrong(sp.Integer(1), half_the_range=sp.S.Half),
    spread: int = wrong(2, range_at_most_the_norm=1),
) -> Parts:
    """Gradient and Hessian by differentiation, Popoviciu's bound, and the third derivative."""
    yield assume(
        "the loss of one sample is lse(u) - y.u, y a distribution; u = W x + o: derivatives in W "
        "are those in u times entries of x",
        "B is the sum of the other e^u_j; a vector v of logit changes is a random variable with "
        "the law pi, M its mean, S its mean square, l and h its least and largest entry",
    )
    yield cite(GRUNTZ)
    other = sp.exp(v) / (sp.exp(u) + rest)
    yield from model.gradient()
    yield Identity("on the diagonal: pi_k (1 - pi_k)", sp.diff(PI_K, u), PI_K * (1 - PI_K))
    yield Identity("off it: -pi_j pi_k", sp.diff(other, u), -other * PI_K)
    mean, square, low, high = sp.symbols("M S l h", real=True)
    gap = sp.Symbol("g", nonnegative=True)  # the mean of (h - v)(v - l) >= 0
    yield Identity(
        "so v' Hessian v is a variance, h and l apart by at most twice its root (Popoviciu)",
        (high - low) ** 2 / 4 - (square - mean**2),
        ((high + low) / 2 - mean) ** 2 + ((high + low) * mean - square - high * low),
    )
    yield nonnegative("whose two parts are not negative", ((high + low) / 2 - mean) ** 2 + gap)
    yield nonnegative("(h - l)^2 <= 2 |v|^2", spread * (high**2 + low**2) - (high - low) ** 2,
                      factors=((high + low) ** 2,))  # fmt: skip
    half = (sp.S.Half, sp.S.Half)
    yield Identity("norm 1/2, attained: v = (1, -1)", variance(half, (1, -1)), bound * 2)
    p = sp.symbols("p_1 p_2 p_3", positive=True)
    laws = tuple(each / sum(p) for each in p)
    values, steps = sp.symbols("v_1 v_2 v_3", real=True), sp.symbols("h_1 h_2 h_3", real=True)
    constant = sp.Symbol("z", real=True)
    yield Identity(
        "a constant changes no variance: only v less its mean entry counts",
        variance(laws, tuple(z + constant for z in values)),
        variance(laws, values),
    )
    # third derivative: move u along h
    moved = sum(
        sp.diff(variance(laws, values), pj) * pj * hj for pj, hj in zip(p, steps, strict=True)
    )
    centre = sum(w * z for w, z in zip(laws, values, strict=True))
    drift = sum(w * z for w, z in zip(laws, steps, strict=True))
    third = sum(
        w * (z - centre) ** 2 * (t - drift) for w, z, t in zip(laws, values, steps, strict=True)
    )
    yield Identity("D^3[v,v,h] is the mean of (v - M)^2 (h - mean h)", moved, third)
    above, below = sp.symbols("a b", nonnegative=True)
    yield nonnegative("|h_k - mean h| <= range(h) = a + b + |h_k - mean h|", above + below)
    epsilon = sp.Symbol("epsilon", positive=True)
    rare = (1 - epsilon, epsilon)
    skew = sum(w * (z - epsilon) ** 2 * (z - epsilon) for w, z in zip(rare, (0, 1), strict=True))
    yield Identity(
        "range(h) is best possible: two classes, one of them rare",
        sp.limit(skew / variance(rare, (0, 1)), epsilon, 0),
        part,
    )
    yield nonnegative(
        "range(D x) <= 2^(1/2) |D x|", 2 * (high**2 + low**2) - (high - low) ** 2,
        factors=((high + low) ** 2,),
    )  # fmt: skip


@proves
def softmax_gauge(
    labels: int = wrong(1, labels_that_do_not_sum_to_one=2),
    share: sp.Expr = wrong(sp.S.Half, full_ridge_for_two_classes=sp.Integer(1)),
) -> Parts:
    """The residuals of a sample sum to 0, so the ridge alone acts on the sum of the rows."""
    yield assume(
        "J = sum c_i (lse(u_i) - y_i.u_i) + (lambda/2)|W|^2, any signs of c, u = W x + o; "
        "S and Q are the sum and the sum of squares of one column of W, M = S/K its mean",
    )
    total, square, column = sp.symbols("S Q w", real=True)
    count = model.K
    yield from set_up(model.gradient())
    yield Identity("pi - y sums to 0", PI_K + rest / (sp.exp(u) + rest) - labels)
    yield Identity(
        "adding a constant to all logits changes no loss",
        sp.log(sp.exp(u + v) + rest * sp.exp(v)) - (u + v),
        sp.log(sp.exp(u) + rest) - u,
    )
    centred = square - 2 * (total / count) * total + count * (total / count) ** 2
    yield Identity("Q less that of the centred column: K M^2", square - centred, total**2 / count)
    yield Identity(
        "K = 2, W_1 = w/2 = -W_2: e^loss is the logistic one",
        (sp.exp(column / 2) + sp.exp(-column / 2)) * sp.exp(-column / 2),
        1 + sp.exp(-column),
    )
    yield Identity(
        "and the ridge is halved",
        ridge / 2 * ((column / 2) ** 2 + (-column / 2) ** 2),
        share * ridge / 2 * column**2,
    )


@proves
def softmax_strong_ridge(
    lipschitz: sp.Expr = wrong(sp.S.Half, lipschitz_of_the_binary_loss=sp.Rational(1, 4)),
    forget_sign: int = wrong(-1, forget_set_descended=1),
    even: sp.Expr = wrong(sp.Integer(1), limit_without_centring=sp.Integer(0)),
) -> Parts:
    """Stationarity, the length of residuals, and the softmax's Lipschitz constant."""
    yield assume(
        "J = sum c_i (lse(u_i) - y_i.u_i) + (lambda/2)|W|^2, u_i = W x_i, at any stationary point; "
        "C_1 = sum |c_i||x_i|, C_2 = sum |c_i||x_i|^2, e = 1/K; one component of the matrices "
        "stands for all: y, pi, e, x its entries",
        "P = |pi|^2 = 1 - p, p = sum pi (1 - pi) >= 0, Y = |y|^2 = 1 - q, y.pi = g >= 0",
    )
    yield cite(MEAN_HESSIAN)
    yield from set_up(model.gradient())
    c, label, law, mean, row = sp.symbols("c y pi e x", real=True)
    first, second = sp.symbols("C_1 C_2", positive=True)
    lack, short, overlap = sp.symbols("p q g", nonnegative=True)
    yield Identity(
        "lambda W - M, term by term: c (e - pi) x",
        c * (label - law) * row - c * (label - even * mean) * row,
        c * (mean - law) * row,
    )
    yield nonnegative("|y - pi|^2 <= 2", 2 - ((1 - lack) + (1 - short) - 2 * overlap))
    half = (sp.S.Half, sp.S.Half)
    yield Identity(
        "|e - pi(u)| <= |u|/2: the Hessian's norm (softmax_derivatives)",
        variance(half, (1, -1)) / 2,
        lipschitz,
    )
    yield Identity(
        "|u_i| <= |x_i||W|, lambda |W| <= 2^(1/2) C_1: the error is at most",
        lipschitz * second * sp.sqrt(2) * first / ridge,
        first * second / (sp.sqrt(2) * ridge),
    )
    retained, removed = sp.symbols("M_R M_F", real=True)
    f = model.f
    yield Identity(
        "descent-ascent less the oracle, times lambda",
        (retained + forget_sign * removed) - retained,
        -removed,
    )  # fmt: skip
    yield Identity(
        "the original less the oracle, times lambda",
        ((1 - f) * retained + f * removed) - retained,
        f * (removed - retained),
    )
