"""Certified optima: the exact minimiser is inside the radius, and every status is earned."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from logreg_unlearn.problem.losses import EXPONENTIAL, LOGISTIC, Array, Loss
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import Optimum, OptimumStatus, PointKind, classify, minimise
from tests.strategies import exact_derivatives, losses, objectives, points, seeds

both = pytest.mark.parametrize("loss", [LOGISTIC, EXPONENTIAL], ids=lambda loss: loss.name)
logistic, exponential = st.just(LOGISTIC), st.just(EXPONENTIAL)
DIGITS = 50


def exact_minimiser(objective: Objective, start: Array) -> mp.matrix:
    """Newton in 50 digits from the solver's point, halving the step until the value falls.

    A stationary point of an objective that is convex, or whose Hessian there is positive, is a
    minimiser; so where the start came from does not matter.
    """
    w = mp.matrix([mp.mpf(float(x)) for x in start])
    value, gradient, hessian = exact_derivatives(objective, w)
    for _ in range(40):
        step = mp.lu_solve(hessian, -gradient)
        size = mp.norm(step) / (mp.norm(w) + mp.mpf("1e-30"))
        if size <= mp.mpf("1e-25"):  # the next error is its square
            mp.cholesky(hessian)  # raises unless positive definite
            return w + step
        there = w + step
        new = exact_derivatives(objective, there)
        # of the terms log(1 + e^-z) rounding leaves that share of 1
        rounding = mp.mpf(10) ** (10 - DIGITS) * (1 + abs(value))
        while size > 1e-6 and new[0] > value + rounding:
            step /= 4
            size /= 4
            there = w + step
            new = exact_derivatives(objective, there)
        w, (value, gradient, hessian) = there, new
    raise AssertionError("the exact Newton iteration found no minimiser near the solver's point")


def check_certificate(objective: Objective, optimum: Optimum) -> float:
    """Assert that the exact minimiser is inside the radius; return the exact distance."""
    with mp.workdps(DIGITS):
        exact = exact_minimiser(objective, optimum.w)
        distance = mp.norm(mp.matrix([mp.mpf(float(x)) for x in optimum.w]) - exact)
        assert distance <= mp.mpf(optimum.radius) + mp.mpf("1e-45") * mp.norm(exact)
        return float(distance)


def check_status(objective: Objective, optimum: Optimum) -> None:
    """CONVERGED exactly if the norm, which is that of the gradient there, is within tolerance."""
    scale = float(
        np.abs(objective.coefficients) @ np.linalg.norm(objective.signed_features, axis=1)
    )
    norm = np.linalg.norm(objective.gradient(optimum.w))
    rounding = 1e-12 * (scale + np.linalg.norm(objective.ridge_diagonal * optimum.w))
    assert optimum.gradient_norm == pytest.approx(norm, rel=1e-6, abs=rounding)
    within = optimum.gradient_norm <= 1e-10 * (1.0 + scale)
    assert optimum.converged == (within and np.isfinite(optimum.radius))
    assert optimum.converged == (optimum.status is OptimumStatus.CONVERGED)
    assert optimum.value == pytest.approx(objective.value(optimum.w), rel=1e-12, abs=1e-300)


@given(objective=objectives())
def test_certificate(objective: Objective) -> None:
    """Both losses, ridges 1e-10 to 1e3, every shape of data that is hard."""
    optimum = minimise(objective)
    assert optimum.converged, optimum
    check_status(objective, optimum)
    assert np.isfinite(optimum.radius)
    check_certificate(objective, optimum)


@given(
    objective=objectives(
        ridges=st.floats(-4.0, 3.0).map(lambda e: 10.0**e),
    )
)
def test_radius_is_not_vacuous(objective: Objective) -> None:
    optimum = minimise(objective)
    assert optimum.radius <= 1e-5 * (1.0 + np.linalg.norm(optimum.w))


@pytest.mark.parametrize("ridge", (1e-2, 1e-6, 1e-10))
@both
def test_radius_ignores_the_scale_of_the_columns(
    loss: Loss, ridge: float, rng: np.random.Generator
) -> None:
    """Columns 1e16 apart in scale: the largest one's rounding says nothing of the others."""
    features = rng.standard_normal((60, 3))
    labels = np.where(features[:, 0] + rng.standard_normal(60) > 0, 1.0, -1.0)
    rows = labels[:, None] * features * np.array([1.0, 1e8, 1e-8])
    objective = Objective(rows, np.full(60, 1 / 60), ridge, loss)
    optimum = minimise(objective)
    assert optimum.radius <= 1e-7 * (1.0 + np.linalg.norm(optimum.w))
    check_certificate(objective, optimum)


@given(
    objective=objectives(losses=logistic, shapes=("offset",), big_offset=1e4),
    start=st.sampled_from((None, 1.0, 1e4)),
    seed=seeds,
)
def test_logistic_margins_of_ten_thousand(
    objective: Objective, start: float | None, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    at = None if start is None else start * rng.standard_normal(objective.dimension)
    optimum = minimise(objective, at)
    assert optimum.status in (OptimumStatus.CONVERGED, OptimumStatus.STALLED)
    check_status(objective, optimum)
    if np.isfinite(optimum.radius):
        check_certificate(objective, optimum)


@given(objective=objectives(ridges=st.floats(-4.0, 3.0).map(lambda e: 10.0**e)), seed=seeds)
def test_far_starts_do_not_matter(objective: Objective, seed: int) -> None:
    """Convex: from margins of +-1e4, where the exponential loss overflows, the same minimiser."""
    near = minimise(objective)
    rng = np.random.default_rng(seed)
    longest = np.linalg.norm(objective.signed_features, axis=1).max()
    far = minimise(objective, 1e4 / longest * rng.standard_normal(objective.dimension))
    assert far.converged, far
    assert np.linalg.norm(far.w - near.w) <= far.radius + near.radius


@given(objective=objectives(losses=exponential, shapes=("offset",), big_offset=40.0))
def test_exponential_with_large_offsets(objective: Objective) -> None:
    """Losses up to e^100 at zero: converged, or stalled by rounding with a radius that holds."""
    optimum = minimise(objective)
    assert optimum.status in (OptimumStatus.CONVERGED, OptimumStatus.STALLED)
    assert np.isfinite(optimum.radius)
    check_certificate(objective, optimum)


@pytest.mark.parametrize("offset", [-800.0, -1e4])
@pytest.mark.parametrize("coefficient", [1.0, -1.0])
def test_exponential_beyond_float64(offset: float, coefficient: float) -> None:
    """No warning and no false certificate where the loss at any reachable start overflows."""
    objective = Objective(
        np.array([[1.0, 0.5], [0.3, -1.0]]),
        np.array([1.0, coefficient]),
        1e-3,
        EXPONENTIAL,
        offset=np.array([offset, 0.0]),
    )
    optimum = minimise(objective)
    if optimum.converged:
        check_certificate(objective, optimum)
    else:
        assert optimum.radius == np.inf
        assert optimum.status is not OptimumStatus.UNBOUNDED


@given(objective=objectives(signed=True, losses=logistic), seed=seeds)
def test_local_certificate_logistic(objective: Objective, seed: int) -> None:
    """Signed coefficients: a local minimiser inside the radius, wherever one is claimed."""
    start = np.random.default_rng(seed).standard_normal(objective.dimension)
    optimum = minimise(objective, start)
    check_status(objective, optimum)
    if objective.penalised is None:  # the ridge makes a logistic objective coercive
        assert optimum.status is not OptimumStatus.UNBOUNDED
    if optimum.status is not OptimumStatus.UNBOUNDED:
        assert objective.value(optimum.w) <= objective.value(start)
    if np.isfinite(optimum.radius):
        check_certificate(objective, optimum)
        assert classify(objective, optimum.w).kind is PointKind.MINIMUM


@given(
    objective=objectives(
        signed=True, ridges=st.floats(0.3, 10.0), shapes=("plain", "separable", "offset")
    )
)
def test_local_certificate_is_not_vacuous(objective: Objective) -> None:
    """Strong ridge: a minimum is found and certified, or the exponential loss falls forever."""
    optimum = minimise(objective)
    if objective.loss is LOGISTIC:
        assert optimum.converged
    if optimum.status is OptimumStatus.UNBOUNDED:
        assert optimum.radius == np.inf
    else:  # far down the exponential loss rounding may stall it, at a minimum all the same
        assert optimum.status in (OptimumStatus.CONVERGED, OptimumStatus.STALLED)
        assert optimum.radius <= 1e-6 * (1.0 + np.linalg.norm(optimum.w))
        check_certificate(objective, optimum)


@both
@given(w=points(3), seed=seeds, ridge=st.floats(0.01, 10.0), signed=st.booleans())
def test_constructed_minimiser(loss: Loss, w: Array, seed: int, ridge: float, signed: bool) -> None:
    """Two columns of coefficients are solved for so that the gradient vanishes at a given w."""
    rng = np.random.default_rng(seed)
    rows = np.vstack([rng.standard_normal((2, 3)), np.eye(3), -np.eye(3)])
    coefficients = np.concatenate([[-0.1, 0.3] if signed else [0.1, 0.3], np.zeros(6)])
    partial = Objective(rows, coefficients, ridge, loss)
    rest = partial.gradient(w)
    for j in range(3):  # a positive coefficient on the row +-e_j that pushes the right way
        row = 2 + j if rest[j] > 0 else 5 + j
        coefficients[row] = abs(rest[j]) / -loss.derivative(rows[row] @ w)
    objective = partial.with_coefficients(coefficients)
    at = classify(objective, w)
    assert at.gradient_norm <= 1e-13 * (1.0 + np.abs(coefficients).sum())
    assume(at.eigenvalues[0] > 1e-3)
    optimum = minimise(objective, w)
    assert optimum.converged
    rounding = 1e-12 * (1.0 + np.abs(coefficients).sum()) / at.eigenvalues[0]
    assert np.linalg.norm(optimum.w - w) <= optimum.radius + rounding
    if not signed:
        assert np.linalg.norm(minimise(objective).w - w) <= 1e-6 * (1 + np.linalg.norm(w))


@both
def test_oracle_ignores_the_forgotten(loss: Loss) -> None:
    """Samples of coefficient zero change nothing, also where their loss would overflow."""
    problem = UnlearningProblem(
        np.array([[1.0], [1.0], [-800.0]]),
        np.ones(3),
        np.array([False, False, True]),
        ridge=1e-3,
        loss=loss,
    )
    oracle = minimise(problem.oracle())
    alone = minimise(Objective(np.ones((2, 1)), np.full(2, 0.5), 1e-3, loss))
    assert oracle.converged
    assert abs(oracle.w[0] - alone.w[0]) <= oracle.radius + alone.radius


@both
def test_far_start_with_an_intercept(loss: Loss) -> None:
    """No curvature at the start along the coordinate without ridge: still the minimiser."""
    rng = np.random.default_rng(1)
    rows = np.column_stack([np.repeat([1.0, -1.0], 4), rng.standard_normal((8, 2))])
    objective = Objective(
        rows, np.full(8, 0.125), 1.0, loss, penalised=np.array([False, True, True])
    )
    near = minimise(objective)
    assert near.converged
    # margins of 300, of 710 (the curvature is subnormal) and of 1e4 (it is zero)
    for start in ([300.0, 100.0, -100.0], [710.0, 0.1, 0.0], [-1e4, 1e3, 1e3], [1e4, 0.0, 0.0]):
        far = minimise(objective, np.array(start))
        assert far.converged, start
        assert np.linalg.norm(far.w - near.w) <= far.radius + near.radius


def test_coercive_objectives_are_not_unbounded() -> None:
    """Each has a minimum; the second and third start where the exponential loss is huge."""
    far = Objective(np.ones((1, 1)), np.array([-1e3]), 1e-10)  # w (1 + e^{-w}) = -1e13
    optimum = minimise(far)
    assert optimum.status is not OptimumStatus.UNBOUNDED
    assert optimum.w[0] == pytest.approx(-1e13)
    mixed = Objective(np.array([[1.0], [0.5]]), np.array([1.0, -0.1]), 0.01, EXPONENTIAL)
    for start in (-240.0, -800.0):
        optimum = minimise(mixed, np.array([start]))
        assert optimum.converged, start
        check_certificate(mixed, optimum)


def test_unbounded() -> None:
    down = Objective(np.ones((1, 1)), np.array([-1.0]), 0.1, EXPONENTIAL)  # 0.1 w = -e^{-w}: none
    optimum = minimise(down)
    assert optimum.status is OptimumStatus.UNBOUNDED
    assert optimum.radius == np.inf
    assert not optimum.converged
    # beyond the ridge that makes a minimum: -1/ridge = w e^w > -1/e
    kept = minimise(Objective(np.ones((1, 1)), np.array([-1.0]), 3.0, EXPONENTIAL))
    assert kept.converged
    assert kept.w[0] * np.exp(kept.w[0]) == pytest.approx(-1 / 3)
    assert kept.w[0] > -1


def test_every_other_status() -> None:
    rng = np.random.default_rng(0)
    objective = Objective(rng.standard_normal((20, 3)), np.full(20, 0.05), 1e-3)
    assert minimise(objective).status is OptimumStatus.CONVERGED
    short = minimise(objective, np.full(3, 30.0), max_iterations=1)
    assert short.status is OptimumStatus.BUDGET
    assert short.gradient_norm > 1e-10
    rough = minimise(objective, tolerance=1e-30)
    assert rough.status is OptimumStatus.STALLED
    assert rough.gradient_norm <= 1e-14
    assert rough.iterations < 100
    assert rough.radius < 1e-9


@pytest.mark.parametrize("signs", [(1.0, 1.0), (1.0, -1.0)])
def test_budget_is_kept(signs: tuple[float, float]) -> None:
    objective = Objective(np.array([[1.0], [3.0]]), np.array(signs), 1e-8)
    assert minimise(objective, np.array([90.0]), max_iterations=2).iterations <= 2


@both
@pytest.mark.parametrize("n", [2600, 11_000])
@pytest.mark.parametrize("intercept", [False, True])
def test_warm_start_from_subsamples(loss: Loss, n: int, intercept: bool) -> None:
    """Sorted labels and a forget set on the stride: the subsamples see one class or nothing."""
    rng = np.random.default_rng(n)
    features = np.column_stack([np.ones(n), rng.standard_normal(n)])
    labels = np.where(np.arange(n) < n - 40, 1.0, -1.0)
    strided = np.arange(n) % 8 == 0
    for forget in (strided, ~strided & (np.arange(n) % 3 == 0)):
        problem = UnlearningProblem(
            features,
            labels,
            forget,
            ridge=1e-6,
            loss=loss,
            unpenalised=(0,) if intercept else (),
        )
        optimum = minimise(problem.oracle())
        assert optimum.converged
        assert optimum.radius <= 1e-5
        small = minimise(problem.oracle().collapse(), max_iterations=500)
        assert np.linalg.norm(small.w - optimum.w) <= small.radius + optimum.radius


@given(seed=seeds, fraction=st.floats(0.02, 0.98), exponent=st.floats(-6.0, 1.0))
def test_one_repeated_sample(seed: int, fraction: float, exponent: float) -> None:
    """n copies of +a, a share of them -a: one coordinate; bisection solves the logistic one."""
    rng = np.random.default_rng(seed)
    a, ridge = rng.standard_normal(2), 10.0**exponent
    objective = Objective(np.vstack([a, -a]), np.array([fraction, 1 - fraction]), ridge)
    low, high = -60.0, 60.0  # the margin z = t ||a||^2 solves ridge t + slope(t ||a||^2) = 0
    for _ in range(200):
        t = 0.5 * (low + high)
        z = np.array([1.0, -1.0]) * t
        slope = objective.coefficients @ (np.array([1.0, -1.0]) * LOGISTIC.derivative(z))
        low, high = (t, high) if ridge * t / (a @ a) + slope < 0 else (low, t)
    optimum = minimise(objective)
    assert np.linalg.norm(optimum.w - t * a / (a @ a)) <= optimum.radius + 1e-12 * abs(t) + 1e-12


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("ridge", [1e-4, 1e-2, 1.0])
def test_scikit_learn(ridge: float, intercept: bool) -> None:
    """Mean convention: C = 1/(n ridge); the intercept is not penalised there either."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(5)
    n, d = 120, 4
    features = rng.standard_normal((n, d)) * [1.0, 0.5, 2.0, 1.0] + 0.3
    labels = np.where(features @ [1.0, -1.0, 0.5, 0.0] + rng.logistic(size=n) > 0, 1.0, -1.0)
    weights = rng.uniform(0.2, 2.0, n)
    forget = np.arange(n) < 30
    model = LogisticRegression(
        C=1.0 / (ridge * weights[~forget].sum()),
        fit_intercept=intercept,
        tol=1e-12,
        max_iter=10_000,
        solver="newton-cholesky",
    )
    with np.errstate(all="ignore"):
        model.fit(features[~forget], labels[~forget], sample_weight=weights[~forget])
    theirs = np.append(model.coef_[0], model.intercept_) if intercept else model.coef_[0]
    columns = np.column_stack([features, np.ones(n)]) if intercept else features
    problem = UnlearningProblem(
        columns,
        labels,
        forget,
        ridge=ridge,
        weights=weights,
        unpenalised=(d,) if intercept else (),
    )
    oracle = minimise(problem.oracle())
    assert oracle.converged
    assert np.linalg.norm(oracle.w - theirs) <= 1e-6
    assert problem.oracle().value(oracle.w) <= problem.oracle().value(theirs) + 1e-15


@given(seed=seeds, loss=losses, signed=st.booleans(), free=st.booleans())
def test_numbers_at_the_ends_of_float64(seed: int, loss: Loss, signed: bool, free: bool) -> None:
    """Weights and rows whose products overflow or vanish: a status, no exception, no NaN."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(1, 8)), int(rng.integers(1, 4))
    rows = rng.standard_normal((n, d)) * 10.0 ** rng.uniform(-8, 8, d)
    rows *= rng.choice([1.0, 1e-160, 1e140])
    coefficients = 10.0 ** rng.uniform(-3, 1, n) * rng.choice([1.0, 1e-250, 1e300])
    if signed:
        coefficients *= rng.choice([-1.0, 1.0], n)
    objective = Objective(
        rows,
        coefficients,
        10.0 ** rng.uniform(-12, 2),
        loss,
        offset=rng.choice([1.0, 30.0, 1e4]) * rng.standard_normal(n),
        penalised=rng.random(d) < 0.5 if free else None,
    )
    optimum = minimise(objective)
    assert np.all(np.isfinite(optimum.w)) or optimum.status is OptimumStatus.UNBOUNDED
    assert optimum.radius >= 0.0


def test_steps_that_overflow_their_slope() -> None:
    """Weights of 1e300 far from the minimum, where the first step's fall is infinite."""
    rows = np.array([[-1.25e-7], [-2.73e-7], [-6.67e-8], [1.16e-7], [-5.88e-8], [1.23e-7]])
    weights = np.array([2.4e298, 4.7e297, 1.4e300, 3.6e298, 1.1e298, 1.1e299])
    offset = np.array([8102.0, -6552.0, -894.0, 7319.0, -7253.0, 5906.0])
    optimum = minimise(Objective(rows, weights, 6.8e-9, offset=offset))
    assert optimum.converged
    assert optimum.gradient_norm <= 1e-9 * float(weights @ np.abs(rows[:, 0]))


def test_bounded_is_not_unbounded(rng: np.random.Generator) -> None:
    """Neither the scale of rows and columns nor a huge curvature is a fall without bound."""
    features = rng.standard_normal((40, 2))
    labels = np.where(rng.random(40) < 0.5, 1.0, -1.0)
    coefficients = np.full(40, 1 / 40)
    coefficients[:4] = -1 / 40
    units = np.array([1e7, 1e-7])
    plain = minimise(Objective(labels[:, None] * features, coefficients, 0.0))
    scaled = minimise(Objective(labels[:, None] * features * units, coefficients, 0.0))
    assert plain.converged and scaled.converged
    np.testing.assert_allclose(scaled.w * units, plain.w, rtol=1e-6)
    long = minimise(Objective(np.array([[1e51]]), np.array([-1.0]), 1.0))
    assert long.status is not OptimumStatus.UNBOUNDED
    # e^{-z} - 200 e^{-0.98 z} with a ridge: down to -8e112 at w = -263.9 and up again
    deep = Objective(np.array([[1.0], [0.98]]), np.array([1.0, -200.0]), 0.01, EXPONENTIAL)
    bottom = minimise(deep)
    assert bottom.status is not OptimumStatus.UNBOUNDED
    assert bottom.w[0] == pytest.approx(-263.906, abs=1e-3)


def test_a_fall_that_is_not_along_the_ray_from_zero() -> None:
    """The steepest exponential along the way is negative, the one along w itself is not."""
    rows = [
        [0.34558419, 0.82161814, 0.33043708, -1.30315723],
        [0.90535587, 0.44637457, -0.53695324, 0.5811181],
        [0.3645724, 0.2941325, 0.02842224, 0.54671299],
        [-0.73645409, -0.16290995, -0.48211931, 0.59884621],
    ]
    coefficients = np.array([-0.35467922, 0.86591467, -0.48656496, 0.59839535])
    offset = np.array([1.29406381, 1.00672432, -2.71116248, -1.88901325])
    falling = Objective(np.array(rows), coefficients, 1.0, EXPONENTIAL, offset=offset)
    assert minimise(falling).status is OptimumStatus.UNBOUNDED


@pytest.mark.parametrize(("offset", "falls"), [(-2.0, False), (0.0, True), (0.6, True)])
def test_unbounded_weighs_the_rows_by_their_offsets(offset: float, falls: bool) -> None:
    """``(e^{-o} - 2) e^w`` from a far start: it rises where e^{-o} > 2, whatever the signs say."""
    rows, offsets = np.array([[-1.0], [-1.0]]), np.array([offset, 0.0])
    objective = Objective(rows, np.array([1.0, -2.0]), 0.1, EXPONENTIAL, offset=offsets)
    optimum = minimise(objective, np.array([250.0]))
    assert (optimum.status is OptimumStatus.UNBOUNDED) == falls
    if not falls:
        assert optimum.converged
        check_certificate(objective, optimum)
    mirrored = Objective(rows, np.array([-1.0, 2.0]), 0.1, EXPONENTIAL, offset=offsets)
    other = minimise(mirrored, np.array([250.0]))
    assert (other.status is OptimumStatus.UNBOUNDED) != falls


def test_unbounded_is_downhill() -> None:
    """On a line without ridge: UNBOUNDED only where a linear end falls, or nearly does."""
    ends = {True: 0, False: 0}
    for seed in range(0, 3000, 4):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(2, 7))
        rows = rng.standard_normal((n, 1)) * 10.0 ** rng.uniform(-3, 3)
        c = rng.uniform(0.1, 2.0, n) * rng.choice([-1.0, 1.0, 1.0], n)
        c[0] = -abs(c[0])
        offset = rng.choice([1.0, 100.0, 1e4]) * rng.standard_normal(n)
        objective = Objective(rows, c, 1.0, offset=offset, penalised=np.array([False]))
        optimum = minimise(objective)
        ends[optimum.status is OptimumStatus.UNBOUNDED] += 1
        if optimum.status is OptimumStatus.UNBOUNDED:
            beyond = objective.value(10.0 * optimum.w)
            assert beyond <= optimum.value * (1.0 + 1e-12 * np.sign(optimum.value)), seed
    assert min(ends.values()) > 50


def test_integers_are_numbers() -> None:
    """Squares of int64 rows would wrap around."""
    rows, ones = np.array([[5 * 10**9], [4 * 10**9]]), np.array([1, 1])
    whole, real = (minimise(Objective(r, ones, 1e-3)) for r in (rows, rows.astype(float)))
    assert whole.w[0] == real.w[0] and whole.radius == real.radius


@pytest.mark.parametrize("size", (1e-170, 1e-160, 1e140, 1e160))
@both
def test_rows_whose_squares_leave_float64(loss: Loss, size: float) -> None:
    rows = np.random.default_rng(0).standard_normal((6, 2)) * size
    for ridge in (1e-10, 1.0):
        optimum = minimise(Objective(rows, np.full(6, 1 / 6), ridge, loss))
        if np.isfinite(optimum.radius):
            check_certificate(Objective(rows, np.full(6, 1 / 6), ridge, loss), optimum)
        else:
            assert size > 1.0 and (not optimum.converged or optimum.iterations > 0)
    signed = Objective(rows, np.array([-0.5, -0.5, 1, 1, 1, 1]) / 6, 0.0, loss)
    optimum = minimise(signed)
    if np.isfinite(optimum.radius):
        check_certificate(signed, optimum)


@both
def test_smallest_problems(loss: Loss) -> None:
    zero = minimise(Objective(np.zeros((1, 1)), np.ones(1), 0.5, loss), np.array([7.0]))
    assert zero.converged
    assert abs(zero.w[0]) <= zero.radius <= 1e-12
    nothing = minimise(Objective(np.ones((2, 3)), np.zeros(2), 0.5, loss), np.ones(3))
    assert nothing.converged
    assert np.linalg.norm(nothing.w) <= nothing.radius <= 1e-12
    wide = Objective(np.array([[1.0, -0.0, 2.0, 0.0, 0.0]]), np.ones(1), 1e-8, loss)
    optimum = minimise(wide)
    assert optimum.converged
    assert optimum.w[1] == optimum.w[3] == optimum.w[4] == 0.0
    assert optimum.w[2] == pytest.approx(2 * optimum.w[0])
    check_certificate(wide, optimum)


def test_integers_and_a_start_at_the_optimum() -> None:
    whole = Objective(np.array([[1, 2], [3, -1]]), np.array([1, 2]), 1)
    optimum = minimise(whole, np.array([0, 0]))
    assert optimum.w.dtype == np.float64
    again = minimise(whole, optimum.w)
    assert again.iterations == 0
    assert again.w.tolist() == optimum.w.tolist()
    signed = minimise(Objective(np.eye(2, dtype=int), np.array([1, -1]), 1), np.array([0, 0]))
    assert signed.converged


def test_deterministic_and_input_untouched() -> None:
    rng = np.random.default_rng(2)
    rows, start = rng.standard_normal((30, 4)), rng.standard_normal(4)
    for coefficients in (np.full(30, 0.1), np.where(np.arange(30) < 8, -0.1, 0.1)):
        copies = rows.copy(), start.copy(), coefficients.copy()
        results = [minimise(Objective(rows, coefficients, 0.01), start) for _ in range(2)]
        assert np.array_equal(results[0].w, results[1].w)
        assert results[0].iterations == results[1].iterations
        for before, after in zip(copies, (rows, start, coefficients), strict=True):
            assert np.array_equal(before, after)


@pytest.mark.parametrize(
    ("objective", "start", "message"),
    [
        (
            Objective(np.ones((2, 3, 1)), np.ones((2, 3)), 1.0),
            None,
            r"expected one objective without batch axes, got rows \(2, 3, 1\)",
        ),
        (Objective(np.eye(2), np.ones((3, 2)), 1.0), None, "expected one objective without batch"),
        (Objective(np.eye(2), np.ones(2), np.ones(3)), None, "expected .*batch.*got"),
        (
            Objective(np.eye(2), np.ones(2), 1.0, offset=np.ones((3, 2))),
            None,
            "expected .*batch.*got",
        ),
        (
            Objective(np.eye(2), np.ones(2), 1.0),
            np.ones(3),
            r"expected a start of shape \(2,\), got \(3,\)",
        ),
        (Objective(np.eye(2), np.ones(2), 1.0), np.array([np.nan, 0.0]), "expected .*, got .*nan"),
        (
            Objective(np.eye(2), np.array([1.0, -1.0]), 1.0),
            np.array([0.0, np.inf]),
            "expected .*, got .*inf",
        ),
    ],
    ids=["rows", "coefficients", "ridge", "offset", "start", "nan start", "infinite start"],
)
def test_bad_input(objective: Objective, start: Array | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        minimise(objective, start)


CROSS = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])


@both
@pytest.mark.parametrize(
    ("signs", "ridge", "kind"),
    [
        ((1.0, 1.0), 0.1, PointKind.MINIMUM),
        ((1.0, -1.0), 0.1, PointKind.SADDLE),
        ((-1.0, -1.0), 0.1, PointKind.MAXIMUM),
        ((-1.0, -1.0), 2.5, PointKind.MINIMUM),
        ((1.0, 0.0), 0.0, PointKind.DEGENERATE),
        ((-1.0, 0.0), 0.0, PointKind.DEGENERATE),
    ],
)
def test_classify(loss: Loss, signs: tuple[float, float], ridge: float, kind: PointKind) -> None:
    """At 0 the Hessian is diag(2 c_j phi''(0)) + ridge and the gradient vanishes by symmetry."""
    coefficients = np.repeat(signs, 2)
    point = classify(Objective(CROSS, coefficients, ridge, loss), np.zeros(2))
    expected = np.sort(2.0 * np.array(signs) * loss.curvature(np.array(0.0)) + ridge)
    assert point.kind is kind
    assert np.allclose(point.eigenvalues, expected, atol=1e-15)
    assert point.gradient_norm == 0.0


def test_degenerate_by_cancellation() -> None:
    """An eigenvalue that is zero but for the rounding of large terms counts as zero."""
    ridge = 2e3 * 0.25 * (0.3**2 + 0.7**2)
    rows = np.array([[0.3, 0.7], [-0.3, -0.7]])
    point = classify(Objective(rows, np.array([-1e3, -1e3]), ridge), np.zeros(2))
    assert point.kind is PointKind.DEGENERATE
    clear = classify(Objective(rows, np.array([-1e3, -1e3]), ridge * (1 - 1e-9)), np.zeros(2))
    assert clear.kind is PointKind.SADDLE


@given(objective=objectives(signed=True, ridges=st.floats(0.01, 1.0)), w=st.data())
def test_classify_is_the_hessian_as_it_is(objective: Objective, w: st.DataObject) -> None:
    at = w.draw(points(objective.dimension, 0.1))
    point = classify(objective, at)
    expected = np.linalg.eigvalsh(objective.hessian(at))
    assert np.allclose(point.eigenvalues, expected, rtol=1e-12, atol=1e-12)
    assert np.all(np.diff(point.eigenvalues) >= 0)
    if point.kind is PointKind.SADDLE:
        assert expected[0] < 0 < expected[-1]
    assert point.gradient_norm == pytest.approx(np.linalg.norm(objective.gradient(at)))


def test_minimise_leaves_saddles_and_maxima() -> None:
    """Started exactly on a stationary point that is no minimum, where the gradient is zero."""
    for signs in ((1.0, -1.0), (-1.0, -1.0)):
        objective = Objective(CROSS, np.repeat(signs, 2), 0.1)
        optimum = minimise(objective, np.zeros(2))
        assert optimum.converged
        assert classify(objective, optimum.w).kind is PointKind.MINIMUM
        assert optimum.value < objective.value(np.zeros(2))
        check_certificate(objective, optimum)
