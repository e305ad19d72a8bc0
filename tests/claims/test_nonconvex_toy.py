"""The non-convex toy: derivatives three ways, complete landscapes, flows, and every reading."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import minimize, root

from logreg_unlearn.theory.nonconvex_toy import (
    FEATURES,
    LABELS,
    M1,
    M2,
    READINGS,
    Kind,
    Reading,
    ToyObjective,
    convex_radius,
    decisions,
    descent_ascent_objective,
    gradient_flow,
    integrate,
    pretrained_objective,
    retrained_objective,
    stationary_points,
    toy_counterexample_for_every_rate,
    toy_da_landscape,
    toy_irreversibility_needs_long_ascent,
    toy_retrain_keeps_minimum,
    toy_ridge_is_not_radial,
    toy_trap,
)
from logreg_unlearn.theory.nonconvex_toy._enclosure import a_priori_box, enclose, segment_bound
from proofs.nonconvex_toy import toys as proofs
from tests.strategies import reaches

PROBABLE = Reading.from_name("zero_one-sum-half-probable")
SHALLOW = Reading.from_name("scaled_pm_one-sum-half-printed")
PRINTED = Reading.from_name("zero_one-sum-half-printed")

readings = st.sampled_from(READINGS)
ridges = st.floats(0.02, 10.0)
weights = st.tuples(st.floats(-6, 6), st.floats(-4, 4)).map(np.array)
counts = st.tuples(*[st.floats(0.0, 6.0)] * 3, st.floats(-6.0, 6.0)).filter(
    lambda c: min(c[:3]) > 0.1
)
objectives = st.builds(ToyObjective, counts, readings, ridges)


def independent_value(objective, w):
    """Return the objective written out, for real or complex weights."""
    r = objective.reading
    h = 1 / (1 + np.exp(-r.sigmoid.value * (1 + FEATURES @ w)))
    loss = {
        "ZERO_ONE": (h - (LABELS + 1) / 2) ** 2,
        "PM_ONE": (h - LABELS) ** 2,
        "SCALED_PM_ONE": (2 * h - 1 - LABELS) ** 2,
    }[r.target.name]
    c = np.array(objective.multiplicities)
    c = c / np.abs(c).sum() if r.reduction.name == "MEAN" else c
    term = objective.ridge * (0.5 if r.ridge_term.name == "HALF" else 1.0)
    return c @ loss + term * (w @ w)


@cache
def da(reading):
    return toy_da_landscape(reading)


@cache
def kept(reading):
    return toy_retrain_keeps_minimum(reading)


@cache
def trap(reading):
    return toy_trap(reading)


@given(objectives, weights)
def test_derivatives_against_complex_steps(objective, w):
    assert objective.value(w) == pytest.approx(independent_value(objective, w), rel=1e-12)
    step = 1e-30
    gradient = [np.imag(independent_value(objective, w + 1j * step * e)) / step for e in np.eye(2)]
    scale = 1 + np.abs(objective.coefficients).sum() * 100
    assert objective.gradient(w) == pytest.approx(gradient, rel=1e-10, abs=1e-13 * scale)
    h = 1e-5
    columns = [
        (objective.gradient(w + h * e) - objective.gradient(w - h * e)) / (2 * h) for e in np.eye(2)
    ]
    assert objective.hessian(w) == pytest.approx(np.array(columns), rel=1e-5, abs=1e-6 * scale)


@pytest.mark.parametrize("reading", READINGS[::5], ids=lambda r: r.name)
def test_derivatives_against_the_proof(reading, rng):
    objective = ToyObjective((5, 4, 1, 2), reading)
    expression = proofs.Toy(proofs.READINGS[reading.name], (5, 4, 1, 2)).expression()
    w1, w2 = sp.symbols("w1 w2", real=True)
    gradient = sp.lambdify((w1, w2), [sp.diff(expression, v) for v in (w1, w2)])
    hessian = sp.lambdify((w1, w2), sp.hessian(expression, (w1, w2)).tolist())
    for w in rng.normal(size=(5, 2)) * [3, 1]:
        assert objective.gradient(w) == pytest.approx(gradient(*w), rel=1e-9, abs=1e-10)
        assert objective.hessian(w) == pytest.approx(np.array(hessian(*w)), rel=1e-9, abs=1e-9)


@given(objectives, weights, st.floats(1e-6, 1.0), st.randoms(use_true_random=False))
def test_enclosures_contain_what_theyenclose(objective, centre, size, random):
    radius = np.array([size, size / 3])
    box = enclose(objective, centre[None], radius[None])
    for _ in range(20):
        w = centre + radius * [random.uniform(-1, 1), random.uniform(-1, 1)]
        assert np.all(np.abs(objective.gradient(w) - box.gradient[0]) <= box.gradient_radius[0])
        assert np.all(np.abs(objective.hessian(w) - box.hessian[0]) <= box.hessian_radius[0])
    # and are not vacuous: they shrink with the box, at the rate of the local slope
    small = enclose(objective, centre[None], radius[None] * 1e-3)
    assert np.all(small.gradient_radius <= 1e-2 * box.gradient_radius + 1e-9)


@settings(max_examples=15)
@given(objectives, st.integers(0, 2**32 - 1))
def test_every_stationary_point_is_listed(objective, seed):
    landscape = stationary_points(objective)
    assert landscape.complete
    low, high = a_priori_box(objective)
    places = np.array([p.w for p in landscape.points])
    generator = np.random.default_rng(seed)
    starts = generator.normal(size=(15, 2)) * [4, 2]
    # where descent ends the search arrives at once; from elsewhere it may never
    descended = minimize(objective.value, starts[0], jac=objective.gradient, method="BFGS").x
    hits = 0
    for start in (descended, *starts):
        with np.errstate(all="ignore"):
            found = root(objective.gradient, start, jac=objective.hessian, tol=1e-12)
        if np.abs(objective.gradient(found.x)).max() > 1e-9:
            continue
        hits += 1
        assert np.all((low < found.x) & (found.x < high))
        assert np.min(np.abs(places - found.x).max(axis=1)) < 1e-5
    assert hits
    # on the plane the indices of a coercive function's critical points sum to one
    kinds = [p.kind for p in landscape.points]
    if Kind.DEGENERATE not in kinds:
        assert len(kinds) - 2 * kinds.count(Kind.SADDLE) == 1


@pytest.mark.parametrize("reading", READINGS[::3], ids=lambda r: r.name)
def test_points_carry_true_certificates(reading):
    for objective in (pretrained_objective(reading), retrained_objective(reading)):
        landscape = stationary_points(objective)
        for p in landscape.points:
            eigenvalues = np.linalg.eigvalsh(objective.hessian(p.w))
            signs = {Kind.MINIMUM: (1, 1), Kind.SADDLE: (-1, 1)}[p.kind]
            assert tuple(np.sign(eigenvalues)) == signs
            assert np.abs(objective.gradient(p.w)).max() < 1e-8
            assert p.radius <= p.unique_radius
            assert p.decisions == decisions(p.w)
        for p in landscape.minima:
            radius = convex_radius(objective, p)
            assert radius > 0.01
            angle = np.linspace(0, 2 * np.pi, 50)
            ring = np.array(p.w) + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
            assert np.linalg.eigvalsh(objective.hessian(ring)).min() > 0


@settings(max_examples=10)
@given(readings, ridges)
def test_toy_da_landscape(reading, ridge):
    result = toy_da_landscape(reading, ridge)
    assert result.descent_ascent.complete
    assert result.pretrained == stationary_points(pretrained_objective(reading, ridge))
    assert tuple(result.flow.w[0]) == result.pretrained.minima[0].w
    assert result.flow.minimum in result.descent_ascent.minima
    if len(result.descent_ascent.points) == 1:
        assert result.flow.minimum == result.descent_ascent.points[0]
        assert result.flow.proved_by_level


@pytest.mark.parametrize("reading", READINGS, ids=lambda r: r.name)
def test_da_landscape_holds_in_every_reading(reading):
    result = da(reading)
    assert result.holds
    point = result.descent_ascent.points[0]
    assert point.decisions[3] == "-"
    # the certified solver and an independent integrator agree on where the flow ends
    objective = descent_ascent_objective(reading)
    solution = solve_ivp(
        lambda _, w: -objective.gradient(w), (0, 400), result.flow.w[0], "Radau", rtol=1e-8
    )
    assert solution.y[:, -1] == pytest.approx(point.w, abs=1e-4)


@pytest.mark.parametrize("reading", [PRINTED, PROBABLE], ids=["printed", "probable"])
def test_da_landscape_needs_the_subtraction(reading):
    # with the two that retraining keeps at x = 4 the minimum M1 is there
    kept_two = stationary_points(ToyObjective((5, 4, 1, 2), reading))
    assert M1 in {p.decisions for p in kept_two.minima}


def test_da_landscape_with_the_two_means_apart():
    # mean over the retained minus mean over the forgotten, as another reading of "mean"
    for reading in (r for r in READINGS if r.reduction.name == "SUM"):
        landscape = stationary_points(ToyObjective((5 / 12, 4 / 12, 1 / 12, 2 / 12 - 1), reading))
        assert landscape.complete
        assert [p.kind for p in landscape.points] == [Kind.MINIMUM]
        assert landscape.points[0].decisions[3] == "-"


@settings(max_examples=10)
@given(readings, ridges)
def test_toy_retrain_keeps_minimum(reading, ridge):
    result = toy_retrain_keeps_minimum(reading, ridge)
    for objective, landscape in (
        (pretrained_objective(reading, ridge), result.pretrained),
        (retrained_objective(reading, ridge), result.retrained),
    ):
        grid = np.stack(np.meshgrid(np.linspace(-1, 6, 60), np.linspace(-3, 1, 60)), axis=-1)
        assert landscape.complete
        assert landscape.minima[0].value <= objective.value(grid).min() + 1e-12
    best = (result.pretrained.minima[0].decisions, result.retrained.minima[0].decisions)
    assert result.holds == (best == (M1, M1))


def test_readings_in_which_retraining_keeps_m1():
    holding = {r.name for r in READINGS if kept(r).holds}
    assert holding == set(proofs.KEEPS)
    assert len(holding) == 13
    lost = {r.name: kept(r).retrained.minima[0].decisions for r in READINGS}
    assert {lost[name] for name in lost if name.startswith("pm_one")} == {M2}
    assert {lost[name] for name in lost if name not in holding} == {M2, "++++"}


def test_the_landscape_depends_on_the_ratio_of_ridge_and_loss():
    # 2h - 1 against +-1 is four times h against 0 and 1, so a quarter of its ridge
    one = stationary_points(pretrained_objective(SHALLOW, 0.4))
    other = stationary_points(pretrained_objective(PRINTED, 0.1))
    assert len(one.points) == len(other.points)
    assert np.allclose([p.w for p in one.points], [p.w for p in other.points], atol=1e-9)


@settings(max_examples=8)
@given(readings, st.floats(0.05, 1.0))
def test_toy_trap(reading, ridge):
    result = toy_trap(reading, ridge)
    (start, *_) = stationary_points(descent_ascent_objective(reading, ridge)).minima
    assert result.start == start
    objective = retrained_objective(reading, ridge)
    end = result.fine_tuning.minimum
    assert end is not None
    solution = solve_ivp(
        lambda _, w: -objective.gradient(w), (0, 300 / ridge), result.start.w, "LSODA",
        rtol=1e-9, atol=1e-11,
    )  # fmt: skip
    assert solution.y[:, -1] == pytest.approx(end.w, abs=1e-3)
    best = result.retrained.minima[0]
    assert result.holds == (best.decisions == M1 and end.value > best.value)


def test_readings_with_a_trap():
    holding = {r.name for r in READINGS if trap(r).holds}
    assert holding == set(proofs.TRAPS)
    printed = {name for name in holding if name.endswith("printed")}
    assert printed == {SHALLOW.name}
    assert len(holding) == 7


def test_the_shallow_trap_of_the_printed_sigmoid():
    result = trap(SHALLOW)
    best, end = result.retrained.minima
    assert best.w == pytest.approx((3.8306, -0.7901), abs=1e-4)
    assert end.w == pytest.approx((3.8457, -1.7586), abs=1e-4)
    assert result.retrained.saddles[0].w == pytest.approx((3.5283, -1.4243), abs=1e-4)
    assert result.depth == pytest.approx(0.0513, abs=1e-4)
    assert result.fine_tuning.minimum == end
    assert result.fine_tuning.proved_by_level


def test_flows_into_the_other_basin_and_level_certificates(rng):
    objective = retrained_objective(PROBABLE)
    landscape = stationary_points(objective)
    best, other = landscape.minima
    saddle = landscape.saddles[0]
    for start in np.array([2.0, -0.8]) + rng.normal(size=(25, 2)) * [0.4, 0.3]:
        flow = gradient_flow(objective, start, landscape)
        assert flow.minimum in (best, other)
        assert np.all(np.diff(objective.value(flow.w)) <= 1e-9)
        bound = segment_bound(objective, start, flow.minimum.w)
        along = start + np.linspace(0, 1, 300)[:, None] * (np.array(flow.minimum.w) - start)
        assert bound >= objective.value(along).max()
        assert flow.proved_by_level == (bound < saddle.value - 1e-12 * (1 + saddle.value))


@pytest.mark.parametrize(
    ("reading", "time"), [(PROBABLE, 0.232074), (SHALLOW, 0.208401)], ids=lambda v: str(v)[:12]
)
def test_toy_irreversibility_needs_long_ascent(reading, time):
    critical = toy_irreversibility_needs_long_ascent(reading, relative_width=1e-6)
    assert critical.exists
    assert 0 < critical.low < critical.high <= critical.low * (1 + 2e-6)
    assert critical.low == pytest.approx(time, abs=1e-6)
    assert (critical.recovered.decisions, critical.trapped.decisions) == (M1, M2)
    # a witness on each side, by the flows themselves
    retrained, ascent = retrained_objective(reading), descent_ascent_objective(reading)
    landscape = stationary_points(retrained)
    assert critical.recovered == landscape.minima[0]
    assert critical.trapped in landscape.minima[1:]
    start = stationary_points(pretrained_objective(reading)).minima[0].w
    assert integrate(ascent, start, critical.low) == pytest.approx(critical.w_critical, abs=1e-6)
    for share, end in ((0.1, M1), (0.9999, M1), (1.0001, M2), (3.0, M2)):
        stop = integrate(ascent, start, share * critical.low)
        assert gradient_flow(retrained, stop, landscape).minimum.decisions == end
    # the proof's lower bound is a lower bound
    assert critical.low > 1 / 200


def test_no_critical_time_without_a_trap():
    critical = toy_irreversibility_needs_long_ascent(PRINTED)
    assert not critical.exists
    assert critical.recovered == critical.trapped


@settings(max_examples=8)
@given(readings, st.floats(0.05, 5.0))
def test_toy_ridge_is_not_radial(reading, ridge):
    step = 1e-5
    scan = toy_ridge_is_not_radial([ridge * (1 - step), ridge, ridge * (1 + step)], reading)
    same = np.abs(np.diff(scan.w, axis=0)).max() < 1e-2  # not across a jump of the global minimum
    if same:
        slope = (scan.angle[2] - scan.angle[0]) / (np.log1p(step) - np.log1p(-step))
        assert scan.turning[1] == pytest.approx(slope, rel=1e-3, abs=1e-5)
    for k, value in enumerate(scan.ridges):
        assert value == pytest.approx(ridge * (1 + (k - 1) * step), rel=1e-12)
        landscape = stationary_points(pretrained_objective(reading, float(value)))
        assert tuple(scan.w[k]) == landscape.minima[0].w
        assert scan.decisions[k] == landscape.minima[0].decisions
        assert scan.minima[k] == len(landscape.minima)
        direction = np.array([np.cos(scan.angle[k]), np.sin(scan.angle[k])])
        assert direction * np.hypot(*scan.w[k]) == pytest.approx(scan.w[k], abs=1e-9)
    wide = toy_ridge_is_not_radial([0.1, 10.0], reading)
    assert not wide.radial


def test_the_ridge_flips_a_decision_and_removes_a_minimum():
    scan = toy_ridge_is_not_radial([0.1, 1.0, 10.0], PRINTED)
    assert scan.angle == pytest.approx([-0.17707, -0.08601, 0.50459], abs=1e-4)
    assert scan.decisions == (M1, "++++", "++++")
    assert toy_ridge_is_not_radial([0.1, 10.0], PROBABLE).minima == (2, 1)
    # one position alone: all features parallel, and the response is radial
    alone = [
        np.array(stationary_points(ToyObjective((0, 4, 0, 0), PRINTED, r)).minima[0].w)
        for r in (0.05, 0.5, 5.0)
    ]
    assert np.allclose([w / w[0] for w in alone], [1.0, 1.0], atol=1e-9)


@settings(max_examples=6)
@given(st.floats(-6, 3).map(lambda e: 10.0**e), st.sampled_from([PROBABLE, SHALLOW]))
def test_toy_counterexample_for_every_rate(rate, reading):
    result = toy_counterexample_for_every_rate(rate, reading)
    assert result.holds
    assert result.rate == rate
    assert result.pretrained.complete
    assert 2 - rate * result.forgotten == pytest.approx(0, abs=1e-12)
    # the flow of retain minus rate times forget, put together here, ends where rate 1 does
    multiplicities = (5.0, 4.0, 1.0, 2 - rate * result.forgotten)
    combined = stationary_points(ToyObjective(multiplicities, reading))
    assert combined.points[0].w == pytest.approx(result.trap.start.w, abs=1e-9)


def test_the_forget_set_has_to_adapt_to_the_rate():
    # two forgotten at a tenth of the rate: M1 is descent-ascent's minimum, nothing is lost
    weak = stationary_points(ToyObjective((5, 4, 1, 2 - 0.1 * 2), PROBABLE))
    assert weak.minima[0].decisions == M1
    assert not toy_counterexample_for_every_rate(0.1, PRINTED).holds


def test_integer_sizes_for_a_rational_rate():
    # rate 2/3: two copies of everything, six forgotten at x = 4, twice the ridge for the sum
    once = stationary_points(ToyObjective((5, 4, 1, 5), PROBABLE))
    twice = stationary_points(ToyObjective((10, 8, 2, 10), PROBABLE, 0.2))
    assert np.allclose([p.w for p in once.points], [p.w for p in twice.points], atol=1e-9)
    result = toy_counterexample_for_every_rate(2 / 3, PROBABLE)
    assert result.forgotten == pytest.approx(3)
    assert result.pretrained.minima[0].w == pytest.approx(once.minima[0].w, abs=1e-9)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda o: o.multiplicities[3] < -1,
        lambda o: o.multiplicities[3] > 1,
        lambda o: o.reading.reduction.name == "MEAN" and o.mu > 1,
        lambda o: o.reading.target.name == "PM_ONE" and o.mu < 0.5,
    ],
)
def test_strategies_are_not_degenerate(wanted):
    assert wanted(reaches(objectives, wanted))


def test_strategies_reach_several_minima_and_signs(rng):
    kinds = set()
    for _ in range(40):
        multiplicities = (*rng.uniform(0.2, 6, 3), rng.uniform(-6, 6))
        objective = ToyObjective(multiplicities, READINGS[rng.integers(24)], 0.1)
        kinds.add(len(stationary_points(objective).minima))
    assert {1, 2} <= kinds
