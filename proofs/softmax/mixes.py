"""Blocks with several labels."""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, set_up, wrong
from ..kernel.steps import Identity, Monotone, Witness, negative, positive
from ..kernel.theorems import IMPLICIT_FUNCTION, MEAN_VALUE, SPECTRAL, STRICT_CONVEXITY
from . import model
from .model import BLOCK, THRESHOLD, K, N, f, h, kappa, lift, m, odds, ridge, s, x


def order(threshold: sp.Expr, c: dict[str, sp.Expr]) -> Parts:
    """Up to rho = 1 the positions of the three are ordered by the lift."""
    _, original, unlearned = c.values()
    yield Identity("c_D - c_DA", original - unlearned, (1 + f) * (lift - threshold))
    yield positive("rho above: c_DA < c_D", (original - unlearned).subs(lift, threshold + x))
    yield negative("rho below: c_D < c_DA", (original - unlearned).subs(lift, threshold - x))
    yield positive("rho < 1: c_D < c_R", (1 - original).subs(lift, 1 - x))
    yield positive("rho > 0: c_DA < c_R", 1 - unlearned)
    yield Identity("rho = 1: the original is the oracle", original.subs(lift, 1), 1)


@proves
def exchangeable_threshold(
    threshold: sp.Expr = wrong(THRESHOLD, threshold_at_f=f),
    inside: int = wrong(1, beyond_the_oracle=-1),
    forget_sign: int = wrong(-1, forget_set_descended=1),
) -> Parts:
    """All three minimisers lie on one path, along which the retain risk falls up to the oracle."""
    yield assume(
        "l_F = rho l_R + const as functions, l_R convex and twice differentiable, 0 <= rho <= 1; "
        "w(t) minimises t l_R + (lambda/2)|w|^2; f = a/(1+a)",
        "in an eigenbasis of the Hessian of l_R at w(t): one component has the eigenvalue k >= 0, "
        "the gradient g of l_R and w; sums go component by component; w_R != 0, so some g != 0 at "
        "every t",
    )
    yield cite(IMPLICIT_FUNCTION, SPECTRAL, STRICT_CONVEXITY, MEAN_VALUE)
    t, k = sp.symbols("t k", nonnegative=True)
    g, w, slope = sp.symbols("g w w'", real=True)
    weights = model.coefficients(forget_sign)
    yield Identity(
        "the original is at t = 1 - f (1 - rho)", weights["original"], 1 - f * (1 - lift)
    )
    yield Identity("descent-ascent at t = 1 - rho", weights["descent-ascent"], 1 - lift)
    velocity = -g / (ridge + t * k)
    yield Identity(
        "stationary for all t: g + (t k + lambda) w' = 0", g + (t * k + ridge) * velocity
    )
    yield Identity(
        "the risk's derivative (g + lambda w) w' with lambda w = -t g",
        ((g + ridge * w) * slope).subs(w, -t * g / ridge),
        (1 - t) * g * slope,
    )
    gone = sp.Symbol("p", positive=True)
    yield negative(
        "which is negative for t = 1 - p < 1",
        -inside * gone * sp.Symbol("g", positive=True) ** 2 / (ridge + t * k),
    )
    yield from order(threshold, weights)


@proves
def symmetric_noise_threshold(
    threshold: sp.Expr = wrong(THRESHOLD, threshold_at_f=f),
    fraction: sp.Expr = wrong(f, all_data_or_more_forgotten=1 + odds),
    floor: int = wrong(1, noise_ignored_at_zero=2),
) -> Parts:
    """m = t (kappa(m) - nu): the same argument with another decreasing function, up to its root."""
    yield assume(
        BLOCK,
        "labels k with probability 1 - nu, uniform with probability nu, in R and in F; nu = 1 - z, "
        "0 < z <= 1; symmetric stationary points: u = m (e_k - 1/K)",
        "for m > 0: kappa(m) > nu; psi = kappa - nu; distances in m",
    )
    yield cite(MEAN_VALUE, STRICT_CONVEXITY)
    yield from model.setting()
    z = sp.Symbol("z", positive=True)
    delta, near, far = sp.symbols("delta n_D n_U", positive=True)
    law, even = sp.symbols("pi e", real=True)
    psi = kappa() - (1 - z)
    yield Identity(
        "r - pi = (e_k - pi) - nu (e_k - 1/K), entry by entry",
        (z * sp.Symbol("y_k") + (1 - z) * even) - law,
        (sp.Symbol("y_k") - law) - (1 - z) * (sp.Symbol("y_k") - even),
    )
    yield Identity("psi(0) = 1 - nu", psi.subs(m, 0), floor * z)
    yield negative("psi falls", sp.diff(psi, m))
    value, drop = sp.symbols("psi g", positive=True)
    yield positive(
        "so m/psi has a positive slope: 1/psi + m g/psi^2, psi' = -g",
        1 / value + x * drop / value**2,
    )
    yield positive("above 1/psi(0): psi < psi(0) = psi + h", 1 / value - 1 / (value + h))
    yield from order(threshold, model.coefficients())
    yield Identity(
        "rho = 1: descent-ascent ends at 0, its only stationary point",
        model.coefficients()["descent-ascent"].subs(lift, 1),
    )
    yield Monotone("rho > 1: psi(-m) > 1 - nu for m > 0", kappa(-m).subs(m, x) - 1, x, ">")
    yield negative("m = -s delta psi(m): negative where psi > 0", -s * delta * value)
    yield positive("and below -s delta (1 - nu)", s * delta * (z + h) - s * delta * z)
    yield negative(
        "m = x > 0: psi = -x/(s delta) < 0, beyond psi's root, which m_D > m_R does not reach",
        -x / (s * delta),
    )
    scale = s * delta * z
    yield Identity(
        "farther by, m_R included",
        (scale + far) - (fraction * scale - near),
        (1 - fraction) * scale + near + far,
    )
    yield positive("which is positive", (1 - fraction) * scale + near + far)


@proves
def mixed_labels_strong_ridge(
    forget_sign: int = wrong(-1, forget_set_descended=1),
    forgotten: sp.Expr = wrong(f, original_without_fraction=sp.Integer(1)),
    farther_at: sp.Expr = wrong(sp.Integer(1), threshold_free_of_the_ridge=sp.Rational(1, 10)),
) -> Parts:
    """Leading order in 1/lambda; and two ridges that disagree at one lift."""
    yield assume(
        BLOCK,
        "r, q: label distributions of R and F, entries r, q; e = 1/K; u = s (weights - total pi), "
        "pi -> e as s -> 0",
        "two classes, mislabelled (r = e_0, q = e_1): w = u_0 - u_1, psi = 1/(1 + e^w), S = 2 s",
    )
    yield cite("softmax_strong_ridge (for the limit)", MEAN_VALUE)
    yield from set_up(model.gradient())
    r, q, even = sp.symbols("r q e", real=True)
    oracle, removed = r - even, lift * (q - even)
    unlearned = (r + forget_sign * lift * q) - (1 + forget_sign * lift) * even
    original = ((1 - f) * r + f * lift * q) - (1 - f + f * lift) * even
    yield Identity("descent-ascent less the oracle, over s", unlearned - oracle, -removed)
    yield Identity("original less oracle", original - oracle, forgotten * (removed - oracle))
    yield Identity("uniform q: descent-ascent is the oracle", (unlearned - oracle).subs(q, even))
    yield from _disagreement(farther_at)


def _disagreement(farther_at: sp.Expr) -> Parts:
    """f = 1/10, rho = 9/100: closer at s = 1/10, farther at s = 1, by signs at rational points."""
    w, S = sp.Symbol("w", real=True), sp.Symbol("S", positive=True)
    part, share = sp.Rational(9, 100), sp.Rational(1, 10)
    psi = 1 / (1 + sp.exp(w))
    loss = sp.log(1 + sp.exp(-w))
    flipped = sp.log(1 + sp.exp(w))
    slopes = {
        "oracle": w + S * sp.diff(loss, w),
        "original": w + S * sp.diff((1 - share) * loss + share * part * flipped, w),
        "descent-ascent": w + S * sp.diff(loss - part * flipped, w),
    }
    yield Identity("the oracle's slope is w - S psi", slopes["oracle"], w - S * psi)
    for name, slope in slopes.items():
        curvature = sp.diff(slope, w)
        weight = {"oracle": 1, "original": (1 - share) + share * part, "descent-ascent": 1 - part}
        yield Identity(
            f"{name}: convex, 1 + S c psi (1 - psi)",
            curvature,
            1 + S * weight[name] * psi * (1 - psi),
        )
        yield positive(f"{name}: so its root is where the sign changes", 1 + S * weight[name] * x)
    for strength, closer in ((sp.Rational(1, 10), True), (farther_at, False)):
        yield from _located(slopes, w, S, 2 * strength, closer)


def _located(slopes: dict, w: sp.Symbol, S: sp.Symbol, strength: sp.Expr, closer: bool) -> Parts:
    """Enclose the three roots between rationals that decide which distance is longer."""
    low, high = {}, {}
    for name, slope in slopes.items():
        root = sp.nsolve(slope.subs(S, strength), w, 0.1, prec=30)
        grid = sp.Integer(10) ** 8
        low[name] = sp.Rational(int(sp.floor(root * grid)), grid)
        high[name] = low[name] + 1 / grid
        yield Witness(
            f"S = {strength}: the root of the {name} lies between two rationals",
            holds=(
                less(slope.subs({S: strength, w: low[name]}), 0),
                less(0, slope.subs({S: strength, w: high[name]})),
            ),
        )
    near = (low["oracle"] - high["original"], high["oracle"] - low["original"])
    far = (low["descent-ascent"] - high["oracle"], high["descent-ascent"] - low["oracle"])
    shorter, longer = (far, near) if closer else (near, far)
    side = "closer" if closer else "farther"
    yield Witness(
        f"S = {strength}: descent-ascent ends {side} than the original",
        holds=(less(shorter[1], longer[0]), less(0, near[0]), less(0, far[0])),
    )


@proves
def mislabelled_strong_ridge(
    overlap: sp.Expr = wrong(-1 / K, labels_taken_as_orthogonal=sp.Integer(0)),
    two: sp.Expr = wrong(f / (1 - f), threshold_of_one_label=THRESHOLD),
) -> Parts:
    """Two corners of the simplex, seen from its centre."""
    yield assume(
        BLOCK,
        "r = e_k, q = e_j: |r - e|^2 = |q - e|^2 = (K-1)/K, (r-e).(q-e) = -1/K; as the ridge grows "
        "the squared distances over s^2 are rho^2 |q-e|^2 and f^2 |rho (q-e) - (r-e)|^2",
    )
    yield cite("mixed_labels_strong_ridge (for the limit)")
    yield from set_up(model.gradient())
    length = N / K
    yield Identity("|e_k - e|^2", (1 - 1 / K) ** 2 + N / K**2, length)
    yield Identity(
        "the inner product of two corners", -2 * (1 - 1 / K) / K + (N - 1) / K**2, -1 / K
    )
    gain = lift**2 * length - f**2 * (lift**2 * length - 2 * lift * overlap + length)
    yield Identity(
        "farther iff rho^2 (1 - f^2) - 2 f^2 rho/(K-1) - f^2 > 0",
        gain / length,
        lift**2 * (1 - f**2) - 2 * f**2 * lift / N - f**2,
    )
    root = (f**2 / N + sp.sqrt(f**4 / N**2 + f**2 * (1 - f**2))) / (1 - f**2)
    yield Identity(
        "whose positive root is the threshold",
        sp.expand((root * (1 - f**2) - f**2 / N) ** 2 - (f**4 / N**2 + f**2 * (1 - f**2))),
    )
    yield positive("the only one: their product is -f^2/(1-f^2)", f**2 / (1 - f**2))
    yield Identity(
        "K = 2: it factors", (gain / length).subs(model.beyond, 0),
        (1 - f) * (lift - two) * (lift + f * (lift + 1)),
    )  # fmt: skip
