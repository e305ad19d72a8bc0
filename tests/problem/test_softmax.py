"""The softmax objective against exact arithmetic, finite differences and the binary objective."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logreg_unlearn.problem import logits as of_logits
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.softmax import SoftmaxObjective
from tests.strategies import seeds


def random_objective(
    seed: int, scale: float = 1.0, signed: bool = True, offsets: bool = True, free: bool = True
) -> SoftmaxObjective:
    rng = np.random.default_rng(seed)
    n, d, count = rng.integers(1, 12), rng.integers(1, 4), rng.integers(2, 6)
    c = rng.standard_normal(n)
    penalised = np.ones(d, dtype=bool)
    penalised[-1] = not free
    return SoftmaxObjective(
        scale * rng.standard_normal((n, d)),
        rng.integers(0, count, n),
        int(count),
        c if signed else np.abs(c),
        float(rng.uniform(0.1, 2.0)),
        offset=rng.standard_normal((n, count)) if offsets else None,
        penalised=penalised if free else None,
    )


@st.composite
def softmax_objectives(draw: Any, signed: bool = True) -> SoftmaxObjective:
    return random_objective(
        draw(seeds),
        draw(st.sampled_from([1e-3, 1.0, 30.0])),
        signed,
        draw(st.booleans()),
        draw(st.booleans()),
    )


def point(objective: SoftmaxObjective, seed: int) -> Array:
    return np.random.default_rng(seed + 1).standard_normal(objective.dimension)


def exact(objective: SoftmaxObjective, w: Sequence[Any] | Array) -> tuple[Any, Any, Any]:
    """Value, gradient and Hessian from the definition, in mpmath."""
    k, (n, d) = objective.count, objective.features.shape
    weights = [[mp.mpf(v) for v in w[a * d : (a + 1) * d]] for a in range(k)]
    ridge = mp.mpf(objective.ridge)
    value, gradient, hessian = mp.mpf(0), mp.zeros(k * d, 1), mp.zeros(k * d, k * d)
    for i in range(n):
        x, c = [mp.mpf(float(v)) for v in objective.features[i]], mp.mpf(objective.coefficients[i])
        u = [mp.fsum(a * b for a, b in zip(row, x, strict=True)) for row in weights]
        if objective.offset is not None:
            u = [a + mp.mpf(float(b)) for a, b in zip(u, objective.offset[i], strict=True)]
        total = mp.fsum(mp.exp(a) for a in u)
        pi, y = [mp.exp(a) / total for a in u], int(objective.classes[i])
        value += c * (mp.log(total) - u[y])
        for a in range(k):
            for j in range(d):
                gradient[a * d + j] += c * (pi[a] - (a == y)) * x[j]
                for b in range(k):
                    for m in range(d):
                        hessian[a * d + j, b * d + m] += (
                            c * ((a == b) * pi[a] - pi[a] * pi[b]) * x[j] * x[m]
                        )
    full = np.ones(d) if objective.penalised is None else objective.penalised
    for j in range(d):
        column = [weights[a][j] for a in range(k)]
        mean = mp.fsum(column) / k
        for a in range(k):
            # an unpenalised column carries the ridge on its mean alone
            value += ridge / 2 * (column[a] ** 2 if full[j] else mean**2)
            gradient[a * d + j] += ridge * (column[a] if full[j] else mean)
            for b in range(k):
                hessian[a * d + j, b * d + j] += ridge * ((a == b) if full[j] else mp.mpf(1) / k)
    return value, gradient, hessian


@settings(max_examples=40)
@given(objective=softmax_objectives(), seed=seeds)
def test_exact_arithmetic_within_the_rounding_bounds(
    objective: SoftmaxObjective, seed: int
) -> None:
    w = point(objective, seed)
    with mp.workdps(40):
        value, gradient, hessian = exact(objective, w)
        off = mp.norm(gradient - mp.matrix(objective.gradient(w).tolist()))
        wrong = mp.mnorm(hessian - mp.matrix(objective.hessian(w).tolist()), "f")
        # no slope in a direction of the logits exceeds its range
        moved = float(np.abs(objective.coefficients) @ objective.shaken(w))
        apart = abs(value - mp.mpf(float(objective.value(w))))
        assert apart <= 1e-13 * objective.magnitude(w) + moved
        assert off <= objective.gradient_error(w)
        assert wrong <= objective.hessian_error(w)
    assert objective.gradient_error(w) <= 1e-10 * (1.0 + float(objective.gradient_scale()))


@pytest.mark.parametrize("seed", range(10))
def test_large_logits_are_within_the_rounding_bounds(seed: int) -> None:
    """Without the ridge, whose own rounding would hide that of the logits."""
    objective = random_objective(seed, scale=1e3, free=False)
    objective = objective.with_coefficients(objective.coefficients, 0.0)
    w = point(objective, seed)
    w -= w.mean()
    with mp.workdps(40):
        _, gradient, _ = exact(objective, 1e-3 * w)
        off = mp.norm(gradient - mp.matrix(objective.gradient(1e-3 * w).tolist()))
    bound = objective.gradient_error(1e-3 * w)
    assert off <= bound <= 1e4 * off + 1e-9


@given(objective=softmax_objectives(), seed=seeds)
def test_hessian_vector_and_curvature_bounds(objective: SoftmaxObjective, seed: int) -> None:
    w, v = point(objective, seed), point(objective, seed + 1)
    hessian = objective.hessian(w)
    assert np.array_equal(hessian, hessian.T)
    size = 1.0 + objective.curvature_bound()
    assert np.allclose(objective.hessian_vector(w, v), hessian @ v, atol=1e-12 * size)
    assert np.abs(np.linalg.eigvalsh(hessian)).max() <= objective.curvature_bound() + 1e-12 * size
    data = objective.with_coefficients(objective.coefficients, 0.0)
    assert np.linalg.norm(data.gradient(w)) <= data.gradient_scale() * (1 + 1e-12)
    assert (np.abs(data.gradient(w)) <= data.slope_sizes() * (1 + 1e-12)).all()
    step = v * objective.unit_length() / np.linalg.norm(v)
    change = data.logits(w + step) - data.logits(w)
    assert np.ptp(change, axis=0).max() <= 1 + 1e-9
    # a Lipschitz constant of the Hessian, locally and far
    for reach in (1e-3, 1.0):
        near = w + reach * v / np.linalg.norm(v)
        moved = np.linalg.norm(objective.hessian(near) - hessian, ord=2)
        assert moved <= objective.hessian_lipschitz(w, reach) * reach + 1e-10 * size


@pytest.mark.parametrize("seed", range(8))
def test_finite_differences(seed: int) -> None:
    objective = random_objective(seed)
    w, h = point(objective, seed), 1e-3
    for axis, slope, row in zip(
        np.eye(len(w)), objective.gradient(w), objective.hessian(w), strict=True
    ):
        stencil = [w + t * h * axis for t in (-2.0, -1.0, 1.0, 2.0)]
        weights = np.array([1.0, -8.0, 8.0, -1.0]) / (12 * h)
        assert weights @ [float(objective.value(p)) for p in stencil] == pytest.approx(
            slope, abs=1e-9
        )
        assert np.allclose(weights @ [objective.gradient(p) for p in stencil], row, atol=1e-9)


def test_both_tails_keep_their_digits() -> None:
    u = np.array([[800.0, 0.0], [0.0, 800.0], [-5.0, -5.0]])
    classes = np.array([0, 0])
    assert of_logits.losses(u, classes)[0] == pytest.approx(0.0, abs=1e-300)
    assert of_logits.losses(u, classes)[1] == 800.0
    near = np.array([[40.0], [0.0], [0.0]])
    assert of_logits.losses(near, classes[:1])[0] == pytest.approx(2 * np.exp(-40.0), rel=1e-14)
    slope = of_logits.slopes(near, classes[:1])[:, 0]
    assert slope[0] == pytest.approx(-2 * np.exp(-40.0), rel=1e-14)
    assert of_logits.curvatures(np.zeros((2, 1)))[0] == 0.5


@given(seed=seeds)
def test_a_neglected_part_only_lowers_the_hessian(seed: int) -> None:
    objective = random_objective(seed, scale=3.0, signed=False)
    logits = objective.logits(point(objective, seed))
    whole, less = objective.hessian_at(logits), objective.hessian_at(logits, 0.5)
    assert np.linalg.eigvalsh(whole - less)[0] >= -1e-12 * np.linalg.norm(whole)


def test_wide_columns_use_the_same_formula() -> None:
    """Symmetric updates, from 40 columns on, against the plain products."""
    rng = np.random.default_rng(0)
    x, y, c = rng.standard_normal((60, 41)), rng.integers(0, 3, 60), rng.uniform(0.1, 1.0, 60)
    convex = SoftmaxObjective(x, y, 3, c, 0.1)
    w = rng.standard_normal(convex.dimension)
    mixed = convex.with_coefficients(c * np.where(np.arange(60) == 0, -1.0, 1.0))
    first = convex.with_rows([0])
    difference = convex.hessian(w) - mixed.hessian(w)
    alone = 2.0 * (first.hessian(w) - first.ridge * np.eye(len(w)))
    assert np.allclose(difference, alone, atol=1e-12)


@given(seed=seeds)
def test_two_classes_are_the_binary_objective_of_half_the_ridge(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y, c = rng.standard_normal((9, 3)), rng.integers(0, 2, 9), rng.standard_normal(9)
    softmax = SoftmaxObjective(x, y, 2, c, 0.6)
    binary = Objective((2.0 * y - 1.0)[:, None] * x, c, 0.3)
    half = rng.standard_normal(3)
    w = np.concatenate([-half, half])
    assert softmax.value(w) == pytest.approx(float(binary.value(2 * half)), abs=1e-12)
    assert np.allclose(softmax.gradient(w)[3:], binary.gradient(2 * half), atol=1e-13)
    across = np.vstack([-np.eye(3), np.eye(3)])
    assert np.allclose(across.T @ softmax.hessian(w) @ across, 4 * binary.hessian(2 * half))


@pytest.mark.parametrize("name", ["classes", "coefficients", "penalised", "offset"])
def test_wrong_shapes_are_refused(name: str) -> None:
    parts: dict[str, Any] = dict(
        features=np.ones((4, 2)), classes=np.zeros(4, int), count=3, coefficients=np.ones(4),
        ridge=1.0, offset=np.ones((4, 3)), penalised=np.ones(2, bool),
    )  # fmt: skip
    parts[name] = np.ones((7, 7))
    with pytest.raises(ValueError, match=rf"^expected {name} of shape \(.*\), got \(7, 7\)$"):
        SoftmaxObjective(**parts)


def test_slopes_and_losses_of_any_size() -> None:
    """Below and above the size from which the largest logit is taken off first."""
    rng = np.random.default_rng(0)
    for size in (1.0, 30.0, 200.0, 280.0, 290.0, 1000.0):
        u, classes = rng.uniform(-size, size, (4, 50)), rng.integers(0, 4, 50)
        wide = u.astype(np.longdouble) - u.max(axis=0)
        pi = np.exp(wide) / np.exp(wide).sum(axis=0)
        others = np.where(np.arange(4)[:, None] == classes, 0.0, pi)
        own = others.sum(axis=0)
        truth = np.where(np.arange(4)[:, None] == classes, -own, others)
        found = of_logits.slopes(u, classes)
        error = 3e-16 * (10.0 + 2.0 * size)
        assert np.all(np.abs(found - truth) <= error * np.abs(truth) + 1e-290)
        losses = of_logits.losses(u, classes)
        by_slopes = of_logits.losses_from(found[classes, np.arange(50)], u, classes)
        assert np.allclose(by_slopes, losses, rtol=1e-13 + error, atol=1e-290)


@pytest.mark.parametrize("size", [1.0, 30.0, 34.0, 40.0, 300.0])
def test_slopes_in_single_precision(size: float) -> None:
    rng = np.random.default_rng(0)
    u, classes = rng.uniform(-size, size, (4, 50)), rng.integers(0, 4, 50)
    single = u.astype(np.float32)
    truth = of_logits.slopes(single.astype(float), classes)
    found = of_logits.slopes(single, classes)
    assert found.dtype == np.float32
    assert np.all(np.abs(found - truth) <= 1e-7 * (10.0 + 2.0 * size) * np.abs(truth) + 1e-37)


def test_slopes_are_written_nowhere_else() -> None:
    """A target that is no block of its own would take a copy, and be left as it was."""
    target = np.empty((50, 3)).T
    own = of_logits.labels_at(np.zeros(50, dtype=int))
    with pytest.raises(AttributeError):
        of_logits.weigh_slopes(np.zeros((3, 50)), own, np.ones(50), target)


@pytest.mark.parametrize("size", [1e-300, 1e-230, 1e-200, 1.0, 1e200])
@pytest.mark.parametrize("shift", [-282.0, 0.0, 282.0])
def test_slopes_keep_their_digits_under_any_weights(size: float, shift: float) -> None:
    rng = np.random.default_rng(0)
    logits, classes = rng.standard_normal((3, 8)), rng.integers(0, 3, 8)
    weights = size * rng.uniform(1, 2, 8)
    found, own = np.empty((3, 8)), of_logits.labels_at(classes)
    of_logits.weigh_slopes(logits + shift, own, weights, found)
    # the logits themselves are known to the rounding of the shift
    expected = weights * of_logits.slopes((logits + shift) - shift, classes)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("exponent", [-306, -250, -200])
def test_gradient_error_holds_under_tiny_weights(exponent: int) -> None:
    rng = np.random.default_rng(1)
    for _ in range(5):
        objective = SoftmaxObjective(
            rng.standard_normal((6, 2)), rng.integers(0, 3, 6), 3, np.full(6, 10.0**exponent),
            10.0**exponent, offset=280 + rng.standard_normal((6, 3)),
        )  # fmt: skip
        w = rng.standard_normal(6)
        with mp.workdps(40):
            truth = exact(objective, w)[1]
            error = mp.norm(mp.matrix(objective.gradient(w).tolist()) - truth)
        assert error <= objective.gradient_error(w)
