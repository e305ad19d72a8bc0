"""Losses and objective: NumPy code, closed forms, and the sympy derivation, lambdified."""

from __future__ import annotations

from functools import cache

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.problem.losses import EXPONENTIAL, LOGISTIC, get_loss
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.theory.derivatives import (
    LOGISTIC_THIRD,
    exp_loss_derivatives,
    log_loss_derivatives,
    objective_derivatives,
)
from proofs import derivatives as derivation
from tests.strategies import reaches

EPS = np.finfo(float).eps
TINY = 1e-307  # below it a float has fewer digits, and relative accuracy ends
ROWS, COLUMNS = 3, 2
SYMPY_LOSS = {"logistic": derivation.logistic, "exponential": derivation.exponential}

margins = st.floats(-1e3, 1e3) | st.floats(-2, 2) | st.floats(-1e-6, 1e-6)
ridges = st.floats(-8, 3).map(lambda exponent: 10.0**exponent)


@cache
def loss_in_mpmath(name):
    """Return phi and its three derivatives from sympy as mpmath functions."""
    z = derivation.z
    return [
        sp.lambdify(z, sp.diff(SYMPY_LOSS[name](z), z, order), modules="mpmath")
        for order in range(4)
    ]


def exact(name, z):
    with mpmath.workdps(900):  # 1 + e^-1000 keeps its last part
        return [float(f(mpmath.mpf(z))) for f in loss_in_mpmath(name)]


@cache
def objective_in_sympy(name):
    """Return gradient and Hessian of J with three samples and two coordinates."""
    a = sp.symbols(f"a:{ROWS * COLUMNS}")
    c, o = sp.symbols(f"c:{ROWS}"), sp.symbols(f"o:{ROWS}")
    w, p = sp.symbols(f"w:{COLUMNS}"), sp.symbols(f"p:{COLUMNS}")
    ridge = sp.Symbol("ridge")
    value = ridge / 2 * sum(p[k] * w[k] ** 2 for k in range(COLUMNS))
    for i in range(ROWS):
        margin = sum(a[i * COLUMNS + k] * w[k] for k in range(COLUMNS)) + o[i]
        value += c[i] * SYMPY_LOSS[name](margin)
    derived = sp.Matrix([value]).jacobian(w), sp.hessian(value, w)
    return sp.lambdify((a, c, o, w, p, ridge), derived, modules="numpy")


@st.composite
def problems(draw):
    """Draw samples, signed coefficients, offsets, weights, ridge and penalty of one J."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([0.1, 1.0, 3.0]))
    return {
        "signed_features": scale * rng.normal(size=(ROWS, COLUMNS)),
        "coefficients": rng.normal(size=ROWS),
        "ridge": draw(ridges),
        "weights": rng.normal(size=COLUMNS),
        "offset": rng.normal(size=ROWS),
        "penalised": np.array(draw(st.lists(st.booleans(), min_size=2, max_size=2))),
    }


def objective_of(data, name):
    return Objective(
        signed_features=data["signed_features"],
        coefficients=data["coefficients"],
        ridge=data["ridge"],
        loss=get_loss(name),
        offset=data["offset"],
        penalised=data["penalised"],
    )


@given(margins)
def test_log_loss_derivatives(z):
    form = log_loss_derivatives(z)
    wanted = exact("logistic", z)
    np.testing.assert_allclose(form, wanted, rtol=6 * EPS, atol=TINY)
    code = [LOGISTIC.value(z), LOGISTIC.derivative(z), LOGISTIC.curvature(z)]
    np.testing.assert_allclose(code, wanted[:3], rtol=4 * EPS, atol=TINY)
    assert 0 <= form.curvature <= 0.25
    assert abs(form.third) <= min(form.curvature, LOGISTIC_THIRD * (1 + 4 * EPS))


def test_log_loss_bounds_are_attained():
    peak = np.log(2 + np.sqrt(3.0))
    at = log_loss_derivatives([0.0, peak, -peak, peak + 0.1, peak - 0.1])
    assert at.curvature[0] == 0.25
    np.testing.assert_allclose(at.third[1:3], [-LOGISTIC_THIRD, LOGISTIC_THIRD], rtol=8 * EPS)
    assert np.all(np.abs(at.third[3:]) < LOGISTIC_THIRD * (1 - 1e-4))


def test_log_loss_curvature_tends_to_its_third_derivative_in_the_tail():
    far = log_loss_derivatives(30.0)
    assert far.third == pytest.approx(-far.curvature, rel=1e-12)


@given(st.floats(-700, 1e3))
def test_exp_loss_derivatives(z):
    form, wanted = exp_loss_derivatives(z), exact("exponential", z)
    np.testing.assert_allclose(form, wanted, rtol=2 * EPS, atol=TINY)
    code = [EXPONENTIAL.value(z), EXPONENTIAL.derivative(z), EXPONENTIAL.curvature(z)]
    np.testing.assert_allclose(code, wanted[:3], rtol=2 * EPS, atol=TINY)


def test_exp_loss_curvature_has_no_bound_and_the_printed_sign_rewards_errors():
    assert exp_loss_derivatives(-np.log(1e12) - 1).curvature > 1e12
    assert exp_loss_derivatives(-1.0).value > exp_loss_derivatives(1.0).value
    printed = np.exp  # e^{y h}: the wrong decision would be the cheap one
    assert printed(-1.0) < printed(1.0)


@given(problems(), st.sampled_from(["logistic", "exponential"]))
def test_objective_derivatives(data, name):
    form = objective_derivatives(**data, loss=name)
    arguments = (
        data["signed_features"].ravel(),
        data["coefficients"],
        data["offset"],
        data["weights"],
        data["penalised"].astype(float),
        data["ridge"],
    )
    gradient, hessian = objective_in_sympy(name)(*arguments)
    objective, w = objective_of(data, name), data["weights"]
    size = np.abs(gradient).max() + np.abs(hessian).max() + 1
    for found in (form.gradient, objective.gradient(w)):
        np.testing.assert_allclose(found, np.ravel(gradient), rtol=1e-11, atol=1e-12 * size)
    for found in (form.hessian, objective.hessian(w)):
        np.testing.assert_allclose(found, hessian, rtol=1e-11, atol=1e-12 * size)
    spectrum = np.linalg.eigvalsh(form.hessian)
    assert form.lowest <= spectrum[0] + 1e-12 * size
    assert form.highest >= spectrum[-1] - 1e-12 * size


@given(problems(), st.sampled_from(["logistic", "exponential"]))
def test_objective_derivatives_are_strongly_convex_for_nonnegative_coefficients(data, name):
    data |= {"coefficients": np.abs(data["coefficients"]), "penalised": None}
    form = objective_derivatives(**data, loss=name)
    assert form.lowest == pytest.approx(data["ridge"], rel=1e-12)
    rounding = 1e-14 * np.abs(form.hessian).max()
    assert np.linalg.eigvalsh(form.hessian)[0] >= data["ridge"] * (1 - 1e-12) - rounding


@given(problems())
def test_objective_derivatives_reach_their_bounds_at_margin_zero(data):
    data |= {"weights": np.zeros(COLUMNS), "offset": None}
    data["coefficients"] = np.abs(data["coefficients"])
    form = objective_derivatives(**data)
    assert np.linalg.eigvalsh(form.hessian)[-1] == pytest.approx(form.highest, rel=1e-12)
    data["coefficients"] = -data["coefficients"]
    form = objective_derivatives(**data)
    assert np.linalg.eigvalsh(form.hessian)[0] == pytest.approx(form.lowest, rel=1e-9, abs=1e-12)


def test_a_negative_coefficient_can_make_the_hessian_indefinite():
    form = objective_derivatives([[1.0, 0.0]], [-8.0], 1.0, [0.0, 0.0])
    assert np.linalg.eigvalsh(form.hessian).tolist() == [-1.0, 1.0]
    assert (form.lowest, form.highest) == (-1.0, 1.0)


def test_without_the_ridge_on_every_coordinate_strong_convexity_is_lost():
    form = objective_derivatives([[1.0, 0.0]], [1.0], 2.0, [0.0, 0.0], penalised=[True, False])
    assert form.lowest == 0.0


def test_the_exponential_loss_has_no_global_bound():
    signed = objective_derivatives([[1.0]], [-1.0], 1.0, [0.0], loss="exponential")
    assert (signed.lowest, signed.highest) == (-np.inf, 1.0)


def test_strategy_is_not_degenerate():
    reaches(problems(), lambda d: d["penalised"].any() and not d["penalised"].all())
    reaches(problems(), lambda d: d["ridge"] < 1e-6)
    reaches(problems(), lambda d: d["ridge"] > 1e2)
    reaches(problems(), lambda d: len(set(np.sign(d["coefficients"]))) == 2)
    reaches(problems(), lambda d: np.linalg.eigvalsh(objective_derivatives(**d).hessian)[0] < 0)
