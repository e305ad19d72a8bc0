"""Constant payoffs: temperature, and the face that a mask leaves."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, negative, positive
from ..kernel.theorems import GRUNTZ
from .context import CONTEXT, f, lift, q, r, t, x
from .flow import LINEAR_ODE, METRIC

tau = sp.Symbol("tau", positive=True)


@proves
def temperature_is_time(
    entropy_sign: int = wrong(1, entropy_descended=-1),
    pull: sp.Expr = wrong((1 - sp.exp(-tau * t)) / tau, payoff_grows_for_ever=t),
    scaled: int = wrong(1, temperature_speeds_up=-1),
) -> Parts:
    """Log-ratios of two classes obey a linear equation; tau = 0 is a clock."""
    yield assume(
        METRIC,
        "pi_k = x_k/(x_1 + x_2 + x_3), u_k = ln x_k: three classes show the algebra of all; the "
        "value ascended is sum pi_k (a_k - tau ln pi_k)",
        "D = ln pi_i - ln pi_j, A = a_i - a_j of any two classes",
    )
    yield cite(LINEAR_ODE, GRUNTZ)
    xs = sp.symbols("x_1 x_2 x_3", positive=True)
    a = sp.symbols("a_1 a_2 a_3", real=True)
    start, gap = sp.symbols("D A", real=True)
    pi = [each / sum(xs) for each in xs]
    net = [ak - entropy_sign * tau * sp.log(p) for ak, p in zip(a, pi, strict=True)]
    value = sum(p * (ak - tau * sp.log(p)) for p, ak in zip(pi, a, strict=True))
    mean = sum(p * n for p, n in zip(pi, net, strict=True))
    yield Identity(
        "the gradient in the logits is (diag pi - pi pi') (a - tau ln pi): u moves at the latter",
        xs[0] * sp.diff(value, xs[0]),
        pi[0] * (net[0] - mean),
    )
    path = sp.exp(-tau * t) * start + pull * gap
    yield Identity("D solves D' = A - tau D", sp.diff(path, t), gap - tau * path)
    yield Identity("from its start", path.subs(t, 0), start)
    yield Identity("it tends to A/tau: softmax(a/tau)", sp.limit(path, t, sp.oo), gap / tau)
    yield Identity("tau -> 0: D + t A", sp.limit(path, tau, 0), start + t * gap)
    clock = start + t * gap
    temperature = sp.Symbol("T", positive=True)
    yield Identity(
        "payoff a/T for time t is a for time t/T",
        clock.subs(gap, gap / temperature),
        clock.subs(t, t * temperature ** (-scaled)),
    )
    n, eta = sp.symbols("n eta", positive=True)
    yield Identity(
        "a step of multiplicative weights adds eta A: n of them are the flow at n eta",
        (start + (n - 1) * eta * gap) + eta * gap,
        clock.subs(t, n * eta),
    )
    yield positive(
        "without entropy no equilibrium: D grows while A > 0", sp.diff(clock, t).subs(gap, x)
    )


@proves
def face_restriction(
    rate: int = wrong(1, forgotten_classes_pushed_up=-1),
    within: int = wrong(0, payoff_differs_within_the_face=1),
    conditioned: bool = wrong(True, oracle_whatever_the_forget_labels=False),
) -> Parts:
    """The forgotten share obeys the logistic equation; its limit is a conditional distribution."""
    yield assume(
        CONTEXT,
        METRIC,
        "payoff -1 on the classes A that are pushed down, 0 on the others; theta = pi(A)",
        "for the oracle: r(A) = 0; off A, q = kappa r unless it is 0 there",
    )
    yield cite(LINEAR_ODE, GRUNTZ)
    share = 1 / (1 + x)  # theta at the start
    th = share * sp.exp(-rate * t) / (1 - share + share * sp.exp(-rate * t))
    kappa = sp.Symbol("kappa", nonnegative=True)
    yield Identity("the mean payoff is -theta: theta' = theta (-1 + theta)",
                   sp.diff(th, t), -th * (1 - th))  # fmt: skip
    yield Identity("from its start", th.subs(t, 0), share)
    yield Identity("it tends to 0", sp.limit(th, t, sp.oo))
    inside, outside = sp.symbols("a_i a_j", real=True)
    yield Identity(
        "two classes on the same side have the same payoff: their ratio stays",
        (inside - outside).subs({inside: -1, outside: -1 + within}),
    )
    forget = kappa * r if conditioned else q
    limit = ((1 - f) * r + f * lift * forget) / ((1 - f) + f * lift * kappa)
    yield Identity("the limit is the oracle if q off A is a multiple of r", limit, r)
    yield Identity(
        "and only then: off A the limit N r = (1-f) r + f rho q gives q",
        ((x - (1 - f)) / (f * lift)) * r * f * lift + (1 - f) * r,
        x * r,
    )
    yield negative("theta falls all the time", -share * (1 - share))
    yield Monotone("while the others gain", 1 - share, x, ">")
    yield positive(
        "r(A) = theta > 0: off A the limit is too large", r / (1 - share) - r, (r, 1 / x)
    )
