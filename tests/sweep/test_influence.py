"""The study of predictions: its ranks against scipy, its counts by hand, its words from numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from logreg_unlearn.assess.candidates import RATIOS, SCORES
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.sweep.influence import tables, words
from logreg_unlearn.sweep.influence.ranks import (
    Estimate,
    Resample,
    estimate,
    exponents,
    groups_of,
)
from logreg_unlearn.sweep.influence.rows import columns_of_rows, measure_state, table_of
from logreg_unlearn.sweep.influence.states import State, Study

SOME = State("gaussian 5", 120, 3, "logistic", 0.1, (0.1, 0.3), ("random", "easiest"), 2)


@pytest.fixture(scope="module")
def table():
    rows = [row for seed in (3, 4) for row in measure_state(replace(SOME, seed=seed))]
    shifted = State("shifted 0.5", 80, 3, "logistic", 0.1, (0.1,), (), 1)
    return table_of([*rows, *measure_state(shifted)])


# --- ranks --------------------------------------------------------------------------------------


def drawn(rng, n):
    # ties in both, and something infinite
    x, y = rng.integers(0, 8, n).astype(float), rng.normal(size=n).round(1)
    x[0] = np.inf
    return x, y


@pytest.mark.parametrize("seed", range(4))
def test_rank_correlation_is_spearmans_also_under_repetition(seed):
    rng = np.random.default_rng(seed)
    x, y = drawn(rng, 40)
    clusters = rng.integers(0, 6, 40)
    again = Resample(clusters, seed, replicates=20)
    found = again.within(x, y, np.zeros(40))
    for weights, value in zip(again.weights, found, strict=True):
        rows = np.repeat(np.arange(40), weights.astype(int))
        finite = np.where(np.isinf(x), 99.0, x)
        assert value == pytest.approx(spearmanr(finite[rows], y[rows]).statistic, abs=1e-12)


def test_resampling_draws_whole_clusters():
    clusters = np.array(["a", "b", "a", "c", "b"])
    weights = Resample(clusters, 0, replicates=50).weights
    assert np.all(weights[0] == 1)
    for pair in ((0, 2), (1, 4)):
        np.testing.assert_array_equal(*weights[:, pair].T)
    np.testing.assert_array_equal(weights[:, [0, 1, 3]].sum(axis=1), 3)


def test_within_groups_only_the_order_inside_counts():
    x, groups = np.arange(20.0), np.repeat([0, 1], 10)
    y = np.concatenate([np.arange(10.0) + 100, np.arange(10.0)])
    again = Resample(np.arange(20), 0, replicates=3)
    assert again.within(x, y, groups)[0] == pytest.approx(1.0)
    assert again.within(x, y, np.zeros(20))[0] < 0
    with_gaps = np.where(np.arange(20) == 3, np.nan, x)
    assert again.within(with_gaps, y, groups)[0] == pytest.approx(1.0)
    # a group of 12 that is ordered and one of 8 that is turned round
    turned = np.where(np.arange(20) < 12, x, -x)
    both = again.within(turned, x, np.repeat([0, 1], [12, 8]))[0]
    assert both == pytest.approx((12 - 8) / 20)
    few = Resample(np.arange(4), 0, replicates=3)
    assert np.isnan(few.within(x[:4], y[:4], np.zeros(4))[0])


def test_a_constant_orders_nothing_and_nothing_orders_a_constant():
    again = Resample(np.arange(8), 0, replicates=3)
    assert again.within(np.ones(8), np.arange(8.0), np.zeros(8))[0] == 0.0
    assert np.isnan(again.within(np.arange(8.0), np.ones(8), np.zeros(8))[0])


def test_interval_covers_a_known_correlation():
    rng = np.random.default_rng(5)
    inside = 0
    for seed in range(40):
        clusters = np.repeat(np.arange(30), 4)
        x = rng.normal(size=30)[clusters]
        y = 0.5 * x + rng.normal(size=30)[clusters]
        found = estimate(Resample(clusters, seed, 200).within(x, y, np.zeros(120)))
        assert found.low <= found.value <= found.high
        # Spearman's of a bivariate normal of correlation r: 6/pi arcsin(r/2)
        inside += found.low <= 6 / np.pi * np.arcsin(0.5 / np.sqrt(1.25) / 2) <= found.high
    assert inside >= 33


def test_exponents_are_slopes():
    n = np.array([100.0, 200, 400, 100, 400, 100])
    groups = np.array([0, 0, 0, 1, 1, 2])
    ratio = np.where(groups == 0, n**0.5, n**-0.25)
    found = exponents(np.log(n), np.log(ratio), groups)
    assert found == pytest.approx({0: 0.5, 1: -0.25})


def test_groups_are_equal_where_all_columns_are():
    first, second = np.array([1.0, 1, 2, 2]), np.array(["a", "b", "a", "a"])
    found = groups_of(first, second)
    assert len(set(found)) == 3 and found[2] == found[3]


# --- rows ---------------------------------------------------------------------------------------


def test_a_state_measures_every_forget_set(table):
    assert list(table) == list(columns_of_rows())
    assert len(table["ratio"]) == 2 * 6 + 1
    assert set(table["kind"]) == {"random", "easiest", "shifted"}
    np.testing.assert_allclose(
        table["ratio"], table["distance_final"] / table["distance_original"], rtol=1e-12
    )
    helped = table["verdict"] == "HELPED"
    np.testing.assert_array_equal(helped, table["ratio"] < 1)
    assert table["certified"].all()


def test_the_end_is_a_minimum_of_descent_ascent(table):
    kind, data, model, mask = next(iter(SOME.problems()))
    problem = UnlearningProblem(data.features, data.labels, mask, ridge=0.1)
    oracle = minimise(problem.oracle()).w
    end = minimise(problem.descent_ascent(), model.w).w
    assert kind == "random"
    expected = np.linalg.norm(end - oracle) / np.linalg.norm(model.w - oracle)
    assert table["ratio"][0] == pytest.approx(expected, rel=1e-5)
    length = np.linalg.norm(end) / np.linalg.norm(oracle)
    assert table["length_ratio"][0] == pytest.approx(length, rel=1e-5)


def test_states_of_one_bundled_set_are_one_cluster():
    sizes = [State("anes96", n, s, "logistic", 1.0, (), (), 1) for n in (100, 300) for s in (0, 1)]
    assert len({state.cluster for state in sizes}) == 1
    assert SOME.cluster != replace(SOME, seed=9).cluster
    assert SOME.cluster == replace(SOME, ridge=9.0).cluster


def test_the_study_takes_sizes_up_to_the_data():
    study = Study(datasets=("wine_0v1", "iris_1v2"), classes=("wine",), dimensions=(), cosines=())
    states = [state for state in study.states(0) if state.loss != "softmax"]
    sizes = {(s.dataset, s.size) for s in states}
    assert sizes == {("wine_0v1", 100), ("wine_0v1", 300), ("iris_1v2", 100)}
    rows = {len(data.labels) for s in states for _, data, _, _ in [next(s.problems())]}
    assert rows == {100, 130}
    whole = {(s.dataset, s.size) for s in study.states(0) if s.loss == "softmax"}
    assert whole == {("wine", 178)}  # of classes no part is drawn
    with pytest.raises(ValueError, match="seed >= 0, got -1"):
        Study().states(-1)


def test_no_problem_is_measured_twice():
    study = Study(
        datasets=("iris_1v2", "wine_0v1"), classes=("iris",), dimensions=(5,), cosines=(0.5,),
        sizes=(60, 200),
        shifted_sizes=(60,), fractions=(0.1,), ridges=(1.0,), losses=("logistic",),
    )  # fmt: skip
    seen = [
        (data.features.tobytes(), mask.tobytes())
        for state in study.states(0)
        for _, data, _, mask in state.problems()
    ]
    assert len(seen) == len(set(seen)) > 60


# --- tables and words ---------------------------------------------------------------------------


def test_skills_by_hand():
    n = 40
    rng = np.random.default_rng(0)
    ratio = np.exp(2 * rng.normal(size=n))
    made = {
        "ratio": ratio, "verdict": np.where(ratio < 1, "HELPED", "HARMED"),
        "loss": np.full(n, "logistic"), "dataset": np.full(n, "anes96"),
        "kind": np.full(n, "random"), "ridge": np.ones(n), "size": np.ones(n),
        "fraction": np.ones(n),
    }  # fmt: skip
    made |= {name: rng.normal(size=n) for name in (*RATIOS, *SCORES)}
    made["fixed point once"] = ratio * np.where(np.arange(n) % 4 == 0, 8.0, 2.0)
    made["fixed point twice"] = ratio.copy()
    found = {s.name: s for s in tables.skills(made, Resample(np.arange(n), 0, 20))}
    once, twice = found["fixed point once"], found["fixed point twice"]
    assert once.factor == pytest.approx(2.0) and once.factor_90 == pytest.approx(8.0)
    assert (twice.factor, twice.precision, twice.recall) == (1.0, 1.0, 1.0)
    said = made["fixed point once"] < 1
    assert once.precision == 1.0 and once.recall == pytest.approx(said.sum() / (ratio < 1).sum())
    assert twice.correlation["overall"].value == pytest.approx(1.0)
    gain = 1.0 - found["trivial"].correlation[tables.FIXED].value
    assert twice.beyond_trivial.value == pytest.approx(gain)
    assert np.isnan(found["trivial"].factor)


def test_helped_counts():
    made = {
        "ratio": np.array([0.5, 0.2, 3.0, 0.1]),
        "verdict": np.array(["HELPED", "HELPED", "HARMED", "HELPED"]),
        "lower_from_zero": np.array([True, True, True, False]),
        "ratio_from_zero": np.array([5.0, 0.1, 9.0, 4.0]),
        "kind": np.array(["a", "b", "a", "b"]),
    }
    found = tables.helped(made)
    assert (found.cases, found.helped, found.metastable, found.lost) == (4, 3, 2, 1)
    assert found.kinds == {"a": 1, "b": 2} and found.lower == {"a": 1, "b": 1}


def test_growth_of_a_known_power():
    n = np.tile([100.0, 300.0, 1000.0], 2)
    long = np.repeat([False, True], 3)
    made = {
        "kind": np.full(6, "random"), "ratio": np.where(long, 7.0, n**0.5),
        "dataset": np.full(6, "gaussian 5"), "ridge": np.where(long, 0.01, 1.0),
        "fraction": np.full(6, 0.1), "length_ratio": np.where(long, 3.0, 0.5), "rows": n,
    }  # fmt: skip
    short, noise = tables.growth(made)
    assert short.measured == pytest.approx(0.5) and short.law == pytest.approx(0.5 / 1.25)
    assert noise.measured == pytest.approx(0.0) and noise.law == pytest.approx(0.05)


def estimate_of(value):
    return Estimate(value, value - 0.1, value + 0.1)


def skill(name, value, beyond=-0.3, factor=1.5, factor_90=2.0):
    found = {stratum: estimate_of(value) for stratum in tables.STRATA}
    return tables.Skill(name, found, estimate_of(beyond), factor, factor_90, 0.9, 0.8)


def test_words_follow_the_numbers():
    nan = float("nan")
    weak = [
        skill(words.PAPER, -0.4, -1.0, nan, nan), skill("cross-influence raw", 0.1, -0.5, nan, nan),
        skill("trivial", 0.6, 0.0, nan, nan), skill("fixed point twice", 0.9),
        skill("fixed point once", 0.95, factor=1.1, factor_90=9.0),
    ]  # fmt: skip
    told = words.of_the_norm(weak)
    assert " no: no form" in told and "-0.40 [-0.50, -0.30]" in told and "opposite" in told
    assert "fixed as well, cross-influence raw has +0.10 [+0.00, +0.20]" in told
    strong = [replace(weak[0], beyond_trivial=estimate_of(0.3)), *weak[1:]]
    assert "in part" in words.of_the_norm(strong)
    best = words.of_the_best(weak)
    assert best.startswith("What does? fixed point twice") and "90 %" in best and "80 %" in best
    counts = tables.Helped(10, 4, 3, 2, {"easiest": 4}, {"easiest": 3})
    assert "mostly metastable" in words.of_help(counts)
    assert "mostly global" in words.of_help(replace(counts, metastable=1))
    assert "None of 10" in words.of_help(replace(counts, helped=0))
    shift = tables.Shift(estimate_of(0.7), estimate_of(-0.9), estimate_of(-0.95), {})
    told = words.of_correlation(shift)
    assert "distance shrinks (-0.90" in told and "quotient grows (+0.70" in told
    unclear = replace(shift, ratio=estimate_of(0.05))
    assert "quotient does neither clearly" in words.of_correlation(unclear)
