"""Lambert's W and G against 60 digits of mpmath: 4 ulp, over the whole range."""

from __future__ import annotations

import math
from collections.abc import Callable

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.theory import lambert
from logreg_unlearn.theory.lambert import (
    G,
    G_exp,
    one_plus_w0,
    one_plus_w0_tau,
    one_plus_wm1,
    one_plus_wm1_tau,
    w0,
    w0_exp,
    wm1,
    wm1_exp,
)

ULP = 4
MAX = np.finfo(float).max
BRANCH = -np.exp(-1.0)  # the double next to -1/e, on the far side
INSIDE = np.nextafter(BRANCH, 0.0)

Function = Callable[..., np.ndarray]
Reference = Callable[[mp.mpf], mp.mpf]


def newton(start: mp.mpf, step: Callable[[mp.mpf], mp.mpf]) -> mp.mpf:
    """Newton's iteration in the working precision, to its end."""
    w = start
    for _ in range(200):
        change = step(w)
        w = w - change if w - change != 0 else w / 2
        if abs(change) <= mp.mpf(10) ** -50 * abs(w):
            return w
    raise AssertionError("the reference did not converge")


def log_w0(t: mp.mpf) -> mp.mpf:
    """W0(e^t) from ``w + ln w = t``."""
    if t < 3:
        return mp.lambertw(mp.exp(t), 0).real if t > -2000 else mp.exp(t)
    return newton(t - mp.log(t), lambda w: (w + mp.log(w) - t) / (1 + 1 / w))


def log_wm1(t: mp.mpf) -> mp.mpf:
    """W-1(-e^t)."""
    if t > -3:
        return mp.lambertw(-mp.exp(t), -1).real
    return -newton(mp.log(-t) - t, lambda x: (x - mp.log(x) + t) / (1 - 1 / x))


def near_branch(tau: mp.mpf, k: int) -> mp.mpf:
    """1 + W_k(-e^(-1-tau)), with twice the digits where half of them cancel."""
    if tau < mp.mpf(10) ** -30:
        p = mp.sqrt(2 * tau) * (1 if k == 0 else -1)
        return p - p**2 / 3 + p**3 / 36
    if tau > 3000:
        return 1 + log_wm1(-1 - tau) if k else mp.mpf(1)
    with mp.workdps(130):
        return 1 + mp.lambertw(-mp.exp(-1 - tau), k).real


def log_g(s: mp.mpf) -> mp.mpf:
    """G(e^s) from ``w + ln w + log1p(e^-w) = s``."""

    def step(w: mp.mpf) -> mp.mpf:
        small = mp.exp(-w)
        value = w + mp.log(w) + mp.log1p(small) - s
        return min(value / (1 + 1 / w - small / (1 + small)), w / 2)

    return newton(s - mp.log(s) if s > 3 else mp.exp(s) / (1 + mp.sqrt(1 + mp.exp(s))), step)


def exact_g(t: mp.mpf) -> mp.mpf:
    """G(t), from logarithms for t > 0, from ``m (1 + e^-m) = -t`` for t < 0."""
    if t == 0:
        return t
    if t > 0:
        return log_g(mp.log(t))
    start = -t / (1 + mp.exp(t / (1 + mp.exp(t / 2))))
    return -newton(start, lambda m: (m + m * mp.exp(-m) + t) / (1 + mp.exp(-m) * (1 - m)))


def spread(low: float, high: float, count: int = 250) -> np.ndarray:
    """Powers of ten, evenly in the exponent but not on round numbers."""
    return 10.0 ** (np.linspace(low, high, count) + 0.01 * np.sin(np.arange(count)))


POSITIVE = np.concatenate(
    [
        spread(-320, 308),
        spread(-4, 3),
        np.linspace(0.003, 12, 250),
        [5e-324, 1e-310, 1e-300, 1e-20, 1.0, np.e, np.nextafter(np.e, 3), 1e308, MAX],
    ]
)
NEGATIVE = np.concatenate(
    [
        (BRANCH + spread(-15.9, -0.6))[BRANCH + spread(-15.9, -0.6) < 0],
        -spread(-320, -0.5),
        -np.linspace(0.001, 0.3675, 300),
        [INSIDE, np.nextafter(INSIDE, 0), BRANCH + 1e-15, -5e-324, -1e-310, -1e-300],
        [lambert._Z_BRANCH, np.nextafter(lambert._Z_BRANCH, 0)],
    ]
)
TAU = np.concatenate(
    [spread(-320, 2), np.linspace(0.001, 3, 250), [5e-324, 1e-15, 2.3e-16, lambert._TAU_MAX]]
)
LOG_POSITIVE = np.concatenate(
    [np.linspace(-740, 720, 250), np.linspace(-6, 6, 250), spread(0, 307), [0.0, 1.0, 1e308]]
)
LOG_NEGATIVE = np.concatenate([-1.0 - TAU, [-1 - 1e-15, np.nextafter(-1, -2), -1.5, -1e300]])

TABLE: dict[str, tuple[Function, np.ndarray, Reference]] = {
    "w0_positive": (w0, POSITIVE, lambda z: mp.lambertw(z, 0).real),
    "w0_negative": (w0, NEGATIVE, lambda z: mp.lambertw(z, 0).real),
    "wm1": (wm1, NEGATIVE, lambda z: mp.lambertw(z, -1).real),
    "one_plus_w0": (
        one_plus_w0,
        np.concatenate([NEGATIVE, POSITIVE]),
        lambda z: 1 + mp.lambertw(z, 0).real,
    ),
    "one_plus_wm1": (one_plus_wm1, NEGATIVE, lambda z: 1 + mp.lambertw(z, -1).real),
    "one_plus_w0_tau": (one_plus_w0_tau, TAU, lambda t: near_branch(t, 0)),
    "one_plus_wm1_tau": (one_plus_wm1_tau, TAU, lambda t: near_branch(t, -1)),
    "w0_exp": (w0_exp, LOG_POSITIVE, log_w0),
    "w0_exp_below": (
        lambda t: w0_exp(t, -1),
        LOG_NEGATIVE[LOG_NEGATIVE > -740],
        lambda t: near_branch(-1 - t, 0) - 1 if t > -1.1 else mp.lambertw(-mp.exp(t), 0).real,
    ),
    "wm1_exp": (
        wm1_exp,
        LOG_NEGATIVE,
        lambda t: near_branch(-1 - t, -1) - 1 if t > -1.1 else log_wm1(t),
    ),
    "G": (G, np.concatenate([POSITIVE, -POSITIVE]), exact_g),
    "G_exp": (G_exp, LOG_POSITIVE, log_g),
}


def ulps(got: float, wanted: mp.mpf) -> float:
    """Distance in units of the last place of the wanted value."""
    return float(abs(mp.mpf(float(got)) - wanted) / mp.mpf(math.ulp(float(wanted))))


@pytest.mark.parametrize("name", TABLE)
def test_accuracy(name: str) -> None:
    function, points, reference = TABLE[name]
    with mp.workdps(60):
        errors = [
            ulps(got, reference(mp.mpf(float(x))))
            for got, x in zip(function(points), points, strict=True)
        ]
    worst = int(np.argmax(errors))
    assert errors[worst] <= ULP, f"{errors[worst]} ulp at {points[worst]!r}"


@given(st.floats(-0.36787944117144228, 1e300) | st.floats(-0.36787944117144228, -0.1))
def test_w0_anywhere(z: float) -> None:
    with mp.workdps(60):
        assert ulps(float(w0(z)), mp.lambertw(mp.mpf(z), 0).real) <= ULP


@given(st.floats(-0.36787944117144228, -5e-324) | st.floats(-0.36787944117144228, -0.1))
def test_wm1_anywhere(z: float) -> None:
    with mp.workdps(60):
        assert ulps(float(wm1(z)), mp.lambertw(mp.mpf(z), -1).real) <= ULP


@given(st.floats(-1e300, 1e300) | st.floats(-20, 20))
def test_g_anywhere(t: float) -> None:
    with mp.workdps(60):
        assert ulps(float(G(t)), exact_g(mp.mpf(t))) <= ULP if t else G(t) == 0


@given(st.floats(-30, 30), st.floats(1e-6, 1.0))
def test_g_is_increasing(t: float, step: float) -> None:
    assert G(t) < G(t + step)


def test_outside_the_domain_is_nan() -> None:
    outside = np.array([np.nextafter(BRANCH, -1), -1.0, -np.inf, np.nan])
    for function in (w0, wm1, one_plus_w0, one_plus_wm1):
        assert np.isnan(function(outside)).all()
    assert np.isnan(wm1([5e-324, 1.0])).all()
    assert np.isnan(w0_exp([np.nextafter(-1, 0), 3.0], -1)).all()
    assert np.isnan(w0_exp(0.0, 2))
    assert np.isnan(wm1_exp([np.nextafter(-1, 0), np.nan])).all()
    assert np.isnan(one_plus_w0_tau([-5e-324, np.nan])).all()
    assert np.isnan(one_plus_wm1_tau([-5e-324, np.nan])).all()
    assert np.isnan([G(np.nan), G_exp(np.nan)]).all()


def test_ends_of_the_domain() -> None:
    assert w0(BRANCH) == wm1(BRANCH) == w0_exp(-1.0, -1) == wm1_exp(-1.0) == -1
    assert one_plus_w0(BRANCH) == one_plus_wm1(BRANCH) == one_plus_w0_tau(0.0) == 0
    assert one_plus_wm1_tau(0.0) == 0
    assert (wm1([0.0, -0.0]) == -np.inf).all() and wm1_exp(-np.inf) == -np.inf
    assert w0(np.inf) == w0_exp(np.inf) == G(np.inf) == G_exp(np.inf) == np.inf
    assert w0(0.0) == w0_exp(-np.inf) == G(0.0) == G_exp(-np.inf) == 0
    assert G(-np.inf) == -np.inf and one_plus_w0_tau(np.inf) == 1
    assert one_plus_wm1_tau(np.inf) == -np.inf


def test_shapes_and_scalars() -> None:
    assert isinstance(w0(1.0), float) and G(np.ones((2, 3))).shape == (2, 3)
    assert w0_exp(np.full((4, 1), -2.0), [1, -1]).shape == (4, 2)
    assert w0([]).shape == (0,)
    assert w0(1) == w0(1.0)


def test_sign_selects_the_side() -> None:
    both = w0_exp(-2.0, [1, -1])
    assert both[0] > 0 > both[1]


@pytest.mark.parametrize("error", [-0.1, -0.03, 0.03, 0.1])
def test_two_quartic_steps_suffice(error: float) -> None:
    """The steps' own error, in exact arithmetic, from the worst start that is claimed."""
    with mp.workdps(60):
        for branch, points in ((0, POSITIVE), (0, NEGATIVE), (-1, NEGATIVE)):
            for z in points[(points > lambert._Z_BRANCH) & (points < 1e300)][::7]:
                exact = mp.lambertw(mp.mpf(float(z)), branch).real
                w = exact * (1 + mp.mpf(error))
                for _ in range(2):
                    w = w + w * lambert._fsc(w, mp.log(mp.mpf(float(z)) / w) - w)
                assert abs(w / exact - 1) < 1e-16


def test_start_values_are_as_close_as_claimed() -> None:
    """The start values of the quartic steps are within the error that two steps can mend."""
    middle = np.linspace(lambert._Z_BRANCH, np.e, 400)
    log = np.log1p(middle)
    start = log * (1 - np.log1p(log) / (2 + log))
    assert np.max(np.abs(start / w0(middle) - 1)) < 0.1
    height = np.concatenate([np.linspace(1.0 + lambert._TAU_MAX, 30, 400), spread(1, 10)])
    start = height + np.log(height) + np.log(height) / height
    assert np.max(np.abs(-start / wm1_exp(-height) - 1)) < 0.1
    t = np.concatenate([np.linspace(1, 30, 400), spread(1, 10)])
    assert np.max(np.abs((t - np.log(t) * t / (1 + t)) / w0_exp(t) - 1)) < 0.1


def test_references_agree_with_mpmath_where_both_work() -> None:
    with mp.workdps(60):
        for t in (-5.0, 1.0, 7.5, 300.0):
            w = log_w0(mp.mpf(t))
            assert abs(w + mp.log(w) - t) < mp.mpf(10) ** -50
        for t in (-40.0, -1.0, 0.25, 3.0, 1e8):
            g = exact_g(mp.mpf(t))
            assert abs(g * (1 + mp.exp(g)) / t - 1) < mp.mpf(10) ** -45
        assert abs(log_wm1(mp.mpf(-3)) - mp.lambertw(-mp.exp(-3), -1).real) < mp.mpf(10) ** -50
