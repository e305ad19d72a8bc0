"""Derivatives of the two losses and of the objective with signed coefficients.

The objective is ``J(w) = sum_i c_i phi(a_i.w + o_i) + ridge/2 sum_k p_k w_k^2`` with any
number of samples and coordinates; it is differentiated as it stands, with symbolic sums.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy.concrete.delta import deltasummation

from .kernel.decide import less
from .kernel.proof import Parts, assume, proves, wrong
from .kernel.steps import Identity, Witness, negative, nonnegative, positive

z = sp.Symbol("z", real=True)
E = sp.exp(z)


def logistic(margin: sp.Expr) -> sp.Expr:
    """Return ``log(1 + e^-z)``."""
    return sp.log(1 + sp.exp(-margin))


def exponential(margin: sp.Expr) -> sp.Expr:
    """Return ``e^-z``."""
    return sp.exp(-margin)


@proves
def log_loss_derivatives(
    curvature_bound: sp.Expr = wrong(sp.Rational(1, 4), curvature_of_one_eighth=sp.Rational(1, 8)),
    third_bound: sp.Expr = wrong(
        1 / (6 * sp.sqrt(3)),
        third_bound_of_one_tenth_less=sp.Rational(9, 10) / (6 * sp.sqrt(3)),
        third_bound_not_attained=sp.Rational(11, 10) / (6 * sp.sqrt(3)),
    ),
    slope: sp.Expr = wrong(-1 / (1 + E), sign_of_the_margin=1 / (1 + sp.exp(-z))),
) -> Parts:
    """Three derivatives of ``log(1 + e^-z)`` and their sharp bounds."""
    yield assume("the margin z is real")
    first, second, third = (sp.diff(logistic(z), z, k) for k in (1, 2, 3))
    peaks = [sp.log(2 + sp.sqrt(3)), sp.log(2 - sp.sqrt(3))]
    curvature, jerk = E / (1 + E) ** 2, E * (1 - E) / (1 + E) ** 3
    ratio = (E - 1) ** 2 / (E + 1) ** 2
    yield Identity("slope", first, slope)
    yield Identity("curvature", second, curvature)
    yield Identity("third derivative", third, jerk)
    yield Identity("reflection, which keeps the value exact", logistic(-z), logistic(z) + z)
    yield negative("the loss decreases", slope)
    yield positive("the loss is strictly convex", curvature)
    yield nonnegative(
        "curvature is bounded",
        curvature_bound - curvature,
        factors=((E - 1) ** 2, 1 / (4 * (1 + E) ** 2)),
    )
    yield Identity("that bound is attained at 0", second.subs(z, 0), curvature_bound)
    yield positive("third derivative is below the curvature", curvature - jerk)
    yield positive("third derivative is above minus the curvature", curvature + jerk)
    yield nonnegative(
        "third derivative is at most 1/sqrt(108)",
        sp.Rational(1, 108) - jerk**2,
        factors=((3 * ratio - 1) ** 2, 1 + 12 * E / (1 + E) ** 2, sp.Rational(1, 432)),
    )
    yield nonnegative("so it is bounded", third_bound**2 - sp.Rational(1, 108))
    yield Identity("attained on the left", third.subs(z, peaks[1]), third_bound)
    yield Identity("attained on the right", third.subs(z, peaks[0]), -third_bound)


@proves
def exp_loss_derivatives(
    sign: int = wrong(-1, printed_sign=1),
    excess: sp.Expr = wrong(sp.Integer(1), bounded_curvature=sp.Integer(0)),
) -> Parts:
    """Every derivative of ``e^-z`` is the loss up to a sign, so none is bounded."""
    yield assume("the margin z is real", "L > 0 is any proposed bound on the curvature")
    loss = sp.exp(sign * z)
    first, second, third = (sp.diff(loss, z, k) for k in (1, 2, 3))
    level = sp.Symbol("L", positive=True)
    yield Identity("slope", first, -exponential(z))
    yield Identity("curvature is the loss itself", second, loss)
    yield Identity("third derivative is minus the curvature", third, -second)
    yield negative("the loss decreases", first)
    yield positive("the loss is strictly convex", second)
    yield positive(
        "curvature exceeds any bound far on the wrong side",
        second.subs(z, -sp.log(level) - excess) - level,
        factors=(level, sp.exp(excess) - 1),
    )
    yield Witness(
        "a wrong decision costs more than a right one",
        holds=(less(loss.subs(z, 1), loss.subs(z, -1)),),
    )


@proves
def objective_derivatives(
    half: sp.Expr = wrong(sp.Rational(1, 2), ridge_not_halved=sp.Integer(1)),
    curvature_bound: sp.Expr = wrong(sp.Rational(1, 4), curvature_of_one_eighth=sp.Rational(1, 8)),
    positive_part: int = wrong(1, negative_coefficient=-1),
    offset: int = wrong(1, offset_forgotten=0),
) -> Parts:
    """Gradient, Hessian and curvature bounds of ``J`` for every number of samples."""
    yield assume(
        "n samples and d coordinates, any n and d; coefficients of any sign in the "
        "gradient and the Hessian, c >= 0 (or c <= 0 where said) in the bounds",
        "p_k in [0, 1] says how far coordinate k is penalised, q_k = 1 - p_k; "
        "lambda-strong convexity takes p_k = 1 for all k",
        "m = a_i.v for a direction v; a sum of terms of one sign has that sign",
    )

    for name, loss in (("logistic", logistic), ("exponential", exponential)):
        yield from _differentiated(name, loss, half, offset)
    size, ridge = (sp.Symbol(s, positive=True) for s in ("c", "lambda"))
    part, push = (sp.Symbol(s, real=True) for s in ("v", "m"))
    coefficient = positive_part * size
    curvature = E / (1 + E) ** 2
    spare = ((E - 1) ** 2, 1 / (4 * (1 + E) ** 2))
    kept, dropped = (sp.Symbol(s, nonnegative=True) for s in ("p", "q"))
    yield nonnegative("a positive coefficient adds curvature", coefficient * curvature * push**2)
    yield nonnegative("and so it does for the exponential loss", coefficient * sp.exp(-z) * push**2)
    yield nonnegative(
        "logistic: no more than a quarter of it",
        coefficient * (curvature_bound - curvature) * push**2,
        factors=(coefficient, *spare, push**2),
    )
    yield nonnegative(
        "logistic: a negative coefficient removes no more than a quarter",
        -size * curvature * push**2 + size * curvature_bound * push**2,
        factors=(size, *spare, push**2),
    )
    # p + q = 1: the penalty of one coordinate is at most the full one
    yield nonnegative(
        "the penalty of a coordinate lies below the full ridge",
        (ridge * part**2 - ridge * kept * part**2).subs(kept, 1 - dropped),
    )
    yield nonnegative("and above zero", ridge * kept * part**2)
    yield Witness(
        "with a negative coefficient the Hessian can be indefinite",
        {size: sp.Integer(8), ridge: sp.Integer(1), z: sp.Integer(0)},
        holds=(less(ridge - size * curvature, 0), less(0, ridge + size * curvature)),
    )


def _differentiated(
    name: str, loss: Callable[[sp.Expr], sp.Expr], half: sp.Expr, offset: int
) -> Parts:
    """Differentiate the whole sum: one gradient entry, then the Hessian's bilinear form."""
    i, j, k, n = sp.symbols("i j k n", integer=True, positive=True)
    d = j + sp.Symbol("rest", integer=True, nonnegative=True)  # j is one of 1..d
    rows, w, u, v, c, o, p = map(sp.IndexedBase, ("a", "w", "u", "v", "c", "o", "p"))
    s, t = sp.symbols("s t", real=True)
    ridge = sp.Symbol("lambda", positive=True)

    def product(weights: Callable[[sp.Symbol], sp.Expr]) -> sp.Sum:
        return sp.Sum(rows[i, k] * weights(k), (k, 1, d))

    def objective(weights: Callable[[sp.Symbol], sp.Expr]) -> tuple[sp.Sum, sp.Expr]:
        margin = product(weights) + offset * o[i]
        data = sp.Sum(c[i] * loss(margin), (i, 1, n))
        return data, half * ridge * sp.Sum(p[k] * weights(k) ** 2, (k, 1, d))

    inner = {product(a.__getitem__): sp.Symbol(f"a{a}", real=True) for a in (w, u, v)}
    inner |= {a[i]: sp.Symbol(str(a), real=True) for a in (c, o)}
    inner |= {rows[i, j]: sp.Symbol("a_j", real=True), w[j]: sp.Symbol("w_j", real=True)}
    inner |= {p[j]: sp.Symbol("p_j", real=True)}

    def plain(expr: sp.Expr) -> sp.Expr:
        """Give each inner product and each indexed number a symbol of its own."""
        return expr.xreplace(inner)

    at = sp.Symbol("aw", real=True) + sp.Symbol("o", real=True)
    slope, curvature = (sp.diff(loss(z), z, order).subs(z, at) for order in (1, 2))
    coefficient = sp.Symbol("c", real=True)

    data, penalty = (sp.diff(part, w[j]) for part in objective(lambda k: w[k]))
    entry = _without_deltas(data)
    yield Identity(
        f"{name}: entry j of the gradient, sample i",
        plain(entry.function),
        coefficient * slope * sp.Symbol("a_j", real=True),
    )
    moved = objective(lambda k: w[k] + s * u[k] + t * v[k])
    data, form = (sp.diff(part, s, t).subs({s: 0, t: 0}).doit() for part in moved)
    yield Identity(
        f"{name}: entry j of the gradient, ridge",
        plain(_without_deltas(penalty)),
        ridge * sp.Symbol("p_j", real=True) * sp.Symbol("w_j", real=True),
    )
    yield Identity(
        f"{name}: Hessian form u'Hv, sample i",
        plain(data.function),
        coefficient * curvature * sp.Symbol("au", real=True) * sp.Symbol("av", real=True),
    )
    yield Identity(
        f"{name}: Hessian form u'Hv, ridge", _one_sum(form).function, ridge * p[k] * u[k] * v[k]
    )


def _without_deltas(expr: sp.Expr) -> sp.Expr:
    """Carry out the sums over a Kronecker delta."""
    return expr.replace(
        lambda e: (
            isinstance(e, sp.Sum)
            and e.function.has(sp.KroneckerDelta)
            and not e.function.has(sp.Sum)
        ),
        lambda e: deltasummation(e.function, e.limits[0]),
    )


def _one_sum(expr: sp.Expr) -> sp.Sum:
    """Write ``factor * Sum(...)`` as one sum."""
    factor, total = expr.as_independent(sp.Sum)
    return sp.Sum(factor * total.function, *total.limits)
