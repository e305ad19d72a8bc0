"""Bounds for any weights against the exact oracle, to forty digits."""

from __future__ import annotations

from dataclasses import dataclass

import mpmath as mp
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from logreg_unlearn.assess.bounds import DistanceBounds, Judgement, distance_bounds, judge
from logreg_unlearn.problem.losses import EXPONENTIAL, LOGISTIC, Array, Loss
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import OptimumStatus, minimise
from logreg_unlearn.unlearn.removal import newton_removal
from tests.strategies import exact_derivatives, losses, reaches, seeds

DIGITS = 40
EXPONENT_LIMIT = 600.0  # margins beyond it overflow the exponential loss
ridges = st.floats(-6.0, 3.0).map(lambda exponent: 10.0**exponent)
distances = st.floats(-12.0, 3.0).map(lambda exponent: 10.0**exponent)


@dataclass(frozen=True)
class Known:
    """A problem and its oracle's exact minimiser."""

    problem: UnlearningProblem
    start: Array
    oracle: tuple[mp.mpf, ...]

    def distance(self, w: Array) -> mp.mpf:
        with mp.workdps(DIGITS):
            return mp.norm([mp.mpf(float(x)) - o for x, o in zip(w, self.oracle, strict=True)])


def exact_minimiser(objective: Objective, start: Array) -> tuple[mp.mpf, ...]:
    """Newton from the solver's optimum; the last step is far below all that is compared."""
    with mp.workdps(DIGITS):
        w = mp.matrix([mp.mpf(float(x)) for x in start])
        for _ in range(60):
            _, gradient, hessian = exact_derivatives(objective, list(w))
            step = mp.lu_solve(hessian, gradient)
            length = mp.norm(step)
            w -= step
            if length < mp.mpf(10) ** (5 - DIGITS) * (1 + mp.norm(w)):
                return tuple(w)
    raise AssertionError(f"expected Newton to converge from {start}, got a step of {length}")


def retained(problem: UnlearningProblem) -> Objective:
    whole, keep = problem.oracle(), ~problem.forget
    return Objective(
        whole.signed_features[keep],
        whole.coefficients[keep],
        problem.ridge,
        whole.loss,
        offset=None if whole.offset is None else whole.offset[keep],
        penalised=whole.penalised,
    )


@st.composite
def known(draw: st.DrawFn, losses: st.SearchStrategy[Loss] = losses) -> Known:
    """Draw data, separable or not, with weights, offsets or an unpenalised intercept."""
    rng = np.random.default_rng(draw(seeds))
    n, d = draw(st.integers(3, 8)), draw(st.integers(1, 3))
    features = rng.standard_normal((n, d)) * draw(st.sampled_from([0.3, 1.0, 3.0]))
    labels = rng.choice([-1.0, 1.0], n)
    if draw(st.booleans()):  # separable
        labels = np.where(features @ rng.standard_normal(d) > 0, 1.0, -1.0)
    forget = np.zeros(n, dtype=bool)
    forget[rng.permutation(n)[: draw(st.integers(1, n - 2))]] = True
    intercept = d > 1 and draw(st.booleans())
    if intercept:
        features[:, -1] = 1.0
        # without both labels among the retained rows an unpenalised intercept has no optimum
        labels[np.flatnonzero(~forget)[:2]] = -1.0, 1.0
    problem = UnlearningProblem(
        features,
        labels,
        forget,
        ridge=draw(ridges),
        loss=draw(losses),
        offset=rng.standard_normal(n) if draw(st.booleans()) else None,
        weights=rng.uniform(0.2, 3.0, n) if draw(st.booleans()) else None,
        normalisation=draw(st.sampled_from(["mean", "sum"])),
        unpenalised=(d - 1,) if intercept else (),
    )
    start = minimise(problem.oracle()).w
    return Known(problem, start, exact_minimiser(retained(problem), start))


@st.composite
def weights(draw: st.DrawFn, case: Known) -> Array:
    """Draw weights near the oracle, far away, at the original or at zero."""
    kind = draw(st.sampled_from(["oracle", "away", "original", "zero"]))
    if kind == "oracle":
        return case.start
    if kind == "original":
        found = minimise(case.problem.original())
        assume(found.status is not OptimumStatus.UNBOUNDED)
        return found.w
    if kind == "zero":
        return np.zeros_like(case.start)
    direction = np.random.default_rng(draw(seeds)).standard_normal(len(case.start))
    w = case.start + draw(distances) * direction / np.linalg.norm(direction)
    if case.problem.loss is EXPONENTIAL or case.problem.loss == "exponential":
        assume(np.all(case.problem.oracle().margins(w) > -EXPONENT_LIMIT))
    return w


cases = known().flatmap(lambda case: st.tuples(st.just(case), weights(case)))
pairs = known().flatmap(lambda case: st.tuples(st.just(case), weights(case), weights(case)))


def holds(bounds: DistanceBounds, truth: mp.mpf) -> bool:
    """Whether the bounds hold, up to the rounding of the last operations."""
    rounded = 1e-12
    return bounds.lower * (1 - rounded) <= truth <= bounds.upper * (1 + rounded)


@given(cases)
def test_bounds_hold_for_any_weights(drawn) -> None:
    case, w = drawn
    bounds = distance_bounds(case.problem, w)
    assert 0 <= bounds.lower <= bounds.upper
    assert holds(bounds, case.distance(w))


@given(known(), st.integers(0, 5))
def test_bounds_at_the_oracle_include_zero_distance(case: Known, ulps: int) -> None:
    w = case.start
    for _ in range(ulps):
        w = np.nextafter(w, np.inf)
    assert holds(distance_bounds(case.problem, w), case.distance(w))


@given(pairs)
def test_judge_never_contradicts_the_true_order(drawn) -> None:
    case, unlearned, original = drawn
    verdict = judge(case.problem, unlearned, original)
    after, before = case.distance(unlearned), case.distance(original)
    if verdict is Judgement.HARM:
        assert after > before
    if verdict is Judgement.HELP:
        assert after < before
    swapped = {Judgement.HARM: Judgement.HELP, Judgement.HELP: Judgement.HARM}
    assert judge(case.problem, original, unlearned) is swapped.get(verdict, verdict)
    assert judge(case.problem, original, original) is Judgement.UNDECIDED


@pytest.mark.parametrize("loss", [LOGISTIC, EXPONENTIAL])
def test_cases_reach_what_they_are_meant_to(loss: Loss) -> None:
    these = known(st.just(loss))
    reaches(these, lambda case: case.problem.unpenalised != ())
    reaches(these, lambda case: case.problem.ridge < 1e-5)
    reaches(these, lambda case: case.problem.ridge > 1e2)
    reaches(these, lambda case: np.all(retained(case.problem).margins(case.start) > 2))


@pytest.mark.parametrize("verdict", [Judgement.HARM, Judgement.HELP])
def test_judge_decides_in_drawn_cases(verdict: Judgement) -> None:
    reaches(pairs, lambda drawn: judge(drawn[0].problem, *drawn[1:]) is verdict)


@pytest.fixture
def ordinary(rng) -> UnlearningProblem:
    features = rng.normal(loc=[1.0, 0.5, 0.0], size=(200, 3))
    labels = np.where(features @ [1.0, -1.0, 0.5] + rng.normal(size=200) > 0, 1.0, -1.0)
    return UnlearningProblem(features, labels, np.arange(200) < 20, ridge=0.05)


def test_bounds_are_tight_near_the_oracle(ordinary: UnlearningProblem) -> None:
    oracle = minimise(ordinary.oracle()).w
    for reach, within in ((1e-3, 1e-2), (1e-5, 1e-4)):
        bounds = distance_bounds(ordinary, oracle + reach / np.sqrt(3.0))
        assert reach * (1 - within) < bounds.lower < bounds.upper < reach * (1 + within)


def test_harm_and_help_on_ordinary_data(ordinary: UnlearningProblem) -> None:
    original = minimise(ordinary.original()).w
    ascended = minimise(ordinary.descent_ascent(), start=original).w
    assert judge(ordinary, ascended, original) is Judgement.HARM
    assert judge(ordinary, newton_removal(ordinary, original), original) is Judgement.HELP


def test_no_ridge_on_the_intercept_leaves_finite_bounds(rng) -> None:
    features = np.column_stack([rng.normal(size=60), np.ones(60)])
    problem = UnlearningProblem(
        features, rng.choice([-1.0, 1.0], 60), np.arange(60) < 6, ridge=0.1, unpenalised=(1,)
    )
    near = minimise(problem.original()).w
    assert np.isfinite(distance_bounds(problem, near).upper)
    # far away the curvature is gone and, without a ridge, so is the upper bound
    assert distance_bounds(problem, np.array([0.0, 50.0])).upper == np.inf


def test_a_small_curvature_behind_a_large_one_certifies_nothing_false() -> None:
    """Two rows +-S u in an oblique direction: the Hessian's rounding is the small eigenvalue."""
    u = np.array([[44984437.2890428, -124941879.68512554]])
    v = np.array([[0.9408745460328529, 0.33875520457621455]])
    w = np.array([[0.33875520457621455, -0.9408745460328529]])
    problem = UnlearningProblem(
        np.vstack([u, -u, v, -v, w]),
        np.ones(5),
        np.arange(5) == 4,
        ridge=0.03,
        weights=np.array([1, 1, 1.01, 1, 1]),
        normalisation="sum",
    )
    unlearned = np.array([2.4977723360785645e-06, 8.99257204287819e-07])
    original = np.array([5.852829661972067e-07, 2.106984978033416e-07])
    truths = [0.0093870817, 0.0093891144]  # to sixty digits, rounded
    for model, truth in zip((unlearned, original), truths, strict=True):
        bounds = distance_bounds(problem, model)
        assert bounds.lower <= truth * (1 + 1e-9) and truth * (1 - 1e-9) <= bounds.upper
    assert judge(problem, unlearned, original) is not Judgement.HARM


@pytest.mark.parametrize("w", [np.zeros(2), np.zeros((1, 3)), np.array([0.0, np.nan, 0.0])])
def test_errors(ordinary: UnlearningProblem, w: Array) -> None:
    with pytest.raises(ValueError, match=r"^expected finite weights of shape \(3,\), got"):
        distance_bounds(ordinary, w)
    with pytest.raises(ValueError, match="expected finite weights"):
        judge(ordinary, np.zeros(3), w)


def test_weights_whose_squares_underflow_are_certified(rng) -> None:
    """Rows of zeros: the oracle is 0, so the distance is the weights' own length."""
    for _ in range(60):
        p = UnlearningProblem(
            np.zeros((4, 2)), np.array([1.0, -1, 1, -1]), np.arange(4) < 2,
            ridge=float(10 ** rng.uniform(-3, 2)),
        )  # fmt: skip
        w = rng.normal(size=2) * 10.0 ** rng.uniform(-165, -150)
        largest = np.abs(w).max()
        length, found = largest * np.linalg.norm(w / largest), distance_bounds(p, w)
        assert found.lower <= length * (1 + 1e-15) and length <= found.upper * (1 + 1e-15)
    assert distance_bounds(p, np.zeros(2)).upper < 1e-300
