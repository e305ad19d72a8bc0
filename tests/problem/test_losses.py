"""Losses against sympy derivatives in mpmath, finite differences, limits and identities."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.problem.losses import EXPONENTIAL, LOGISTIC, LOSSES, Loss, get_loss
from tests.strategies import SYMBOLIC

ULPS = 4.0
NAMES = ("value", "derivative", "curvature")
DIGITS = 480  # 1 + e^{-1000} is not 1 from 435 digits on
MARGINS = np.concatenate(
    [
        np.linspace(-1e3, 1e3, 401),
        np.linspace(-40.0, 40.0, 401),
        [s * m * 10.0**e for s in (1, -1) for m in (1.0, 3.7) for e in range(-320, 3, 7)],
        [0.0, -0.0, 36.7, -36.7, 36.8, -36.8, 709.78, -709.78, 745.0, -745.0, 745.2, -745.2],
    ]
)

both = pytest.mark.parametrize("loss", [LOGISTIC, EXPONENTIAL], ids=lambda loss: loss.name)


def ulps(got: float, exact: mp.mpf) -> float:
    """Distance in units of the last place of the exact value, rounded."""
    with np.errstate(over="ignore"):
        rounded = float(exact)
    if not np.isfinite(rounded):
        return 0.0 if got == rounded else np.inf
    return float(abs(mp.mpf(got) - exact) / mp.mpf(float(np.spacing(abs(rounded)))))


@both
@pytest.mark.parametrize("order", range(3), ids=NAMES)
def test_four_ulp_to_a_thousand(loss: Loss, order: int) -> None:
    """Subnormal results count in their own, coarser units: never off by more than 4 of them."""
    got = getattr(loss, NAMES[order])(MARGINS)
    assert got.shape == MARGINS.shape
    with mp.workdps(DIGITS):
        exact = [SYMBOLIC[loss.name][order](mp.mpf(float(z))) for z in MARGINS]
        errors = [ulps(float(g), e) for g, e in zip(got, exact, strict=True)]
    worst = int(np.argmax(errors))
    assert errors[worst] <= ULPS, f"{errors[worst]:.1f} ulp at z = {MARGINS[worst]!r}"


@both
@given(z=st.floats(-1e3, 1e3))
def test_four_ulp_anywhere(loss: Loss, z: float) -> None:
    with mp.workdps(DIGITS):
        for order, name in enumerate(NAMES):
            exact = SYMBOLIC[loss.name][order](mp.mpf(z))
            assert ulps(float(getattr(loss, name)(np.array(z))), exact) <= ULPS


@pytest.mark.parametrize("z", [1e3, 1e5, 1e300, np.inf])
def test_limits_beyond(z: float) -> None:
    far, near = np.array([z]), np.array([-z])
    for loss in (LOGISTIC, EXPONENTIAL):
        assert loss.value(far) == loss.derivative(far) == loss.curvature(far) == 0.0
    assert LOGISTIC.value(near) == z  # -z + e^{z}: the line
    assert LOGISTIC.derivative(near) == -1.0
    assert LOGISTIC.curvature(near) == 0.0
    assert EXPONENTIAL.value(near) == EXPONENTIAL.curvature(near) == np.inf
    assert EXPONENTIAL.derivative(near) == -np.inf


@both
@given(z=st.floats(-20.0, 20.0))
def test_derivatives_are_those_of_the_value(loss: Loss, z: float) -> None:
    """Five points, step 1e-3: truncation h^4 phi'''''/30 and rounding 1e-13 of the size."""
    h = 1e-3
    nodes = z + h * np.array([-2.0, -1.0, 1.0, 2.0])
    weights = np.array([1.0, -8.0, 8.0, -1.0]) / (12.0 * h)
    size = float(loss.value(np.array(z - 2 * h)) + 1.0)
    for lower, upper in ((loss.value, loss.derivative), (loss.derivative, loss.curvature)):
        assert abs(weights @ lower(nodes) - upper(np.array(z))) <= 1e-11 * size


@given(z=st.floats(-700.0, 700.0))
def test_logistic_identities(z: float) -> None:
    at, mirrored = np.array(z), np.array(-z)
    ulp = 8 * np.finfo(float).eps
    # log(1+e^{-z}) - log(1+e^z) = -z;  phi'(z) + phi'(-z) = -1;  phi'' = -phi'(1+phi')
    assert np.isclose(LOGISTIC.value(at) - LOGISTIC.value(mirrored), -z, rtol=ulp, atol=ulp)
    assert np.isclose(LOGISTIC.derivative(at) + LOGISTIC.derivative(mirrored), -1.0, rtol=ulp)
    product = LOGISTIC.derivative(at) * LOGISTIC.derivative(mirrored)
    assert np.isclose(LOGISTIC.curvature(at), product, rtol=ulp, atol=0.0)
    assert LOGISTIC.curvature(at) == LOGISTIC.curvature(mirrored)


@both
def test_curvature_bound_is_the_supremum(loss: Loss) -> None:
    with np.errstate(over="ignore"):
        attained = loss.curvature(np.array([-np.inf, 0.0])).max()
    assert attained == loss.curvature_bound
    rounding = 1.0 + ULPS * np.finfo(float).eps
    assert np.all(loss.curvature(MARGINS) <= loss.curvature_bound * rounding)


@both
def test_integers_and_shapes(loss: Loss) -> None:
    for name in NAMES:
        function = getattr(loss, name)
        assert np.array_equal(function(np.array([-2, 0, 3])), function(np.array([-2.0, 0.0, 3.0])))
        assert function(np.zeros((2, 3, 4))).shape == (2, 3, 4)
        assert function(np.array(1)).dtype == np.float64
        assert np.isnan(function(np.array(np.nan)))


def test_get_loss() -> None:
    for name, loss in LOSSES.items():
        assert get_loss(name) is loss
        assert get_loss(loss) is loss
    with pytest.raises(ValueError, match=r"expected a loss among .*'exponential'.*, got 'hinge'"):
        get_loss("hinge")


@pytest.mark.parametrize("loss", LOSSES.values(), ids=list(LOSSES))
def test_a_loss_says_its_slope_in_three_ways(loss: Loss) -> None:
    """The derivative, the link that steps fold into their matrices, the weighing in place."""
    z = np.linspace(-30.0, 30.0, 241)
    slope, link = -loss.derivative(z), loss.link
    linked = link.outer * link.function(link.inner * z) + link.constant
    assert np.allclose(linked, slope, rtol=1e-12, atol=1e-15)
    weights, margins = np.cos(z), z.copy()
    loss.weigh_slopes(margins, weights)
    assert np.allclose(margins, weights * slope, rtol=1e-14, atol=0.0)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=list(LOSSES))
def test_the_bounds_of_a_loss_are_its_suprema(loss: Loss) -> None:
    z = np.linspace(-40.0, 40.0, 80_001)
    third = np.gradient(loss.curvature(z), z)
    found = np.abs(loss.derivative(z)).max(), loss.curvature(z).max(), np.abs(third).max()
    for value, bound in zip(
        found, (loss.slope_bound, loss.curvature_bound, loss.third_bound), strict=True
    ):
        if np.isfinite(bound):
            assert bound * (1 - 1e-5) < value <= bound * (1 + 1e-12)
        else:
            assert value > 1e15
    even = np.allclose(loss.curvature(z), loss.curvature(-z), rtol=1e-12)
    assert even == loss.even_curvature
