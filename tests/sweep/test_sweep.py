"""Cases of the sweep against independent computations, verdicts, the grid, and what is written."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import stat
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict, fields, replace

import numpy as np
import pytest
from scipy.optimize import root

from logreg_unlearn.assess.verdict import verdict
from logreg_unlearn.data import real
from logreg_unlearn.data.forget_sets import KINDS, FittedModel, forget_set
from logreg_unlearn.data.synthetic import gaussian_classes
from logreg_unlearn.files import writable_folder, write_text
from logreg_unlearn.problem.losses import get_loss
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import Optimum, OptimumStatus, minimise
from logreg_unlearn.sweep.case import MODELS, Case, Row, measure, run_case
from logreg_unlearn.sweep.grid import DRAWN_KINDS, Grid, parse_values
from logreg_unlearn.sweep.runner import run_cases
from logreg_unlearn.sweep.store import csv_text, manifest
from logreg_unlearn.unlearn.ascent import METHODS
from logreg_unlearn.unlearn.driver import Status, Trajectory

HEADER = (
    "model,dataset,loss,correlation,forget_kind,forget_fraction,ridge,seed,method,step_size,steps,"
    "status,distance_original,distance_final,ratio_final,ratio_best,best_step,"
    "first_step_alignment,verdict,oracle_radius,influence_overlap"
)
NUMBERS = {f.name: f.type for f in fields(Row) if f.type in ("int", "float")}
SMALL = Grid(
    lifts=(0.0, 0.5, 3.0),
    epsilons=(-0.5, 0.5),
    alphas=(0.3, 1.0),
    correlations=(-1.0, 0.3),
    fractions=(0.2,),
    ridges=(0.5,),
    datasets=("wine_0v1",),
    seeds=2,
    steps=300,
)


def block(lift: float, ridge: float, fraction: float, loss: str = "logistic", **changes) -> Case:
    case = Case(
        "blocks", "one block", loss, "block", fraction, ridge, 0, "da", 200_000, {"lift": lift}
    )
    return replace(case, **changes)


def bisect(residual: Callable[[float], float], low: float, high: float) -> float:
    """Return the sign change of an increasing function."""
    assert residual(low) < 0.0 < residual(high)
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if residual(middle) < 0.0 else (low, middle)
    return 0.5 * (low + high)


def block_point(share: float, ridge: float, loss: str, start: float = 0.0) -> float:
    """Solve ``ridge w = -share phi'(w)`` on the branch that holds ``start``."""
    slope = {"logistic": lambda w: 1.0 / (1.0 + math.exp(w)), "exponential": lambda w: math.exp(-w)}
    g = slope[loss]
    low = -1.0 if share < 0.0 and loss == "exponential" else -abs(share) / ridge - 1.0
    return bisect(lambda w: ridge * w - share * g(w), low, abs(share) / ridge + 1.0)


@pytest.mark.parametrize("loss", ["logistic", "exponential"])
@pytest.mark.parametrize("lift", [0.0, 0.3, 0.9, 1.2, 3.0])
@pytest.mark.parametrize(("fraction", "ridge"), [(0.1, 1.0), (0.35, 0.6)])
def test_a_block_ends_where_bisection_puts_its_stationary_point(loss, lift, fraction, ridge):
    p = 0.1
    oracle = block_point(p, ridge, loss)
    original = block_point(p * (1.0 - fraction + fraction * lift), ridge, loss)
    assert p * (lift - 1.0) / ridge < 1.0 / math.e  # on the near side of the fold
    end = block_point(p * (1.0 - lift), ridge, loss)
    found = run_case(block(lift, ridge, fraction, loss))
    before, after = abs(original - oracle), abs(end - oracle)
    assert found.status == "CONVERGED"
    assert found.distance_original == pytest.approx(before, rel=1e-6)
    assert found.distance_final == pytest.approx(after, rel=1e-6, abs=1e-8)
    assert found.ratio_final == pytest.approx(after / before, rel=1e-6, abs=1e-8)
    assert found.correlation == lift and found.forget_fraction == fraction
    assert found.verdict == ("HELPED" if lift < fraction / (1.0 + fraction) else "HARMED")
    # the gradient of descent-ascent points down exactly when the end lies below the start
    expected = np.sign(end - original) * np.sign(oracle - original)
    assert found.first_step_alignment == pytest.approx(expected, abs=1e-12)


def test_verdict_turns_at_the_harm_threshold_and_is_unchanged_on_it() -> None:
    threshold = 0.25 / 1.25
    words = [
        run_case(block(threshold + shift, 0.5, 0.25, loss)).verdict
        for loss in ("logistic", "exponential")
        for shift in (-1e-3, 0.0, 1e-3)
    ]
    assert words == ["HELPED", "UNCHANGED", "HARMED"] * 2


def test_a_block_diverges_beyond_the_fold_of_the_exponential_loss_alone() -> None:
    fold = 1.0 + 0.5 / (math.e * 0.1)
    inside = run_case(block(fold - 0.1, 0.5, 0.2, "exponential"))
    beyond = run_case(block(fold + 0.1, 0.5, 0.2, "exponential"))
    bounded = run_case(block(fold + 0.1, 0.5, 0.2, "logistic"))
    assert (inside.verdict, bounded.verdict) == ("HARMED", "HARMED")
    assert beyond.verdict == beyond.status == "DIVERGED"
    assert math.isinf(beyond.distance_final) and math.isinf(beyond.ratio_final)
    assert beyond.farther and 0.0 < beyond.ratio_best <= 1.0


def test_at_lift_one_the_original_is_the_oracle_and_leaving_it_is_infinitely_worse() -> None:
    found = run_case(block(1.0, 0.5, 0.25))
    assert found.verdict == "HARMED" and found.ratio_final == math.inf
    assert found.ratio_best == 1.0
    assert found.distance_final == pytest.approx(block_point(0.1, 0.5, "logistic"), rel=1e-6)
    stays = run_case(block(1.0, 0.5, 0.25, method="ascent-finetune"))
    assert stays.verdict == "UNCHANGED" and stays.ratio_final == 1.0


@pytest.mark.parametrize("loss", ["logistic", "exponential"])
@pytest.mark.parametrize(("epsilon", "alpha"), [(0.5, 0.2), (-0.4, 0.1), (0.9, 0.7)])
def test_two_directions_end_at_the_stationary_point_of_two_rows(loss, epsilon, alpha) -> None:
    ridge = 1.0
    a, b = np.array([1.0, epsilon]), np.array([epsilon, 1.0])
    slope = get_loss(loss).derivative

    def solve(retain: float, forget: float) -> np.ndarray:
        found = root(
            lambda w: ridge * w + retain * slope(a @ w) * a + forget * slope(b @ w) * b,
            np.zeros(2),
            tol=1e-14,
        )
        assert np.linalg.norm(found.fun) < 1e-12
        return found.x

    oracle, original, end = solve(1.0, 0.0), solve(0.5, 0.5 * alpha), solve(1.0, -alpha)
    case = Case(
        "two-directions", "", loss, "", 0.5, ridge, 0, "da", 100_000,
        {"epsilon": epsilon, "alpha": alpha},
    )  # fmt: skip
    found = run_case(case)
    assert found.correlation == pytest.approx(2.0 * epsilon / (1.0 + epsilon**2), rel=1e-14)
    assert found.distance_original == pytest.approx(np.linalg.norm(original - oracle), rel=1e-8)
    assert found.distance_final == pytest.approx(np.linalg.norm(end - oracle), rel=1e-6)


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def check_against(problem: UnlearningProblem, found: Row) -> None:
    original, oracle = minimise(problem.original()), minimise(problem.oracle())
    assert found.distance_original == pytest.approx(np.linalg.norm(original.w - oracle.w), rel=1e-9)
    step = -problem.descent_ascent().gradient(original.w)
    alignment = cosine(step, oracle.w - original.w)
    assert abs(alignment) > 1e-3
    assert found.first_step_alignment == pytest.approx(alignment, rel=1e-6)
    assert found.oracle_radius == pytest.approx(oracle.radius)
    # the end point by an iteration written out: plain steps of the recorded length
    objective, w = problem.descent_ascent(), original.w
    for _ in range(found.steps):
        w = w - found.step_size * objective.gradient(w)
    assert found.distance_final == pytest.approx(np.linalg.norm(w - oracle.w), rel=1e-6)
    assert found.ratio_final == pytest.approx(found.distance_final / found.distance_original)
    assert found.ratio_best <= min(1.0, found.ratio_final) + 1e-12


@pytest.mark.parametrize("correlation", [-1.0, 0.25])
def test_a_gaussian_case_is_its_problem_iterated(correlation) -> None:
    case = Case(
        "gaussian", "gaussian", "logistic", "shifted", 0.3, 0.5, 7, "da", 60,
        {"correlation": correlation},
    )  # fmt: skip
    data = gaussian_classes(correlation, n=200, d=5, forget_fraction=0.3, seed=7)
    problem = UnlearningProblem(data.features, data.labels, data.forget, ridge=0.5)
    found = run_case(case)
    assert found.correlation == correlation and found.seed == 7
    check_against(problem, found)


@pytest.mark.parametrize("kind", ["random", "one_class", "easiest", "influence_pc1"])
def test_a_real_case_is_its_problem_iterated(kind) -> None:
    data = real.load("wine_0v1")
    whole = UnlearningProblem(
        data.features, data.labels, np.arange(len(data.labels)) < 1, ridge=0.05
    )
    fitted = FittedModel(minimise(whole.original()).w, 0.05, get_loss("logistic"))
    mask = forget_set(kind, data.features, data.labels, fraction=0.1, seed=3, model=fitted)
    problem = UnlearningProblem(data.features, data.labels, mask, ridge=0.05)
    found = run_case(Case("real", "wine_0v1", "logistic", kind, 0.1, 0.05, 3, "da", 60))
    check_against(problem, found)
    signed = data.labels[:, None] * data.features
    slopes = 1.0 / (1.0 + np.exp(signed @ minimise(problem.original()).w))
    means = [(slopes[rows, None] * signed[rows]).mean(axis=0) for rows in (mask, ~mask)]
    assert found.correlation == pytest.approx(cosine(*means), rel=1e-6)
    assert found.forget_fraction == pytest.approx(mask.mean())
    # the overlap from the matrices written out: rows phi'_i a_i against the Hessian's inverse
    curved = slopes * (1.0 - slopes)
    hessian = 0.05 * np.eye(signed.shape[1]) + (curved[:, None] * signed).T @ signed / len(signed)
    whole = slopes[:, None] * signed
    influence = whole @ np.linalg.solve(hessian, whole.T)
    parts = [np.linalg.norm(influence[np.ix_(a, b)], 2) for a, b in
             ((~mask, mask), (~mask, ~mask), (mask, mask))]  # fmt: skip
    assert found.influence_overlap == pytest.approx(parts[0] / np.sqrt(parts[1] * parts[2]))


def test_the_first_step_alignment_has_both_signs() -> None:
    toward, away = run_case(block(0.1, 0.5, 0.25)), run_case(block(3.0, 0.5, 0.25))
    assert toward.first_step_alignment == 1.0
    # beyond lift 1 the original overshoots the oracle and the step passes it by
    assert away.first_step_alignment == 1.0
    between = run_case(block(0.6, 0.5, 0.25))
    assert between.first_step_alignment == -1.0 and between.ratio_best == 1.0


def test_an_unknown_model_or_method_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected a model among .*, got 'nope'"):
        run_case(block(0.5, 0.5, 0.25, model="nope"))
    with pytest.raises(ValueError, match=r"expected a method among .*, got 'nope'"):
        run_case(block(0.5, 0.5, 0.25, method="nope"))


def trajectory(
    distance: list[float], status: Status = Status.CONVERGED, radius: float = 0.0
) -> Trajectory:
    """Return a run along a line that ends at the oracle, 0."""
    values = np.array(distance)
    oracle = Optimum(np.zeros(1), 0.0, 0.0, radius, OptimumStatus.CONVERGED, 1)
    other = np.zeros(len(values))
    return Trajectory(
        "da", np.arange(len(values)), values[:, None], values, other, other, other,
        status, 1.0, oracle,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("after", "word"),
    [
        (1.0 + 1.01e-6, "HARMED"),
        (1.0 + 0.99e-6, "UNCHANGED"),
        (1.0, "UNCHANGED"),
        (1.0 - 0.99e-6, "UNCHANGED"),
        (1.0 - 1.01e-6, "HELPED"),
        (0.0, "HELPED"),
        (1e300, "HARMED"),
    ],
)
@pytest.mark.parametrize("scale", [1.0, 1e-7])
def test_verdict_on_both_sides_of_the_tolerance(after, word, scale) -> None:
    assert verdict(trajectory([scale, scale * after])) == word


def test_verdict_within_the_certificates_is_unchanged() -> None:
    assert verdict(trajectory([1.0, 1.5]), uncertain=0.51) == "UNCHANGED"
    assert verdict(trajectory([1.0, 1.5]), uncertain=0.49) == "HARMED"
    assert verdict(trajectory([1.0, 0.5]), uncertain=0.51) == "UNCHANGED"
    assert verdict(trajectory([1.0, 0.5]), uncertain=0.49) == "HELPED"


def test_divergence_is_a_verdict_whatever_the_last_finite_distance() -> None:
    run = trajectory([1.0, 0.5, 0.1], Status.DIVERGED)
    assert verdict(run) == "DIVERGED" and verdict(run, uncertain=10.0) == "DIVERGED"
    row = measure(block(0.5, 0.5, 0.2), 0.5, 0.0, run, run.oracle)
    assert row.distance_final == row.ratio_final == math.inf
    assert (row.ratio_best, row.best_step, row.farther) == (0.1, 2, True)


def test_an_original_indistinguishable_from_the_oracle_has_no_finite_ratio() -> None:
    case, original = block(1.0, 0.5, 0.2), trajectory([0.0], radius=1e-8).oracle
    leaves = measure(case, 1.0, 0.0, trajectory([1e-9, 0.5], radius=1e-8), original)
    assert (leaves.verdict, leaves.ratio_final, leaves.ratio_best) == ("HARMED", math.inf, 1.0)
    stays = measure(case, 1.0, 0.0, trajectory([1e-9, 2e-8], radius=1e-8), original)
    assert (stays.verdict, stays.ratio_final, stays.ratio_best) == ("UNCHANGED", 1.0, 1.0)
    told = measure(case, 1.0, 0.0, trajectory([1e-7, 0.5], radius=1e-8), original)
    assert told.verdict == "HARMED" and told.ratio_final == pytest.approx(5e6)


@pytest.mark.parametrize("name", sorted(METHODS))
@pytest.mark.parametrize("loss", ["logistic", "exponential"])
def test_every_method_survives_a_block_absent_from_the_forget_set(name, loss) -> None:
    # lift 0 is the first of the default lifts: every forgotten row is zero
    row = run_case(block(0.0, 0.5, 0.2, loss, method=name, steps=200))
    assert math.isfinite(row.ratio_final) and row.step_size > 0.0
    if name == "ga":  # the gradient of a constant
        assert row.verdict == "UNCHANGED" and row.distance_final == row.distance_original


@pytest.fixture(scope="module")
def small_rows() -> list[Row]:
    return run_cases(SMALL.cases(5))


def test_every_model_and_loss_has_a_row_for_each_case(small_rows) -> None:
    cases = SMALL.cases(5)
    assert len(small_rows) == len(cases)
    for case, row in zip(cases, small_rows, strict=True):
        for name in ("model", "dataset", "loss", "forget_kind", "ridge", "seed", "method"):
            assert getattr(case, name) == getattr(row, name)
        assert row.forget_fraction == pytest.approx(case.forget_fraction, rel=0.05)
        assert 1 <= row.steps <= 300 and row.step_size > 0.0
        assert row.status in Status.__members__
        assert -1.0 <= row.first_step_alignment <= 1.0
        assert row.ratio_best <= 1.0 and 0 <= row.best_step <= row.steps
        assert 0.0 <= row.oracle_radius < 1e-6
        assert (row.verdict == "DIVERGED") == (row.status == "DIVERGED")
    assert {row.model for row in small_rows} == set(MODELS)
    assert {row.loss for row in small_rows} == {"logistic", "exponential"}
    assert {"HELPED", "HARMED", "DIVERGED"} <= {row.verdict for row in small_rows}


def test_csv_has_the_header_and_every_cell_reads_back(small_rows) -> None:
    text = csv_text(small_rows)
    assert text.splitlines()[0] == HEADER
    assert "\r" not in text and text.endswith("\n")
    read = list(csv.DictReader(io.StringIO(text)))
    assert len(read) == len(small_rows)
    for cells, row in zip(read, small_rows, strict=True):
        for name, value in asdict(row).items():
            if name not in NUMBERS:
                assert cells[name] == value
            else:
                number = {"int": int, "float": float}[NUMBERS[name]]
                assert number(cells[name]) == value, name  # also: float("np.float64(1)") raises


def test_equal_seeds_give_equal_bytes_whoever_runs_them(small_rows) -> None:
    text = csv_text(small_rows)
    cases = SMALL.cases(5)
    seen: list[int] = []
    with ProcessPoolExecutor(2) as executor:
        assert csv_text(run_cases(cases, executor, seen.append)) == text
    assert sum(seen) == len(cases)


def test_another_seed_gives_other_rows_in_the_random_models_alone(small_rows) -> None:
    others = run_cases(SMALL.cases(6))
    for row, other in zip(small_rows, others, strict=True):
        same = replace(other, seed=row.seed) == row
        drawn = row.model == "gaussian" or row.forget_kind in DRAWN_KINDS
        assert same != drawn, (row.model, row.forget_kind)


def test_progress_adds_up_and_a_failure_in_a_worker_is_raised() -> None:
    seen: list[int] = []
    grid = replace(SMALL, models=("blocks",), losses=("logistic",), lifts=(0.0, 0.2) * 10, steps=5)
    run_cases(grid.cases(0), None, seen.append)
    assert len(seen) > 1 and sum(seen) == 20
    with ThreadPoolExecutor(1) as executor, pytest.raises(ValueError, match="expected a model"):
        run_cases([block(0.5, 0.5, 0.2, model="nope")], executor)
    assert run_cases([]) == []


def test_default_grid_counts() -> None:
    cases = Grid().cases(0)
    count = {model: sum(case.model == model for case in cases) for model in MODELS}
    drawn, fixed = len(DRAWN_KINDS), len(KINDS) - len(DRAWN_KINDS)
    assert count == {
        "blocks": 2 * 3 * 4 * 25,
        "two-directions": 2 * 13 * 11,
        "gaussian": 2 * 3 * 4 * 9 * 10,
        "real": 2 * 4 * (10 * drawn + fixed),
    }
    assert len(Grid().quick().cases(0)) < len(cases) / 5
    assert {case.model for case in Grid().quick().cases(0)} == set(MODELS)
    assert {case.seed for case in Grid(seeds=3).cases(4)} == {4, 5, 6}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lifts": (0.0, 10.1)}, r"expected lifts in \[0, 10\], got 10.1"),
        ({"lifts": (-0.1,)}, r"expected lifts in \[0, 10\], got -0.1"),
        ({"correlations": (2.0,)}, r"expected correlations in \[-1, 1\], got 2"),
        ({"alphas": (1.5,)}, r"expected alphas in \[0, 1\], got 1.5"),
        ({"fractions": (0.0,)}, r"expected fractions in \(0, 1\), got 0"),
        ({"real_fractions": (1.0,)}, r"expected .*fractions in \(0, 1\), got 1"),
        ({"ridges": (0.0,)}, r"expected ridges in \(0, inf\), got 0"),
        ({"real_ridges": (-1.0,)}, r"expected .*ridges in \(0, inf\), got -1"),
        ({"direction_ridges": (0.0,)}, r"expected .*ridges in \(0, inf\), got 0"),
        ({"seeds": 0}, "expected seeds >= 1, got 0"),
        ({"steps": 0}, "expected steps >= 1, got 0"),
    ],
)
def test_values_outside_their_range_are_refused_before_anything_runs(changes, message) -> None:
    with pytest.raises(ValueError, match=message):
        Grid(**changes).cases(0)


@pytest.mark.parametrize("fraction", [0.0004, 0.001, 0.9996])
def test_a_fraction_of_too_few_rows_runs_or_is_refused_by_name(fraction) -> None:
    grid = replace(SMALL, models=("blocks", "two-directions", "gaussian"), fractions=(fraction,))
    try:
        cases = replace(grid, steps=5).cases(0)
    except ValueError as error:
        assert "fraction" in str(error) and f"{fraction:g}" in str(error)
    else:
        assert len(run_cases(cases)) == len(cases)


def test_the_ends_of_the_ranges_run() -> None:
    ends = replace(
        SMALL, models=("blocks", "two-directions", "gaussian"), lifts=(0.0, 10.0),
        alphas=(0.0, 1.0), correlations=(-1.0, 1.0), epsilons=(-1.0, 1.0), steps=50, seeds=1,
    )  # fmt: skip
    rows = run_cases(ends.cases(0))
    assert len(rows) == 2 * (2 + 4 + 2)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1", (1.0,)),
        ("0,0.5,1", (0.0, 0.5, 1.0)),
        (" 1, 2 ", (1.0, 2.0)),
        ("-1:1:5", (-1.0, -0.5, 0.0, 0.5, 1.0)),
        ("3:3:1", (3.0,)),
        ("1:0:2", (1.0, 0.0)),
        ("1e-3", (0.001,)),
    ],
)
def test_lists_and_ranges_are_read(text, values) -> None:
    assert parse_values(text) == values


def test_a_range_holds_the_numbers_a_person_means() -> None:
    assert parse_values("0:1:11") == tuple(k / 10 for k in range(11))


@pytest.mark.parametrize(
    "text", ["", ",", "1,,2", "a", "0:1", "0:1:0", "0:1:2:3", "0:1:1.5", "0:1:-3", "x:1:3", "1;2"]
)
def test_other_lists_are_refused(text) -> None:
    with pytest.raises(
        ValueError, match=r"expected numbers like 0,0\.5,1 or start:stop:count, got"
    ):
        parse_values(text)


@pytest.mark.parametrize("text", ["nan", "inf", "0,inf", "0:inf:3", "nan:1:2"])
def test_numbers_that_are_not_finite_are_refused(text) -> None:
    # warnings are errors here: a range that ends at infinity must not warn either
    with pytest.raises(ValueError, match=r"expected (finite )?numbers"):
        parse_values(text)


def test_manifest_says_what_made_the_results() -> None:
    read = json.loads(manifest(3, ["sweep", "--quick"], asdict(SMALL), cases=7, headline="text"))
    assert read["command"] == ["sweep", "--quick"] and read["seed"] == 3
    assert (read["cases"], read["headline"]) == (7, "text")
    assert read["grid"] == json.loads(json.dumps(asdict(SMALL)))
    assert read["versions"]["numpy"] == np.__version__
    assert {"python", "logreg-unlearn", "scipy"} <= set(read["versions"])
    assert read["commit"] is None or len(read["commit"]) == 40


def test_files_are_replaced_whole_and_readable(tmp_path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "long text\n" * 10)
    write_text(path, "é\r\n")
    assert path.read_bytes() == "é\r\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert os.listdir(tmp_path) == ["a.txt"]


def test_folder_is_made_or_refused(tmp_path) -> None:
    folder = writable_folder(tmp_path / "a" / "b")
    assert folder.is_dir() and os.listdir(folder) == []
    assert writable_folder(folder) == folder
    (tmp_path / "file").write_text("x")
    for bad in (tmp_path / "file", tmp_path / "file" / "c"):
        with pytest.raises(ValueError, match="expected a writable folder, got"):
            writable_folder(bad)


def test_a_failed_write_leaves_no_partial_file(tmp_path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "a.txt", "\ud800")
    assert os.listdir(tmp_path) == []


def test_numpy_numbers_are_written_as_plain_ones(small_rows) -> None:
    row = replace(small_rows[0], influence_overlap=np.float64(0.5), steps=np.int64(3))
    cells = csv_text([row]).splitlines()[1].split(",")
    assert cells[-1] == "0.5" and cells[10] == "3"
