"""The natural flow of descent-ascent: a line through the oracle, and where it ends."""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, set_up, wrong
from ..kernel.steps import (
    Identity,
    Monotone,
    Witness,
    negative,
    nonnegative,
    nonpositive,
    positive,
)
from ..kernel.theorems import GRUNTZ, MEAN_VALUE
from .context import (
    CONTEXT,
    f,
    lift,
    natural_drift,
    natural_gradient,
    odds,
    original,
    q,
    r,
    t,
    x,
    y,
)

METRIC = "the metric of the natural gradient is Fisher's, diag pi - pi pi' in the logits"
START = f * lift / (1 - f + f * lift)  # theta of the original
PASSAGE = -sp.log(1 - f * (1 - lift)) / (1 - lift)
LINEAR_ODE = "a linear differential equation has one solution from a given start"


def theta(passage: sp.Expr = PASSAGE) -> sp.Expr:
    """The solution, as it is printed."""
    return lift * (sp.exp((1 - lift) * (passage - t)) - 1) / (1 - lift)


@proves
def replicator_descent_ascent(
    forget_sign: int = wrong(-1, forget_set_descended=1),
    metric: bool = wrong(True, plain_gradient_in_the_logits=False),
    passage: sp.Expr = wrong(
        PASSAGE, passes_at_f_for_every_lift=f, passes_at_the_rate_of_the_lift=f / lift
    ),
) -> Parts:
    """The flow is linear, keeps to the line of r and q, and is at the oracle at T."""
    yield assume(CONTEXT, METRIC)
    yield cite(LINEAR_ODE, GRUNTZ)
    yield from set_up(natural_gradient())
    th = sp.Symbol("theta", real=True)
    path = theta(passage)
    at = r + th * (q - r)
    yield Identity("the original is on the line", original(), r + START * (q - r))
    yield Identity(
        "on the line of r and q the drift is along it",
        natural_drift(at, forget_sign, metric),
        (-lift - (1 - lift) * th) * (q - r),
    )
    yield Identity("theta solves its equation", sp.diff(path, t), -lift - (1 - lift) * path)
    yield from _plain_gradient()
    yield Identity("and starts at the original", path.subs(t, 0), START)
    yield Identity("it is at the oracle at T", path.subs(t, passage))
    yield Identity("with the speed rho", sp.diff(path, t).subs(t, passage), -lift)
    yield negative("so it goes on", -lift)
    yield Monotone(
        "T > 0 for rho = 1/(1+x)",
        sp.log((1 + odds) * (1 + x)) - sp.log(1 + x + odds),
        x,
        ">",
    )
    yield Identity(
        "which is (1 - rho) T", (PASSAGE * (1 - lift)).subs(lift, 1 / (1 + x)),
        -sp.log((1 + x + odds) / ((1 + odds) * (1 + x))),
    )  # fmt: skip
    yield Monotone("T > 0 for rho = 1 + x: (rho-1) T > 0", sp.log(1 + f * x), x, ">")
    yield Identity("rho = 1: T = f", sp.limit(PASSAGE, lift, 1), f)
    yield Identity(
        "rho = 1: theta = f - t solves the equation", sp.diff(f - t, t), -1 - (1 - 1) * (f - t)
    )
    yield Identity("rho = 1: from the original", START.subs(lift, 1), f)


def _plain_gradient() -> Parts:
    """Three classes, rho = 1, f = 1/3: the logits' gradient c moves a class that r and q share."""
    kept = sp.Matrix([3, 2, 1]) / 6
    gone = sp.Matrix([1, 2, 3]) / 6
    at, c = (2 * kept + gone) / 3, kept - gone
    moved = (sp.diag(*at) - at * at.T) * c
    yield Witness(
        "under the plain gradient the flow leaves the line: r = (3, 2, 1)/6, q = (1, 2, 3)/6",
        holds=(sp.Eq(kept[1], gone[1], evaluate=False), less(moved[1], 0)),
    )


@proves
def replicator_end(
    threshold: sp.Expr = wrong(
        1 - 1 / (2 * f), threshold_of_one_coordinate=f / (1 + f), threshold_at_one_half=sp.S.Half
    ),
    forget_sign: int = wrong(-1, forget_set_descended=1),
    first: int = wrong(1, smallest_ratio_first=-1),
    strict: sp.Expr = wrong(sp.Integer(1), hits_below_class_lift_one=sp.S.Half),
) -> Parts:
    """Bounded iff no class lift exceeds 1; the limit and its distance, or the face and its time."""
    yield assume(
        CONTEXT,
        METRIC,
        "l = q_k/r_k ; r_k = 0 < q_k is the limit of large l; r_k = q_k = 0 never moves",
        "a class lift above 1: rho q_k = r_k + b, b > 0; that class has pi_k = e^-m, the others "
        "share 1 - e^-m in fixed parts; C_k is the sum of their weights",
    )
    yield cite(LINEAR_ODE, MEAN_VALUE, GRUNTZ)
    yield from set_up(natural_gradient())
    b, m = sp.symbols("b m", positive=True)
    spare, rest = sp.symbols("spare rest", nonnegative=True)
    ratio = 1 + y  # l > 1
    limit = (r + forget_sign * lift * q) / (1 + forget_sign * lift)
    final, th = -lift / (1 - lift), sp.Symbol("theta", real=True)
    below, faded = sp.Symbol("g", positive=True), sp.Symbol("e", positive=True)
    # bounded or not
    yield Monotone("-ln pi_k > 0 for pi_k = 1/(1+x)", sp.log(1 + x), x, ">")
    yield nonnegative("weights r_k - rho q_k >= 0: their sum 1 - rho is not negative", spare + rest)
    yield Monotone(
        "-ln(1 - e^-m) <= ln 2 for e^-m = 1/(2 + 2x), m >= ln 2: 2 (1 - e^-m) = (1 + 2x)/(1 + x)",
        sp.log(1 + 2 * x) - sp.log(1 + x),
        x,
        ">",
    )
    yield Identity(
        "a weight -b: its part of the loss is -b m, without a lower bound, the others' is bounded",
        b * sp.expand_log(sp.log(sp.exp(-m)), force=True),
        -b * m,
    )
    # the limit
    yield Identity("the drift vanishes at the limit", natural_drift(limit, forget_sign))
    yield Identity("which has theta = -rho/(1 - rho)", limit, r + final * (q - r))
    yield Identity(
        "theta tends to it: what is left is a multiple of e^(-(1-rho) t)",
        sp.diff(theta() - final, t),
        -(1 - lift) * (theta() - final),
    )
    yield positive("whose rate is positive for rho = 1/(1+x)", (1 - lift).subs(lift, 1 / (1 + x)))
    scale = 2 * lift / ((1 - lift) * (1 - f + f * lift))
    yield Identity(
        "its distance less the original's, over |q - r|",
        -final - START,
        scale * f * (lift - threshold),
    )
    yield positive("of the sign of rho - threshold", scale.subs(lift, 1 / (1 + x)))
    yield nonpositive(
        "which is below every lift for f <= 1/2", (1 - 1 / (2 * f)).subs(odds, 1 / (1 + rest))
    )
    yield positive(
        "and below 1: some bounded flow harms whatever f", 1 - threshold.subs(odds, 1 + rest)
    )
    # the face
    face = -1 / (ratio - 1)
    yield Identity(
        "class k is at 0 at theta = -1/(l - 1)", (r + th * (ratio * r - r)).subs(th, face)
    )
    yield positive(
        "a class with l <= 1 grows once the oracle is passed",
        (r + th * (q - r)).subs(th, -below).subs(q, r / (1 + rest)),
    )
    yield positive("the largest l comes first", first * sp.diff(face, y))
    yield Identity(
        "theta at rho e^((1-rho)(T-t)) = rho + (1-rho) theta is inverted by the time",
        (lift * (faded - 1) / (1 - lift)).subs(faded, (lift * ratio - 1) / (lift * (ratio - 1))),
        face,
    )
    yield positive(
        "a real time if the class lift rho l exceeds 1",
        ((lift * ratio - strict) / (lift * (ratio - 1))).subs(lift, (1 + x) / ratio),
    )
    yield nonpositive(
        "and only then",
        ((lift * ratio - strict) / (lift * (ratio - 1))).subs(lift, 1 / (ratio * (1 + rest))),
    )
    yield Identity(
        "after the oracle: e^((1-rho)(T-t)) is below 1 for rho < 1 and above for rho > 1",
        (lift * ratio - 1) / (lift * (ratio - 1)) - 1,
        -(1 - lift) / (lift * (ratio - 1)),
    )
    yield Identity("rho = 1: at T + 1/(l-1)", (f - t).subs(t, f + 1 / (ratio - 1)), face)
