"""One alternating round, expanded in the step size."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, nonnegative
from ..kernel.theorems import TAYLOR
from .setting import PLANE, at_origin, jet, logistic


@proves
def alternating_expansion(
    half_steps_with_ridge: int = wrong(2, one_ridge=1),
    swapped: bool = wrong(False, swapped_orders=True),
    sign: int = wrong(1, wrong_sign=-1),
    third_derivative_bound: str = wrong("1/(6 sqrt 3)", sharper_remainder="1/20"),
) -> Parts:
    """Taylor coefficients of one alternating round, general and in one coordinate."""
    yield assume(
        "half steps D = w - eta grad(l_R + ridge), A = w - eta grad(-l_F + ridge)",
        PLANE,
        "remainder: |phi'(z-h) - phi'(z) + h phi''(z)| <= h^2/2 sup|phi'''| in the second half "
        "step, summed over its samples",
    )
    yield cite(TAYLOR)
    s, t, eta = sp.symbols("s t eta", real=True)
    ridge = sp.Symbol("lambda", nonnegative=True)
    # |w + s v + t a|^2 / 2 up to a constant: w.v, w.a, |v|^2, v.a, |a|^2
    wv, wa, vv, va, aa = sp.symbols("w_v w_a vv va aa", real=True)
    quadratic = wv * s + wa * t + vv * s**2 / 2 + va * s * t + aa * t**2 / 2
    retain, forget = jet("R", s, t), jet("F", s, t)
    descent = retain + ridge * quadratic
    ascent = -forget + (ridge * quadratic if half_steps_with_ridge == 2 else 0)
    hessian_terms = (
        ridge * va - sp.Symbol("F_11", real=True),  # v.(lambda I - grad^2 l_F) a
        ridge * va + sp.Symbol("R_11", real=True),  # v.(lambda I + grad^2 l_R) a
    )
    for name, first, second, hessian_term in (
        ("descent first", descent, ascent, hessian_terms[0]),
        ("ascent first", ascent, descent, hessian_terms[1]),
    ):
        # the first half step is -eta a with a = grad(first), so v.a is its slope along v
        moved = -eta * va - eta * sp.diff(second, s).subs({s: 0, t: -eta})
        by_slope = {va: at_origin(sp.diff(first, s), s, t)}
        yield Identity(
            f"{name}: first order is simultaneous with ridge 2 lambda",
            sp.diff(moved, eta).subs(eta, 0).subs(by_slope),
            -at_origin(sp.diff(retain - forget + 2 * ridge * quadratic, s), s, t),
        )
        yield Identity(
            f"{name}: second order is v.(Hessian of the second half)(first half step)",
            sp.diff(moved, eta, 2).subs(eta, 0) / 2,
            hessian_term,
        )
    yield from _one_coordinate(swapped, sign)
    yield from _third_derivative(third_derivative_bound)


def _one_coordinate(swapped: bool, sign: int) -> Parts:
    """The exact round for l_R = r e^{-w}, l_F = phi e^{-w}, expanded in the step size."""
    w, eta = sp.symbols("w eta", real=True)
    r, phi, ridge = sp.symbols("r phi lambda", positive=True)
    e = sp.exp(-w)
    penalty = ridge * w**2 / 2

    def descend(x: sp.Expr) -> sp.Expr:
        return x - eta * sp.diff(r * e + penalty, w).subs(w, x)

    def ascend(x: sp.Expr) -> sp.Expr:
        return x + eta * sp.diff(phi * e - penalty, w).subs(w, x)

    rounds = [ascend(descend(w)), descend(ascend(w))]
    second = [sp.expand(sp.diff(each, eta, 2).subs(eta, 0) / 2) for each in rounds]
    closed = [
        (phi * e - ridge) * (r * e - ridge * w),
        sign * (r * e + ridge) * (phi * e + ridge * w),
    ]
    if swapped:
        closed.reverse()
    names = (
        "one coordinate, descent first: (phi E - lambda)(r E - lambda w)",
        "one coordinate, ascent first: (r E + lambda)(phi E + lambda w)",
    )
    yield from (Identity(*each) for each in zip(names, second, closed, strict=True))
    yield Identity(
        "the orders differ by -lambda (r + phi) E (1 + w): not at all without ridge",
        second[0] - second[1],
        -ridge * (r + phi) * e * (1 + w),
    )
    yield from (
        Identity(
            "one coordinate, first order",
            sp.diff(each, eta).subs(eta, 0),
            (r - phi) * e - 2 * ridge * w,
        )
        for each in rounds
    )


def _third_derivative(bound: str) -> Parts:
    """|phi'''| <= 1/(6 sqrt 3) for the logistic loss, attained: it sets the remainder."""
    z = sp.Symbol("z", real=True)
    square = sp.simplify(sp.diff(logistic(z), z, 3) ** 2)
    limit = {"1/(6 sqrt 3)": sp.Rational(1, 108), "1/20": sp.Rational(1, 400)}[bound]
    x = ((sp.exp(z) - 1) / (sp.exp(z) + 1)) ** 2  # tanh(z/2)^2, in [0, 1)
    y, share = sp.Symbol("y", positive=True), sp.Symbol("x")
    value = share * (1 - share) ** 2 / 16
    yield Identity("phi'''^2 = x (1 - x)^2 / 16, x = tanh(z/2)^2", square, value.subs(share, x))
    yield nonnegative(
        "x in (0, 1): below the bound",
        (limit - value).subs(share, 1 / (1 + y)),
        factors=tuple(
            factor.subs(share, 1 / (1 + y))
            for factor in (sp.Rational(1, 432), 4 - 3 * share, (1 - 3 * share) ** 2)
        ),
    )
    yield Identity("attained at x = 1/3", limit, value.subs(share, sp.Rational(1, 3)))
