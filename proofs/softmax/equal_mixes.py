"""The same label mix in both sets: along the path the distance to the oracle falls."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, set_up, wrong
from ..kernel.steps import Identity, Monotone, negative, nonnegative, positive
from ..kernel.theorems import IMPLICIT_FUNCTION, INTERMEDIATE_VALUE, MEAN_VALUE, STRICT_CONVEXITY
from . import model
from .mixes import order
from .model import BLOCK, THRESHOLD, f, h, lift, x

# m = (ln Z)' and k = y'/y; t = 1/(k + m) says that y = t/Z
m, k, share = sp.symbols("m k a", positive=True)
t = 1 / (k + m)
U = sp.Symbol("U", real=True)
PULL = m * t * share + k * U  # of the sign of U'
ROOM = 1 + t * share - U  # 1 + t pi > 0


@proves
def equal_mixes_distance(
    forget_sign: int = wrong(-1, forget_set_descended=1),
    threshold: sp.Expr = wrong(THRESHOLD, threshold_at_f=f),
    top: int = wrong(1, gain_rises_with_the_share_for_all_classes=2),
    likely: int = wrong(1, probability_rises_from_logit_zero=0),
) -> Parts:
    """Beyond one share classes rise, below it they fall; and the first gain more than the others.

    Every class is a value of one function U(t, a) of its share a.  At a* it rests.  What a class
    gains from t to s exceeds the gain at a* exactly for a > a*, so that the path at t moves
    towards its point at s.
    """
    yield assume(
        BLOCK,
        "q = r, not uniform; u(t) solves u = t (r - pi(u)), Z = sum e^u_j, y = t/Z; U(t, a) "
        "solves U + y e^U = t a for any share a >= 0, so u_i = U(t, r_i); pi = e^U/Z for all a",
        "k = y'/y, m = (ln Z)'; a dash is d/dt; s is any later time than t, L = ln Z(s)/Z(t); "
        "D(a) = U(s, a) - U(t, a); a* is where U' = 0 at t",
    )
    yield cite(IMPLICIT_FUNCTION, STRICT_CONVEXITY, MEAN_VALUE, INTERMEDIATE_VALUE)
    yield from set_up(model.gradient())
    yield from _on_one_path(forget_sign)
    yield from _clocks()
    yield from _resting_share()
    yield from _gain_rises(top)
    yield from _likely_classes(likely)
    yield from _towards()
    yield from order(threshold, model.coefficients(forget_sign))


def _on_one_path(forget_sign: int) -> Parts:
    r, pi = sp.symbols("r pi", real=True)
    c = model.coefficients(forget_sign)
    unlearned = (r + forget_sign * lift * r) - (1 + forget_sign * lift) * pi
    yield Identity("the original is u(s (1 - f (1 - rho)))", c["original"], 1 - f * (1 - lift))
    yield Identity("descent-ascent is u(s (1 - rho))", unlearned, (1 - lift) * (r - pi))


def _clocks() -> Parts:
    """Both k and m are positive: the sum of all logits is 0, and so is that of their speeds."""
    time, e = sp.symbols("t e", positive=True)
    rest, logit = sp.symbols("n U", nonnegative=True)
    moving, level, total = (sp.Function(name) for name in ("U", "y", "Z"))
    tau = sp.Symbol("tau", positive=True)
    speed, rate = sp.symbols("U' y'", real=True)
    equation = moving(tau) + level(tau) * sp.exp(moving(tau)) - tau * share
    yield Identity(
        "differentiated: (1 + y e^U) U' = a - y' e^U",
        sp.diff(equation, tau).subs(
            {sp.Derivative(moving(tau), tau): speed, sp.Derivative(level(tau), tau): rate}
        ),
        (1 + level(tau) * sp.exp(moving(tau))) * speed - (share - rate * sp.exp(moving(tau))),
    )
    yield positive("y' <= 0: no class falls and some rise, against sum 0", share + rest * e)
    yield Identity(
        "so k > 0; and k = 1/t - m",
        sp.diff(sp.log(tau) - sp.log(total(tau)), tau),
        1 / tau - sp.diff(total(tau), tau) / total(tau),
    )
    yield Identity(
        "U' = (m t a + k U)/(1 + t pi), t pi = y e^U = t a - U",
        (share - k * (t * share - U)) / ROOM,
        PULL / ROOM,
    )
    pi, shift = sp.symbols("pi m", positive=True)
    velocity = (U / time + time * pi * shift) / (1 + time * pi)
    yield Identity("the same with pi", PULL.subs(share, U / t + pi), U / t + t * pi * m)
    yield Identity(
        "m = sum pi u': m sum pi/(1 + t pi) = sum (u/t) pi/(1 + t pi), term by term",
        pi * velocity - shift * pi,
        (U / time - shift) * pi / (1 + time * pi),
    )
    even = 1 / total(tau)
    more = sp.exp(U) * even
    yield Identity(
        "pi/(1 + t pi) less its value at U = 0 has the sign of e^U - 1",
        more / (1 + time * more) - even / (1 + time * even),
        even * (sp.exp(U) - 1) / ((1 + time * more) * (1 + time * even)),
    )
    yield Monotone("which is that of U: sum u (...) > 0, so m > 0", sp.exp(x) - 1, x, ">")
    yield Monotone("for U < 0 too", 1 - sp.exp(-x), x, ">")
    yield positive("m t < 1", 1 - m * t)
    yield nonnegative("U >= 0: it never falls", PULL.subs(U, logit))


def _resting_share() -> Parts:
    """The pull increases with the share, so a* parts the classes that rise from those that fall."""
    y = sp.Symbol("y", positive=True)
    spread, place = sp.Symbol("U_a", real=True), sp.Function("U")
    equation = place(share) + y * sp.exp(place(share)) - t * share
    yield Identity(
        "dU/da = t/(1 + y e^U)",
        sp.diff(equation, share).subs(sp.Derivative(place(share), share), spread),
        (1 + y * sp.exp(place(share))) * spread - t,
    )
    yield positive("so the pull m t a + k U increases with a, h = dU/da", m * t + k * h)
    yield negative("it is 0 at a negative logit", sp.solve(PULL, U)[0])


def _gain_rises(top: int) -> Parts:
    """D increases with the share as long as U(t, a) <= 1."""
    yield Identity("1/(dU/da) = a + (1 - U)/t", ROOM / t, share + (1 - U) / t)
    time = sp.Symbol("t", positive=True)
    moving = sp.Function("U")
    yield Identity(
        "minus t^2 times the slope of (1 - U)/t",
        -(time**2) * sp.diff((1 - moving(time)) / time, time),
        time * sp.diff(moving(time), time) + 1 - moving(time),
    )
    falls = t * PULL + (1 - U) * ROOM
    yield Identity("t U' + 1 - U, times 1 + t pi", (t * PULL / ROOM + 1 - U) * ROOM, falls)
    under, below = sp.symbols("j v", nonnegative=True)
    yield positive(
        "(1 - U)/t falls while 0 <= U <= 1",
        # t a = U + t pi
        sp.factor(falls.subs(share, (U + h) / t).subs(U, top / (1 + under))),
    )
    yield positive("and while U < 0", sp.factor(sp.expand(falls.subs(U, -below))))
    yield negative("U(s) > 1: (1 - U)/s < 0 <= (1 - U)/t", 1 - (1 + x))


def _likely_classes(likely: int) -> Parts:
    """Beyond logit 1 the probability rises, at a* it falls: gains above and below L."""
    time, pi = sp.symbols("t pi", positive=True)
    later = sp.Symbol("pi_s", positive=True)
    moving = sp.Function("U")
    yield Identity(
        "pi = a - U/t has the slope (U - t U')/t^2",
        sp.diff(share - moving(time) / time, time),
        (moving(time) - time * sp.diff(moving(time), time)) / time**2,
    )
    yield Identity(
        "U - t U' = (U - m t) t pi/(1 + t pi)", U - t * PULL / ROOM, (U - m * t) * (ROOM - 1) / ROOM
    )
    yield positive("U > 1, and stays there: pi rises", sp.together((U - m * t).subs(U, likely + x)))
    yield negative("U < 0: pi falls", (U - m * t).subs(U, -x))
    yield negative("U >= 0 at s: pi <= a, and pi > a where U < 0", (share - (share + x)))
    first, last = sp.symbols("Z_t Z_s", positive=True)
    gain = sp.log(later * last) - sp.log(pi * first)
    yield Identity(
        "D = L + ln(pi(s)/pi(t)): above L beyond logit 1, below L at a*",
        sp.expand_log(gain - sp.log(later) + sp.log(pi)),
        sp.log(last) - sp.log(first),
    )


def _towards() -> Parts:
    """Speeds sum to 0, so D may be taken relative to its value at a*."""
    time = sp.Symbol("t", real=True)
    u = [sp.Function(f"u_{i}")(time) for i in range(2)]
    end, at_rest = sp.symbols("u_s1 u_s2", real=True), sp.Symbol("D", real=True)
    distance = sum((e - each) ** 2 for e, each in zip(end, u, strict=True)) / 2
    speeds = [sp.diff(each, time) for each in u]
    yield Identity(
        "the squared distance falls at sum u' (D - D*), as sum u' = 0",
        (-sp.diff(distance, time)).subs(speeds[1], -speeds[0]),
        sum(v * (e - each - at_rest) for v, e, each in zip(speeds, end, u, strict=True)).subs(
            speeds[1], -speeds[0]
        ),
    )
    yield positive("a > a*: rises and gains more; a < a*: falls and gains less", x * h)
    yield positive("which is positive too", (-x) * (-h))
