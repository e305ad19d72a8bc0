"""Where to look, in floats: every guess is proved afterwards, or the step fails."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import sympy as sp

from .toys import W1, W2, Toy


def settle(toy: Toy, start: tuple[float, float]) -> tuple[float, float]:
    """Descend to a minimum in floats (a guess to be proved): damped Newton steps."""
    value, gradient, hessian = in_floats(toy)
    w = start
    damping = 1.0
    for _ in range(2000):
        g = gradient(*w)
        a, b, d = hessian(*w)
        low = (a + d) / 2 - math.hypot((a - d) / 2, b)
        shift = max(0.0, -low) + damping
        determinant = (a + shift) * (d + shift) - b * b
        step = (
            ((d + shift) * g[0] - b * g[1]) / determinant,
            ((a + shift) * g[1] - b * g[0]) / determinant,
        )
        trial = (w[0] - step[0], w[1] - step[1])
        if value(*trial) <= value(*w):
            w, damping = trial, damping / 4
        else:
            damping = 4 * damping + 1e-12
        if math.hypot(*step) < 1e-9:
            break
    return _stationary_guess(toy, w)


def _stationary_guess(toy: Toy, start: tuple[float, float]) -> tuple[float, float]:
    """Newton's iteration in floats from a start close to any stationary point."""
    _, gradient, hessian = in_floats(toy)
    w = start
    for _ in range(30):
        g1, g2 = gradient(*w)
        a, b, d = hessian(*w)
        determinant = a * d - b * b
        w = (w[0] - (d * g1 - b * g2) / determinant, w[1] - (a * g2 - b * g1) / determinant)
    return w


@cache
def in_floats(toy: Toy) -> tuple[Callable[..., Any], ...]:
    """Value, gradient (2) and Hessian (11, 12, 22) in floats: for guesses only."""
    value = toy.expression()
    gradient = [sp.diff(value, w) for w in (W1, W2)]
    hessian = [sp.diff(gradient[i], w) for i, w in ((0, W1), (0, W2), (1, W2))]
    # beyond e^200 a sigmoid is 0 or 1 in floats, and nothing here overflows
    modules = [{"exp": lambda z: math.exp(min(z, 200.0))}, "math"]
    return tuple(
        sp.lambdify((W1, W2), each, modules, cse=True) for each in (value, gradient, hessian)
    )


@cache
def best_point(toy: Toy) -> tuple[float, float]:
    """Guess the global minimiser: the lowest of descents from a spread of starts."""
    value = in_floats(toy)[0]
    return min((settle(toy, s) for s in STARTS[:-1]), key=lambda w: value(*w))


@cache
def pass_between(toy: Toy, start: tuple[float, float]) -> tuple[Any, Any] | None:
    """Return a point a third of the way from the saddle to the trap, and the direction.

    None where descending from ``start`` ends at the best point: then there is no pass.
    """
    value, gradient, hessian = in_floats(toy)
    best, trap = best_point(toy), settle(toy, start)
    if math.dist(best, trap) < 1e-3:
        return None
    shares = [i / 400 for i in range(401)]
    line = [tuple(b + s * (t - b) for b, t in zip(best, trap, strict=True)) for s in shares]
    saddle = _stationary_guess(toy, max(line, key=lambda w: value(*w)))  # type: ignore[arg-type]
    a, b, d = hessian(*saddle)
    lowest = (a + d) / 2 - math.hypot((a - d) / 2, b)
    length = math.hypot(b, lowest - a)
    ahead = b * (trap[0] - saddle[0]) + (lowest - a) * (trap[1] - saddle[1])
    normal = (b * ahead / length**2, (lowest - a) * ahead / length**2)
    at = tuple(w + n / 3 for w, n in zip(saddle, normal, strict=True))

    def margin(turn: float) -> tuple[float, Any]:
        """The worst tile of the line across the turned direction, by sampling."""
        n = (
            normal[0] * math.cos(turn) - normal[1] * math.sin(turn),
            normal[0] * math.sin(turn) + normal[1] * math.cos(turn),
        )
        worst = math.inf
        for i in range(-400, 401):
            w = (at[0] - i / 10 * n[1], at[1] + i / 10 * n[0])
            g = gradient(*w)
            worst = min(worst, max(value(*w) - value(*start), -n[0] * g[0] - n[1] * g[1]))
        return worst, n

    best_normal = max(margin(turn) for turn in (0.0, -0.17, 0.17))[1]
    exact = [tuple(sp.Rational(round(1e6 * v), 10**6) for v in pair) for pair in (at, best_normal)]
    return exact[0], exact[1]


# Starts of descents that reach the minima of every toy here; a guess, proved afterwards.
STARTS = ((1.0, -0.2), (3.0, -0.6), (1.0, -0.8), (3.0, -1.8), (0.3, 0.1), (1.98, -1.01))
