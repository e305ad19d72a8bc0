"""The paper's experiments: grids scaled, sets nested, steps those of the one-model methods."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logreg_unlearn.assess.klom import noise_divergence
from logreg_unlearn.data.forget_sets import FittedModel, influence_scores
from logreg_unlearn.problem.losses import LOGISTIC
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.sweep.wild import minibatches, published
from logreg_unlearn.sweep.wild.cell import bench
from logreg_unlearn.sweep.wild.compare import NEAR, best, by_set, of, only
from logreg_unlearn.sweep.wild.ensemble import Ensemble, bootstrap, closed_form, train
from logreg_unlearn.sweep.wild.minibatches import Task
from logreg_unlearn.sweep.wild.observations import advice, observe
from logreg_unlearn.sweep.wild.published import Published, largest_curvature, scaled_rate
from logreg_unlearn.sweep.wild.removals import removed
from logreg_unlearn.sweep.wild.run import STOPPING, Experiment, cells_of, run
from logreg_unlearn.sweep.wild.sets import SETS, Split, chosen, split
from logreg_unlearn.sweep.wild.tables import gap_rows, gap_text
from logreg_unlearn.unlearn.ascent import gradient_ascent, simultaneous
from logreg_unlearn.unlearn.driver import run as drive
from logreg_unlearn.unlearn.scrub import scrub

RNG = np.random.default_rng(8)
N, D, RIDGE = 80, 4, 0.05
X = RNG.normal(size=(N, D))
Y = np.where(X[:, 0] + RNG.normal(size=N) > 0, 1.0, -1.0)
FORGET = np.arange(N) < 16
PROBLEM = UnlearningProblem(X, Y, FORGET, ridge=RIDGE)
START = minimise(PROBLEM.original()).w
PLAIN = Ensemble(np.ones((1, N)), START[None])
FULL = 10_000  # a batch of every row


@pytest.fixture(scope="module")
def cells():
    """Two forget sets of a small experiment."""
    grids = tuple((name, grid.quick()) for name, grid in Experiment().grids)
    return run(Experiment(("iris_1v2",), models=12, forget_sets=(2, 5), grids=grids))


# --- scaling ----------------------------------------------------------------------------------


def test_the_grids_are_the_published_ones() -> None:
    assert published.GA.rates == (1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 1e-2, 5e-2)
    assert published.GA.epochs == (1, 3, 5, 7, 10)
    for grid in (published.GDA, published.SCRUB):
        assert grid == Published((5e-5, 5e-4, 1e-3, 5e-3), (5, 7, 10), (3, 5), (32, 64))
    assert published.FINETUNE.ascent_epochs == (0,)
    assert len(published.STOPPING.rates) == 13 and published.STOPPING.rates[9] == pytest.approx(
        published.ANCHOR
    )


def test_the_largest_rate_of_descent_ascent_is_the_longest_safe_step() -> None:
    signed = X * Y[:, None]
    curvature = largest_curvature(signed, RIDGE, LOGISTIC)
    # at w = 0 the logistic curvature is its supremum, so L is attained there
    assert np.linalg.eigvalsh(PROBLEM.original().hessian(np.zeros(D)))[-1] == pytest.approx(
        curvature
    )
    assert scaled_rate(max(published.GDA.rates), curvature) == pytest.approx(1 / curvature)
    for one, other in ((1e-5, 5e-2), (5e-5, 5e-3)):
        ratio = scaled_rate(one, curvature) / scaled_rate(other, curvature)
        assert ratio == pytest.approx(one / other)
    # features twice as long, curvature four times, rates a quarter (ridge apart)
    twice = largest_curvature(2 * signed, 4 * RIDGE, LOGISTIC)
    assert scaled_rate(1e-3, curvature) == pytest.approx(4 * scaled_rate(1e-3, twice))


def test_sizes_keep_their_proportions_and_are_never_nothing() -> None:
    assert [published.scaled_size(size, 5000) for size in published.SIZES] == [20, 200, 1000]
    assert [published.scaled_size(size, 80) for size in published.SIZES] == [1, 3, 16]


# --- the nine sets ----------------------------------------------------------------------------


def test_the_nine_sets_are_random_top_and_both_ends() -> None:
    data, model = Split(X, Y, X[:1]), FittedModel(START, RIDGE, LOGISTIC)
    assert len(SETS) == 9
    for number, (family, size) in enumerate(SETS, start=1):
        mask = chosen(number, data, model, seed=3)
        assert mask.sum() == published.scaled_size(size, N)
        if family == "random":
            assert not np.array_equal(mask, chosen(number, data, model, seed=4)) or mask.sum() < 2
            continue
        scores = influence_scores(X, Y, model, int(family[-1]) - 1)
        rank = np.argsort(np.argsort(-scores))
        half = mask.sum() // 2 if size == 500 else mask.sum()
        wanted = (rank < half) | (rank >= N - half) if size == 500 else rank < half
        np.testing.assert_array_equal(mask, wanted)


def test_held_out_rows_are_held_out() -> None:
    data = split(X, Y, seed=1)
    every = np.vstack([data.signed, data.held_out])
    assert len(data.held_out) == 16 and len(every) == N
    want = X * Y[:, None]
    np.testing.assert_allclose(np.sort(every, axis=0), np.sort(want, axis=0))
    assert not (set(map(tuple, data.signed)) & set(map(tuple, data.held_out)))


# --- steps ------------------------------------------------------------------------------------


def full_batch(runner, grid: Published, rate: float, monkeypatch) -> np.ndarray:
    monkeypatch.setattr(minibatches, "BATCH", FULL)
    task = Task(X * Y[:, None], FORGET, RIDGE, 1.0)
    (reading,) = runner(task, PLAIN, replace(grid, rates=(rate,), forget_batches=(FULL,)), 0)
    return reading.w[0]


@pytest.mark.parametrize(
    ("runner", "ascents", "method"),
    [
        (minibatches.gradient_ascent, (), gradient_ascent()),
        (minibatches.descent_ascent, (6,), simultaneous()),
    ],
)
def test_full_batches_of_one_plain_model_are_the_methods_of_the_driver(
    runner, ascents, method, monkeypatch
) -> None:
    w = full_batch(runner, Published((0.0,), (6,), ascents), 0.3, monkeypatch)
    expected = drive(method, PROBLEM, START, steps=6, step_size=0.3).w[-1]
    np.testing.assert_allclose(w, expected, rtol=1e-10)


def test_full_batch_scrub_is_that_of_the_driver(monkeypatch) -> None:
    # the driver's epochs: those that ascend first, as a share of all
    teacher = START + 0.5  # away from the optimum, so that every term moves
    models = Ensemble(np.ones((1, N)), teacher[None])
    monkeypatch.setattr(minibatches, "BATCH", FULL)
    task = Task(X * Y[:, None], FORGET, RIDGE, 0.3)
    grid = Published((1.0,), (4,), (2,), (FULL,))
    (reading,) = minibatches.scrub(task, models, grid, 0)
    method = scrub(ascent_share=0.5, teacher=teacher)
    expected = drive(method, PROBLEM, teacher, steps=4, step_size=0.3).w[-1]
    np.testing.assert_allclose(reading.w[0], expected, rtol=1e-10)
    assert reading.rows == 4 * 64 + 2 * 16


def test_no_ascent_is_fine_tuning_and_ascent_stops_where_told(monkeypatch) -> None:
    grid = Published((0.0,), (5,), (0,))
    w = full_batch(minibatches.descent_ascent, grid, 0.3, monkeypatch)
    step = START.copy()
    for _ in range(5):
        step -= 0.3 * PROBLEM.oracle().gradient(step)
    np.testing.assert_allclose(w, step, rtol=1e-10)
    w = full_batch(minibatches.descent_ascent, replace(grid, ascent_epochs=(2,)), 0.3, monkeypatch)
    step = START.copy()
    for k in range(5):
        objective = PROBLEM.descent_ascent() if k < 2 else PROBLEM.oracle()
        step -= 0.3 * objective.gradient(step)
    np.testing.assert_allclose(w, step, rtol=1e-10)


def test_models_and_rates_together_are_each_alone() -> None:
    weights = bootstrap(3, N, 5)
    signed = X * Y[:, None]
    models = Ensemble(weights, train(signed, weights, RIDGE, START))
    task = Task(signed, FORGET, RIDGE, 0.2)
    grid = Published((0.5, 1.0), (1, 3), (2, 3), (4, 8))
    for runner in (minibatches.descent_ascent, minibatches.scrub):
        together = list(runner(task, models, grid, 9))
        assert len(together) == 16
        for r in together:
            one = Published((r.rate,), (r.epochs,), (r.ascent_epochs,), (r.forget_batch,))
            for k in range(3):
                alone = Ensemble(weights[k : k + 1], models.w[k : k + 1])
                (single,) = runner(task, alone, one, 9)
                np.testing.assert_allclose(single.w[0], r.w[k], rtol=1e-9, atol=1e-12)
                assert single.rows == r.rows


def test_an_epoch_of_batches_has_the_mean_of_the_set() -> None:
    weights = bootstrap(2, N, 1)
    task = Task(X * Y[:, None], FORGET, RIDGE, 1.0)
    side = minibatches._Side(task, Ensemble(weights, np.tile(START, (2, 1))), ~FORGET)
    batches = side.batches(10, np.random.default_rng(0))
    w = np.tile(START, (1, 2, 1))
    mean = np.mean([minibatches._loss(w, *batch)[0] for batch in batches], axis=0)
    for k in range(2):
        weighted = UnlearningProblem(X, Y, FORGET, ridge=RIDGE, weights=weights[k])
        want = weighted.oracle().gradient(START) - RIDGE * START
        np.testing.assert_allclose(mean[k], want, rtol=1e-9)


# --- ensembles --------------------------------------------------------------------------------


def test_an_ensemble_is_the_optima_of_reweighted_rows() -> None:
    weights, signed = bootstrap(4, N, 2), X * Y[:, None]
    for rows, name in ((None, "original"), (~FORGET, "oracle")):
        found = train(signed, weights, RIDGE, START, rows)
        for k in range(4):
            problem = UnlearningProblem(X, Y, FORGET, ridge=RIDGE, weights=weights[k])
            want = minimise(getattr(problem, name)()).w
            np.testing.assert_allclose(found[k], want, atol=1e-6)


def test_two_ensembles_of_one_law_read_the_floor_and_a_shift_reads_more() -> None:
    signed = X * Y[:, None]
    one, two = (train(signed, bootstrap(60, N, s), RIDGE, START) for s in (1, 2))
    parts = {"forget": signed[:40], "retain": signed[40:], "held_out": signed}
    judged = bench(parts, one, one + 1.0, two, seed=0)
    same, moved = judged.measure(one), judged.measure(one + 2.0)
    for part in parts:
        assert same[f"klom_{part}"] < NEAR * same[f"floor_{part}"]
        assert moved[f"klom_{part}"] > 3.0 * moved[f"floor_{part}"]
    assert same["ratio"] == pytest.approx(1.0) and moved["ratio"] == pytest.approx(1.0)
    broken = one.copy()
    broken[:31] = np.nan
    read = judged.measure(broken)
    assert read["diverged"] == 31 / 60 and read["ratio"] == np.inf
    assert np.isfinite(read["klom_forget"]) and read["closed_forget"] == np.inf


def test_the_closed_form_is_that_of_weight_noise() -> None:
    rng, noise = np.random.default_rng(3), 0.3
    rows, w, other = rng.normal(size=(7, 3)), np.ones(3), np.array([1.4, 0.8, 1.0])
    one, two = ((v + noise * rng.standard_normal((60_000, 3))) @ rows.T for v in (w, other))
    expected = noise_divergence(rows, w, other, noise)
    np.testing.assert_allclose(closed_form(one, two), expected, rtol=0.1, atol=1e-3)


def test_removals_stand_with_their_own_oracles() -> None:
    weights, signed = bootstrap(3, N, 6), X * Y[:, None]
    models = Ensemble(weights, train(signed, weights, RIDGE, START))
    found = {
        (name, steps): (w, cost)
        for name, steps, w, cost in removed(Split(X, Y, X[:1]), FORGET, models, RIDGE)
    }
    own = train(signed, weights, RIDGE, START, ~FORGET)
    np.testing.assert_allclose(found["retrain", 1][0], own, atol=1e-6)
    error = [np.linalg.norm(found["newton", k][0] - own) for k in (1, 2)]
    assert error[1] < 0.1 * error[0] < 0.01 * np.linalg.norm(models.w - own)
    costs = [found["descent-to-delete", k][1] for k in (1, 3, 10)]
    np.testing.assert_allclose(np.diff(costs) / np.mean(~FORGET), [2, 7])  # the step's size is once


# --- a whole run ------------------------------------------------------------------------------


def test_a_run_has_every_setting_of_every_set_and_repeats(cells) -> None:
    groups = by_set(cells)
    assert list(groups) == [("iris_1v2", 2), ("iris_1v2", 5)]
    for group in groups.values():
        assert [c.method for c in group[:2]] == ["original", "oracle"]
        # batches of 32 and 64 are one batch of so small a set
        assert [len(of(group, m)) for m in ("ga", "gda", "scrub")] == [4, 8, 8]
        assert len(of(group, "finetune")) == 4 and len(of(group, STOPPING)) == 4
        assert only(group, "retrain").ratio < 1e-6
        assert only(group, "oracle").worst < 1e-3 and only(group, "original").ratio == 1.0
    experiment = Experiment(
        ("iris_1v2",), models=12, forget_sets=(5,),
        grids=tuple((name, grid.quick()) for name, grid in Experiment().grids),
    )  # fmt: skip
    again = cells_of(experiment, "iris_1v2", 5)
    assert repr(again) == repr(groups["iris_1v2", 5])
    other = cells_of(replace(experiment, seed=1), "iris_1v2", 5)
    assert repr(other) != repr(again)


def test_the_best_setting_is_the_least_of_the_largest(cells) -> None:
    group = by_set(cells)["iris_1v2", 5]
    values = [max(c.klom_forget, c.klom_retain, c.klom_held_out) for c in of(group, "gda")]
    assert best(group, ("gda",)).worst == min(values)
    row = gap_rows(cells)[1]
    assert row.gda == min(values)
    start, aim = only(group, "original"), only(group, "oracle")
    assert row.accuracy_forget == 100 * (start.accuracy_forget - aim.accuracy_forget)
    text = gap_text(gap_rows(cells))
    assert max(map(len, text.splitlines())) <= 110 and f"{row.gda:.2f}" in text


def test_words_follow_the_numbers(cells) -> None:
    before = {o.paper: o for o in observe(cells)}
    assert len(before) == 8 and all(o.measured.endswith(".") for o in before.values())
    floor = 0.5

    def changed(**values):
        made = []
        for c in cells:
            base = {f"floor_{p}": floor for p in ("forget", "retain", "held_out")}
            base |= {f"klom_{p}": 5.0 for p in ("forget", "retain", "held_out")}
            own = values.get(c.method, {})
            made.append(replace(c, **(base | (own(c) if callable(own) else own))))
        return made

    def verdict(part: str, made) -> str:
        (found,) = [o for o in observe(made) if part in o.paper]
        return found.verdict

    near = {f"klom_{p}": 0.5 for p in ("forget", "retain", "held_out")}
    assert verdict("no setting of GA", changed()) == "reproduced"
    assert verdict("no setting of GA", changed(ga=near)) == "not reproduced"
    alone = {"klom_retain": 0.6, "klom_held_out": 0.6}
    assert verdict("differ on F", changed(original=alone)) == "reproduced"
    assert verdict("differ on F", changed()) == "not reproduced"
    assert verdict("beats GA", changed(gda=near)) == "reproduced"
    assert verdict("beats GA", changed(scrub=near)) == "not reproduced"
    far, close = {"ratio": 3.0}, {"ratio": 0.5}
    ends = dict.fromkeys(("ga", "gda", "scrub"), far)
    assert verdict("ends farther", changed(**ends)) == "reproduced"
    assert verdict("ends farther", changed(**dict.fromkeys(ends, close))) == "not reproduced"
    first = {c.rate for c in of(cells, STOPPING)}, {c.epochs for c in of(cells, STOPPING)}
    corner = (min(first[0]), min(first[1]))

    def narrow(c):
        return near if (c.rate, c.epochs) == corner else {}

    assert verdict("stopping time", changed(stopping=narrow)) == "reproduced"
    assert verdict("stopping time", changed()) == "not reproduced"
    accuracy = dict(original={"accuracy_forget": 1.0}, oracle={"accuracy_forget": 0.5})
    looks = {"accuracy_forget": 0.5, "ratio": 4.0}
    assert verdict("illusion", changed(stopping=looks, **accuracy)) == "reproduced"
    halfway = looks | {"accuracy_forget": 0.8}  # less than half of the gap is closed
    assert verdict("illusion", changed(stopping=halfway, **accuracy)) == "not reproduced"
    looks["ratio"] = 0.4
    assert verdict("illusion", changed(stopping=looks, **accuracy)) == "not reproduced"
    nothing = changed(original=near)
    assert verdict("no setting of GA", nothing) == "not decided"
    assert "had anything to unlearn" in advice(nothing)
    assert "newton 2 (" in advice(changed(newton=near))
    assert "newton 0, " in advice(changed())
    fine = {"accuracy_forget": 1.0 - 0.1 / cells[0].size}
    barely = changed(original={"accuracy_forget": 1.0}, oracle=fine, stopping={"ratio": 4.0})
    assert verdict("illusion", barely) == "not decided"


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"datasets": ("nope",)}, "expected a data set of two classes among .*, got 'nope'"),
        ({"models": 1}, "expected models >= 2, got 1"),
        ({"seed": -1}, "expected seed >= 0, got -1"),
        ({"ridge": 0.0}, "expected a ridge > 0, got 0.0"),
    ],
)
def test_bad_values_are_refused(bad, message) -> None:
    with pytest.raises(ValueError, match=message):
        Experiment(**bad)
