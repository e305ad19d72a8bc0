"""The theory's regions: their boundaries, and that the runs keep to them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.sweep.boundary import equal_distance, log_ratio
from logreg_unlearn.sweep.case import Case, build_problem, run_case
from logreg_unlearn.sweep.grid import Grid
from logreg_unlearn.sweep.regions import lift_region, regions
from logreg_unlearn.sweep.runner import run_cases
from logreg_unlearn.theory.cross_dimensional import da_existence
from logreg_unlearn.theory.single_coordinate import harm_threshold

LOSSES = ("logistic", "exponential")
SMALL = Grid(
    models=("blocks", "two-directions", "gaussian"), correlations=(-1.0, 0.0, 1.0), seeds=1,
    ridges=(0.1, 1.0), epsilons=(-0.6, 0.2, 0.9),
)  # fmt: skip


def plane(loss: str, epsilon: float, alpha: float, ridge: float, fraction: float) -> Case:
    return Case(
        "two-directions", f"epsilon={epsilon}", loss, f"alpha={alpha}", fraction, ridge, 0, "da",
        200_000, {"epsilon": epsilon, "alpha": alpha},
    )  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    ("epsilon", "ridge", "fraction"),
    [(-0.6, 1.0, 0.5), (0.0, 0.5, 0.5), (0.8, 1.0, 0.3), (0.3, 0.3, 0.7), (-0.3, 1.0, 0.2)],
)
def test_runs_turn_where_the_distances_are_equal(loss, epsilon, ridge, fraction) -> None:
    # f other than 1/2: alpha counts retained samples, not weights
    alpha = float(equal_distance(loss, epsilon, ridge, fraction, 1.0))
    ratios = {
        scale: run_case(plane(loss, epsilon, scale * alpha, ridge, fraction)).ratio_final
        for scale in (0.99, 1.0, 1.01)
    }
    assert ratios[0.99] < 1.0 < ratios[1.01]
    assert ratios[1.0] == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("alpha", "fraction"), [(0.1, 0.5), (0.02, 0.1), (0.4, 0.7)])
def test_the_log_ratio_is_that_of_certified_optima_of_the_case(loss, alpha, fraction) -> None:
    problem, _ = build_problem(plane(loss, 0.4, alpha, 1.0, fraction))
    original, oracle = minimise(problem.original()).w, minimise(problem.oracle()).w
    objective, end = problem.descent_ascent(), original
    for _ in range(300):  # Newton: from here it goes to the minimum
        end = end - np.linalg.solve(objective.hessian(end), objective.gradient(end))
    assert np.linalg.norm(objective.gradient(end)) < 1e-13
    expected = np.linalg.norm(end - oracle) / np.linalg.norm(original - oracle)
    assert float(log_ratio(loss, 0.4, alpha, 1.0, fraction)) == pytest.approx(math.log(expected))


@pytest.mark.parametrize("loss", LOSSES)
def test_the_boundary_is_the_root_for_every_overlap_at_once(loss) -> None:
    epsilon = np.linspace(-0.9, 0.9, 13)
    alpha = equal_distance(loss, epsilon, 1.0, 0.5, 1.0)
    assert np.allclose(log_ratio(loss, epsilon, alpha, 1.0, 0.5), 0.0, atol=1e-8)
    # parallel directions are one block of lift alpha/odds: the threshold is f/(1+f)
    near = float(equal_distance(loss, 1.0 - 1e-5, 1.0, 0.3, 1.0))
    assert near / (0.3 / 0.7) == pytest.approx(float(harm_threshold(0.3)), rel=1e-3)


def test_there_is_no_boundary_where_the_distances_are_never_equal() -> None:
    # the fold comes first (exponential loss), or the end of the range (logistic loss)
    assert np.isnan(equal_distance("exponential", -0.9, 0.1, 0.7, 1.0))
    fold = float(da_existence(-0.9, 10.0, 0.7).alpha)
    assert float(log_ratio("exponential", -0.9, fold * (1.0 - 1e-9), 0.1, 0.7)) < 0.0
    assert np.isnan(log_ratio("exponential", -0.9, fold * (1.0 + 1e-9), 0.1, 0.7))
    assert np.isnan(equal_distance("logistic", -0.9, 1.0, 0.7, 1.0))
    assert float(log_ratio("logistic", -0.9, 1.0, 1.0, 0.7)) < 0.0
    both = equal_distance("exponential", [-0.9, 0.5], 0.1, 0.7, 1.0)
    assert np.isnan(both).tolist() == [True, False]


@pytest.mark.parametrize("loss", LOSSES)
def test_an_original_at_the_oracle_can_only_be_left(loss) -> None:
    # equal directions and alpha = odds: retained and forgotten samples look alike
    row = run_case(plane(loss, 1.0, 1.0, 1.0, 0.5))
    assert row.verdict == "HARMED" and row.ratio_final == math.inf
    assert float(log_ratio(loss, 1.0, 1.0, 1.0, 0.5)) > 10.0
    assert [group.key[1] for group in regions([row])] == ["exact: farther"]


def test_several_end_points_are_no_boundary_and_a_region_of_their_own() -> None:
    # three stationary points (`logistic_cross_dimensional`): the start decides between two minima
    assert np.isnan(log_ratio("logistic", 0.5, 0.1, 0.01, 0.5))
    assert np.isfinite(log_ratio("logistic", 0.5, [0.001, 0.9], 0.01, 0.5)).all()
    ends = equal_distance("logistic", [0.55, 0.9], 0.01, 0.5, 1.0)
    assert np.isnan(ends).tolist() == [True, False]
    row = run_case(replace(plane("logistic", 0.5, 0.1, 0.01, 0.5), steps=10))
    assert [group.key[1] for group in regions([row])] == ["several end points"]


def test_nothing_forgotten_in_the_plane_ends_at_the_oracle() -> None:
    for loss in LOSSES:
        assert log_ratio(loss, [0.5, 0.5], [0.0, 1e-9], 1.0, 0.5)[0] == -np.inf
        assert log_ratio(loss, 0.5, 1e-9, 1.0, 0.5) < -10.0


@pytest.mark.parametrize("fraction", [0.1, 1.0 / 3.0, 0.5, 0.7, 0.9])
def test_a_lift_on_the_threshold_lies_below_it(fraction) -> None:
    case = Case(
        "blocks", "one block", "logistic", "block", fraction, 0.5, 0, "da", 20_000,
        {"lift": float(harm_threshold(fraction))},
    )  # fmt: skip
    row = replace(run_case(case), forget_fraction=fraction)
    assert row.verdict == "UNCHANGED" and not row.farther
    assert lift_region(row) == "lift <= f/(1+f)"
    above = replace(row, correlation=np.nextafter(row.correlation, 1.0))
    assert lift_region(above) == "f/(1+f) < lift < 1"


@pytest.fixture(scope="module")
def found():
    return {group.key: group for group in regions(run_cases(SMALL.cases(0)))}


def test_every_region_of_every_fraction_has_cases_and_one_answer(found) -> None:
    for f in (0.1, 0.5, 0.7):
        title = f"blocks, f = {f:g}"
        assert found[title, "lift <= f/(1+f)"].farther == 0
        assert found[title, "lift <= f/(1+f)"].cases == 2 * 2 * 7
        for words in ("f/(1+f) < lift < 1", "lift = 1 (w_D = w_R)", "1 < lift"):
            group = found[title, words]
            assert group.farther == group.cases > 0 and group.diverged == 0
        beyond = found[title, "lift beyond the fold"]
        assert beyond.diverged == beyond.cases > 0
    title = "two-directions, f = 0.5"
    closer, farther = found[title, "exact: closer"], found[title, "exact: farther"]
    assert closer.farther == 0 and closer.cases > 3
    near = [(loss, 0.2, scale) for loss in LOSSES for scale in (0.999, 1.001)]
    rows = []
    for loss, epsilon, scale in near:
        alpha = scale * float(equal_distance(loss, epsilon, 1.0, 0.5, 1.0))
        rows.append(run_case(plane(loss, epsilon, alpha, 1.0, 0.5)))
    sides = ["exact: closer", "exact: farther"] * 2
    assert [regions([row])[0].key[1] for row in rows] == sides
    assert farther.farther == farther.cases > 3 and farther.diverged == 0
    beyond = found[title, "no stationary point"]
    assert beyond.diverged == beyond.cases > 3


def test_gaussian_cases_are_parted_at_the_strong_ridge_threshold(found) -> None:
    keys = {key for key in found if key[0].startswith("gaussian")}
    assert keys == {
        ("gaussian, f = 0.1", "cosine > 1-1/(2f^2)"),  # it is -49
        ("gaussian, f = 0.5", "cosine <= 1-1/(2f^2)"),  # -1: equality at cosine -1
        ("gaussian, f = 0.5", "cosine > 1-1/(2f^2)"),
        ("gaussian, f = 0.7", "cosine <= 1-1/(2f^2)"),  # -0.02
        ("gaussian, f = 0.7", "cosine > 1-1/(2f^2)"),
    }
    assert found["gaussian, f = 0.7", "cosine > 1-1/(2f^2)"].cases == 2 * 2 * 2


def test_real_cases_are_parted_by_what_was_measured_in_order() -> None:
    row = run_cases(replace(SMALL, models=("blocks",), lifts=(0.5,)).cases(0))[0]
    rows = [
        replace(row, model="real", forget_fraction=0.1 + 1e-4 * k, correlation=c)
        for k, c in enumerate((0.5, 0.49, -0.01, 0.0, 1.0))
    ]
    assert [(g.key, g.cases) for g in regions(rows)] == [
        (("real, measured", "cosine < 0"), 1),
        (("real, measured", "0 <= cosine < 0.5"), 2),
        (("real, measured", "cosine >= 0.5"), 2),
    ]


def test_the_theory_is_about_descent_ascent_alone(found) -> None:
    grid = replace(SMALL, methods=("neggrad+",), models=("two-directions",), steps=5)
    assert regions(run_cases(grid.cases(0))) == []
    assert sum(group.cases for group in found.values()) == len(SMALL.cases(0))


@pytest.mark.parametrize("fraction", [0.05, 0.1, 0.5, 0.7, 0.99])
def test_the_default_lifts_lie_on_both_sides_of_every_boundary(fraction) -> None:
    grid = replace(SMALL, models=("blocks",), fractions=(fraction,), losses=("logistic",))
    lifts = np.array([case.settings["lift"] for case in replace(grid, ridges=(1.0,)).cases(0)])
    harm = float(harm_threshold(fraction))
    assert np.all(np.diff(lifts) > 0.0) and {0.0, harm, 1.0} <= set(lifts)
    assert sum((lifts > 0.0) & (lifts < harm)) >= 5
    assert sum((lifts > harm) & (lifts < 1.0)) >= 5
    near = np.abs(lifts / harm - 1.0)
    assert near[lifts < harm].min() < 0.02
    assert (lifts[lifts > harm].min() - harm) / (1.0 - harm) < 0.02
    for ridge in (0.1, 1.0):  # the folds within reach
        fold = 1.0 + ridge / (math.e * 0.1)
        assert lifts[lifts < fold].max() > 1.0 and lifts[lifts > fold].min() < 1.4 * fold


def test_lifts_that_are_given_replace_the_places() -> None:
    grid = replace(SMALL, models=("blocks",), fractions=(0.2,), ridges=(1.0,), losses=("logistic",))
    cases = replace(grid, lifts=(0.4, 2.0)).cases(0)
    assert [case.settings["lift"] for case in cases] == [0.4, 2.0]
    placed = replace(grid, lift_places=(0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 11.0)).cases(0)
    harm = 0.2 / 1.2
    assert [case.settings["lift"] for case in placed] == pytest.approx(
        [0.0, harm / 2, harm, (1.0 + harm) / 2, 1.0, 1.5, 10.0]
    )
    with pytest.raises(ValueError, match=r"expected lift_places in \[0, 11\], got 11.5"):
        replace(grid, lift_places=(11.5,)).cases(0)
