"""Figures of the iterations and of random forget sets: their numbers are the theory's."""

from __future__ import annotations

from figures._solving import real_problem
from figures.iterations.first_step_identity import DATASETS, random_problem

import numpy as np
import pytest

from logreg_unlearn.assess.distance import cosine
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.solve.path import original_beta
from logreg_unlearn.theory import iterations as theory
from logreg_unlearn.theory import random_sets as random_theory
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run
from tests.figures.drawings import column, columns, drawing


@pytest.mark.parametrize("seed", [0, 7, 23])
def test_first_step_alignment_is_that_of_the_first_step(seed: int) -> None:
    problem = random_problem(seed)
    start, oracle = minimise(problem.original()).w, minimise(problem.oracle()).w
    trajectory = run(simultaneous(), problem, start, steps=1, step_size=1e-6)
    direct = cosine(trajectory.w[-1] - start, oracle - start)
    assert column("first_step_identity", "alignment")[seed] == pytest.approx(direct, abs=1e-5)
    ratio = run(simultaneous(), problem, start, steps=5_000).distance
    assert column("first_step_identity", "ratio")[seed] == pytest.approx(ratio[-1] / ratio[0])


def test_overshoot_path_starts_at_the_original_and_passes_the_oracle() -> None:
    name, data = "overshoot_path", DATASETS[0]
    beta, distance, risk = (
        column(name, f"{data} {key}") for key in ("beta", "distance", "excess risk")
    )
    problem = real_problem(data)
    assert beta[0] == original_beta(problem) and 0.0 in beta
    assert distance[0] == risk[0] == 1.0
    middle = int(np.flatnonzero(beta == 0.0)[0])
    assert distance[middle] == 0.0 and abs(risk[middle]) < 1e-12
    w_d, w_r = minimise(problem.original()).w, minimise(problem.oracle()).w
    # the last point is a minimiser as well, at the drawn distance (relative to the original's)
    last = minimise(problem.path(0.5 * beta[-1]), w_r).w
    between = np.interp(0.5 * beta[-1], beta[middle:], distance[middle:])
    exact = np.linalg.norm(last - w_r) / np.linalg.norm(w_d - w_r)
    assert between == pytest.approx(exact, rel=0.05)
    assert np.all(np.diff(distance[middle:]) > 0) and distance[-1] > 9


def test_overshoot_path_shows_its_end_points_whole() -> None:
    figure = drawing("overshoot_path").figure
    figure.draw_without_rendering()
    for ax in figure.axes:
        ends = [line for line in ax.lines if len(line.get_xdata()) == 1]
        assert ends
        for line in ends:
            at = ax.transData.transform(line.get_xydata()[0])
            assert ax.bbox.padded(-line.get_markersize()).contains(*at)


def test_path_monotonicity_columns_only_rise() -> None:
    name = "path_monotonicity"
    beta, forget, risk = (column(name, k) for k in ("beta", "forget_loss", "excess_retain_risk"))
    assert np.all(np.diff(beta) > 0)
    assert np.all(theory.path_monotonicity(beta, forget, risk) >= -1e-9)
    assert np.all(np.diff(forget) > 0) and np.all(np.diff(risk) > 0) and risk[0] == 0.0


def test_alternating_steps_approach_twice_the_ridge() -> None:
    name = "alternating_expansion"
    problem = real_problem("breast_cancer")
    start, oracle = minimise(problem.original()).w, minimise(problem.oracle()).w
    doubled = problem.descent_ascent()
    doubled = doubled.with_coefficients(doubled.coefficients, 2 * problem.ridge)
    limit = np.linalg.norm(minimise(doubled, start).w - oracle) / np.linalg.norm(start - oracle)
    assert column(name, "limit 2 ridge")[0] == pytest.approx(limit, rel=1e-6)
    sizes = column(name, "step_size")
    simultaneous_end = column(name, "simultaneous")
    assert np.ptp(simultaneous_end) < 1e-3 * simultaneous_end[0]
    assert column(name, "limit 1 ridge")[0] == pytest.approx(simultaneous_end[0], rel=1e-3)
    for order in ("ascent first", "descent first"):
        error = np.abs(column(name, f"alternating, {order}") / limit - 1)
        assert np.all(np.diff(error) > 0)
        assert error[0] < 0.5 * sizes[0] / sizes[1] * error[1] + 0.5 * error[1]


def test_bifurcation_diagram_settles_on_the_fixed_point_up_to_its_stability() -> None:
    lift, orbit = column("alternating_fixed_point", "lift"), column("alternating_fixed_point", "u")
    assert lift.shape == orbit.shape
    known = theory.alternating_fixed_point(lift).descent_first
    edge = np.exp(np.sqrt(2.0))
    calm = (lift > 1.3) & (lift < 0.97 * edge)
    np.testing.assert_allclose(orbit[calm], known[calm], atol=1e-6)
    for value in np.unique(lift[(lift > 1.03 * edge) & (lift < 5.5)]):
        assert np.ptp(orbit[lift == value]) > 0.1


def test_strong_ridge_harm_is_on_the_upper_side_of_the_boundary() -> None:
    name = "strong_ridge_limit"
    f, c, ratio = (column(name, key) for key in ("fraction", "correlation", "ratio"))
    boundary = 1 - 1 / (2 * f**2)
    clear = np.abs(c - boundary) > 0.05
    assert np.array_equal(ratio[clear] > 1, (c > boundary)[clear])
    assert np.any(ratio < 1) and np.all(ratio[f < 0.5] > 1)


def test_random_forget_accuracy_stays_below_its_bound() -> None:
    name = "random_forget_accuracy"
    deviation = column(name, "deviation")
    for size in (10, 50, 250):
        bound, seen = column(name, f"bound n_F={size}"), column(name, f"frequency n_F={size}")
        assert np.array_equal(bound, random_theory.random_forget_accuracy(deviation, size))
        assert np.all(seen <= bound) and seen[0] == 1.0
        assert np.all(np.diff(seen) <= 0) and np.any((seen > 0) & (seen < 0.5))


def test_random_cancellation_is_zero_with_the_predicted_deviation() -> None:
    name = "random_cancellation"
    mean, deviation, predicted = (
        column(name, key) for key in ("mean", "deviation", "predicted_deviation")
    )
    draws = 200
    assert np.all(np.abs(mean) < 4 * predicted / np.sqrt(draws))
    # losses have heavy tails: few forgotten samples make the simulated deviation noisy
    assert np.all(np.abs(deviation / predicted - 1) < 0.5)
    assert np.all(np.diff(predicted) < 0)
    ratio = column(name, "ratio")
    assert ratio[0] == 1.0 and ratio[-1] > 10
    assert column(name, "accuracy")[-1] < column(name, "accuracy")[0]


def test_best_stop_is_a_sine() -> None:
    table = columns("best_stop_is_a_sine")
    assert np.median(np.abs(table["best"] - table["sine"])) < 0.01
    assert np.abs(table["best"] - table["sine"]).max() < 0.15
    assert np.all(table["rayleigh"] >= table["best"])
    assert np.all(table["rayleigh"] <= 1) and np.all(table["rayleigh"] < table["sine"] + 0.15)
    for case in np.unique(table["path"]):
        part = table["path"] == case
        at = np.argmin(table["ratio"][part])
        assert 0.8 < table["time"][part][at] < 1.25
