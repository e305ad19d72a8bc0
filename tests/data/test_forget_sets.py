"""Every kind of forget set picks the rows it says, and as many as asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.data.forget_sets import (
    KINDS,
    NEEDS_MODEL,
    WHOLE,
    FittedClasses,
    FittedModel,
    forget_set,
    influence_scores,
    mislabel,
)
from logreg_unlearn.data.synthetic import gaussian_classes
from logreg_unlearn.data.worst import worst_rows
from logreg_unlearn.problem.losses import EXPONENTIAL, LOGISTIC
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise

DATA = gaussian_classes(0.4, n=60, d=4, seed=11)
X, Y = DATA.features, DATA.labels
W = np.array([0.9, -0.4, 0.3, 0.1])
MODEL = FittedModel(W, 0.05, LOGISTIC)
SHARES = tuple(kind for kind in KINDS if kind not in WHOLE)

CLASSES = np.random.default_rng(3).integers(0, 4, 60).astype(float)
OF_CLASSES = FittedClasses(np.random.default_rng(4).standard_normal(16), 0.05, 4)


def explicit_influence(x, y, model):
    """The influence matrix, formed: K_ij = phi'_i phi'_j a_i H^-1 a_j."""
    assert isinstance(model.loss, type(LOGISTIC))
    some = np.arange(len(y)) == 0
    problem = UnlearningProblem(x, y, some, ridge=model.ridge, loss=model.loss)
    original = problem.original()
    signed = y[:, None] * x
    slopes = model.loss.derivative(signed @ model.w)
    hessian = original.hessian(model.w)
    return np.outer(slopes, slopes) * (signed @ np.linalg.solve(hessian, signed.T))


@given(
    kind=st.sampled_from(SHARES),
    n=st.integers(8, 60),
    fraction=st.floats(0.001, 0.999),
    seed=st.integers(0, 50),
)
def test_a_fraction_gives_the_rounded_count_never_none_never_all(kind, n, fraction, seed):
    x, y = X[:n], np.ones(n) if kind == "one_class" else Y[:n]
    mask = forget_set(kind, x, y, fraction=fraction, seed=seed, model=MODEL)
    assert mask.dtype == bool
    assert mask.shape == (n,)
    assert mask.sum() == min(max(round(fraction * n), 1), n - 1)


@pytest.mark.parametrize("kind", SHARES)
@pytest.mark.parametrize("size", [1, 7, 20])
def test_a_size_is_met_exactly_and_repeats(kind, size):
    masks = [forget_set(kind, X, Y, size=size, seed=4, model=MODEL) for _ in range(2)]
    assert masks[0].sum() == size
    np.testing.assert_array_equal(masks[0], masks[1])


def test_random_sets_depend_on_the_seed_and_reach_every_row():
    masks = [forget_set("random", X, Y, size=6, seed=seed) for seed in range(400)]
    counts = np.sum(masks, axis=0)
    # 400 draws of 6 from 60: 40 expected a row, standard deviation 6
    assert counts.min() > 40 - 30
    assert counts.max() < 40 + 30
    assert not np.array_equal(masks[0], masks[1])


def test_one_class_takes_one_label_only():
    for label in (-1, 1):
        mask = forget_set("one_class", X, Y, size=5, label=label)
        assert set(Y[mask]) == {float(label)}
    whole = int(np.sum(Y == 1.0))
    mask = forget_set("one_class", X, Y, size=whole, label=1)
    np.testing.assert_array_equal(mask, Y == 1.0)
    with pytest.raises(ValueError, match=f"at most {whole} rows for 'one_class', got {whole + 1}"):
        forget_set("one_class", X, Y, size=whole + 1, label=1)
    frequent = 1.0 if np.sum(Y) >= 0 else -1.0
    assert set(Y[forget_set("one_class", X, Y, size=5)]) == {frequent}
    drawn = {tuple(forget_set("one_class", X, Y, size=5, label=1, seed=s)) for s in range(5)}
    assert len(drawn) == 5


def test_a_whole_class_is_all_of_it():
    for label in (-1.0, 1.0):
        np.testing.assert_array_equal(forget_set("whole_class", X, Y, label=label), label == Y)
    counts = np.bincount(CLASSES.astype(int))
    most = float(3 - np.argmax(counts[::-1]))
    np.testing.assert_array_equal(forget_set("whole_class", X, CLASSES), most == CLASSES)
    with pytest.raises(ValueError, match=r"expected a whole class, got fraction 0\.1"):
        forget_set("whole_class", X, Y, fraction=0.1)
    with pytest.raises(ValueError, match="expected a class of 1 to 59 rows, got 60"):
        forget_set("whole_class", X, np.ones(60))


def test_mislabelled_rows_and_no_others_get_another_class():
    for labels in (Y, CLASSES):
        rows = forget_set("mislabelled", X, labels, size=30, seed=2)
        wrong = mislabel(labels, rows, seed=2)
        np.testing.assert_array_equal(wrong != labels, rows)
        assert set(wrong) <= set(labels)
    drawn = [mislabel(CLASSES, rows, seed=seed)[rows] for seed in range(300)]
    others = np.array([[np.sum(column == k) for k in range(4)] for column in np.array(drawn).T])
    # each of the three others 100 times, standard deviation 8
    assert others[others > 0].min() > 60
    assert others.max() < 140


@pytest.mark.parametrize("kind", KINDS)
def test_two_classes_of_softmax_have_the_binary_sets(kind):
    both = FittedClasses(np.concatenate([-0.5 * W, 0.5 * W]), 2.0 * MODEL.ridge, 2)
    for size in (1, 7, 20):
        how = {} if kind in WHOLE else {"size": size}
        ours = forget_set(kind, X, (Y + 1.0) / 2.0, model=both, seed=5, **how)
        np.testing.assert_array_equal(ours, forget_set(kind, X, Y, model=MODEL, seed=5, **how))


def test_margins_and_influence_of_more_classes_are_those_of_the_problem():
    problem = SoftmaxProblem(X, CLASSES, np.arange(60) == 0, ridge=OF_CLASSES.ridge)
    objective, w = problem.original(), OF_CLASSES.w
    logits = X @ problem.class_weights(w).T
    others = [max(np.delete(u, int(y))) for u, y in zip(logits, CLASSES, strict=True)]
    margins = logits[np.arange(60), CLASSES.astype(int)] - others
    np.testing.assert_allclose(OF_CLASSES.margins(X, CLASSES), margins, rtol=1e-12)
    rows = [objective.with_rows(np.arange(60) == i) for i in range(60)]
    gradients = np.array([row.with_coefficients(np.ones(1), 0.0).gradient(w) for row in rows])
    np.testing.assert_allclose(OF_CLASSES.gradients(X, CLASSES), gradients, atol=1e-13)
    half = OF_CLASSES.whitened(X, CLASSES)
    matrix = gradients @ np.linalg.solve(objective.hessian(w), gradients.T)
    np.testing.assert_allclose(half @ half.T, matrix, atol=1e-11 * np.abs(matrix).max())


def test_nearest_are_nearer_than_the_rest():
    point = np.array([0.3, 0.2, -0.1, 0.0])
    mask = forget_set("nearest", X, Y, size=9, point=point)
    distance = np.linalg.norm(X - point, axis=1)
    assert distance[mask].max() <= distance[~mask].min()
    masks = [forget_set("nearest", X, Y, size=9, seed=seed) for seed in range(8)]
    assert len({mask.tobytes() for mask in masks}) > 1
    for mask in masks:  # the point is one of the rows, and belongs to its own neighbourhood
        distances = np.linalg.norm(X[mask][:, None] - X[None], axis=2)
        around = [np.sort(row)[8] >= row[mask].max() - 1e-12 for row in distances]
        assert any(around)


def test_easiest_and_hardest_are_the_two_ends_of_the_margins():
    margins = Y * (X @ W)
    easiest = forget_set("easiest", X, Y, size=12, model=MODEL)
    hardest = forget_set("hardest", X, Y, size=12, model=MODEL)
    assert margins[easiest].min() >= margins[~easiest].max()
    assert margins[hardest].max() <= margins[~hardest].min()
    assert not np.any(easiest & hardest)


@pytest.mark.parametrize("loss", [LOGISTIC, EXPONENTIAL])
@pytest.mark.parametrize("n", [60, 5, 3])
def test_influence_scores_are_those_of_the_formed_matrix(loss, n):
    model = FittedModel(W, 0.05, loss)
    matrix = explicit_influence(X[:n], Y[:n], model)
    centred = matrix - matrix.mean(axis=0)
    left, singular, _ = np.linalg.svd(centred)
    for component in (0, 1):
        expected = left[:, component] * singular[component]
        expected *= np.sign(expected[np.argmax(np.abs(expected))])
        scores = influence_scores(X[:n], Y[:n], model, component)
        np.testing.assert_allclose(scores, expected, atol=1e-9 * singular[0])
        mask = forget_set(f"influence_pc{component + 1}", X[:n], Y[:n], size=2, model=model)
        assert expected[mask].min() >= expected[~mask].max() - 1e-9


def test_a_component_that_does_not_exist_is_refused():
    line = np.outer(np.arange(1.0, 9.0), [1.0, 2.0])
    labels = np.tile([1.0, -1.0], 4)
    model = FittedModel(np.array([0.1, 0.2]), 0.1, LOGISTIC)
    assert forget_set("influence_pc1", line, labels, size=2, model=model).sum() == 2
    with pytest.raises(ValueError, match="rank at least 2, got rank 1"):
        forget_set("influence_pc2", line, labels, size=2, model=model)
    with pytest.raises(ValueError, match="rank at least 1, got rank 0"):
        forget_set("influence_pc1", 0.0 * line, labels, size=2, model=model)


def test_ties_go_to_the_earlier_row():
    levels = np.random.default_rng(0).integers(0, 3, 2000).astype(float)
    model = FittedModel(np.ones(1), 0.1, LOGISTIC)
    top = np.flatnonzero(levels == 2.0)[:500]
    mask = forget_set("easiest", levels[:, None], np.ones(2000), size=500, model=model)
    np.testing.assert_array_equal(np.flatnonzero(mask), top)


def certified_distance(x, y, mask, model):
    """Lower and upper bound of distance_sandwich at the fitted weights, from the problem itself."""
    problem = UnlearningProblem(x, y, mask, ridge=model.ridge, loss=model.loss)
    norm = np.linalg.norm(problem.oracle().gradient(model.w))
    smooth = model.ridge + 0.25 * np.linalg.norm(x, 2) ** 2 / np.sum(~mask)
    return norm / smooth, norm / model.ridge


@given(seed=st.integers(0, 10_000), n=st.integers(5, 14), d=st.integers(1, 4))
def test_each_row_of_the_worst_set_is_the_one_that_certifies_most(seed, n, d):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, d)), rng.choice([-1.0, 1.0], n)
    model = FittedModel(rng.normal(size=d), float(rng.uniform(0.01, 1.0)), LOGISTIC)
    order = worst_rows(x, y, model, n - 2)
    assert len(set(order)) == n - 2
    for k in range(n - 2):
        bounds = {}
        for j in set(range(n)) - set(order[:k]):
            mask = np.zeros(n, dtype=bool)
            mask[[*order[:k], j]] = True
            bounds[j] = certified_distance(x, y, mask, model)
        for side in (0, 1):
            best = max(bound[side] for bound in bounds.values())
            assert bounds[order[k]][side] >= best * (1 - 1e-9)
        mask = np.zeros(n, dtype=bool)
        mask[order[: k + 1]] = True
        chosen = forget_set("worst", x, y, size=k + 1, model=model)
        np.testing.assert_array_equal(chosen, mask)


def test_the_worst_set_certifies_more_than_random_ones_and_lies_between_the_bounds():
    problem = UnlearningProblem(X, Y, np.arange(60) == 0, ridge=0.05)
    model = FittedModel(minimise(problem.original()).w, 0.05, LOGISTIC)
    worst = forget_set("worst", X, Y, size=6, model=model)
    low, high = certified_distance(X, Y, worst, model)
    truth = minimise(UnlearningProblem(X, Y, worst, ridge=0.05).oracle()).w
    assert low <= np.linalg.norm(model.w - truth) <= high
    for seed in range(20):
        random = forget_set("random", X, Y, size=6, seed=seed)
        assert certified_distance(X, Y, random, model)[0] < low


def test_the_oldest_are_first_in_the_column_whatever_orders_it():
    days = np.random.default_rng(3).permutation(60)
    expected = np.argsort(days)[:7]
    for column in (days, days * 1.5, np.datetime64("2020-01-01") + days):
        mask = forget_set("oldest", X, Y, size=7, column=column)
        np.testing.assert_array_equal(np.flatnonzero(mask), np.sort(expected))
    tied = forget_set("oldest", X, Y, size=3, column=np.zeros(60))
    np.testing.assert_array_equal(np.flatnonzero(tied), [0, 1, 2])


def test_a_group_is_every_row_of_the_value_and_no_other():
    sites = np.array(["north", "south", "east"])[np.arange(60) % 3]
    mask = forget_set("group", X, Y, column=sites, value="south")
    np.testing.assert_array_equal(mask, sites == "south")


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        ("oldest", {"size": 3}, "expected a column for the forget set 'oldest', got None"),
        ("oldest", {"size": 3, "column": np.zeros(3)}, r"column of shape \(60,\), got \(3,\)"),
        ("oldest", {"size": 3, "column": np.full(60, np.nan)}, "without missing values"),
        ("group", {"column": np.zeros(60), "value": 1}, "a group of 1 to 59 rows, got 0 with 1"),
        ("group", {"column": np.zeros(60), "value": 0}, "a group of 1 to 59 rows, got 60 with 0"),
        ("group", {"column": np.zeros(60), "size": 2}, "a whole group, got fraction None and"),
        ("hard", {"size": 3}, "expected a kind of forget set among random, .*got 'hard'"),
        ("random", {}, "expected either a fraction or a size, got None and None"),
        ("random", {"size": 3, "fraction": 0.1}, "either a fraction or a size, got 0.1 and 3"),
        ("random", {"size": 0}, "expected a forget set of 1 to 59 rows, got 0"),
        ("random", {"size": 60}, "expected a forget set of 1 to 59 rows, got 60"),
        ("random", {"size": 2.5}, "expected a forget set of 1 to 59 rows, got 2.5"),
        ("random", {"fraction": 0.0}, r"fraction in \(0, 1\), got 0.0"),
        ("random", {"fraction": 1.0}, r"fraction in \(0, 1\), got 1.0"),
        ("random", {"fraction": float("nan")}, r"fraction in \(0, 1\), got nan"),
        ("one_class", {"size": 3, "label": 2}, "expected a label among -1, 1, got 2"),
        ("nearest", {"size": 3, "point": np.zeros(3)}, r"point of shape \(4,\), got \(3,\)"),
        (
            "easiest",
            {"size": 3, "model": FittedModel(np.zeros(5), 0.1, LOGISTIC)},
            r"model.w of shape \(4,\), got \(5,\)",
        ),
    ],
)
def test_bad_requests_are_refused(kind, arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        forget_set(kind, X, Y, **arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", sorted(NEEDS_MODEL))
def test_kinds_that_look_at_the_model_need_one(kind):
    with pytest.raises(ValueError, match=f"expected a fitted model for the forget set '{kind}'"):
        forget_set(kind, X, Y, size=3)


@pytest.mark.parametrize("ridge", [0.0, -1.0, float("nan"), float("inf")])
def test_a_model_needs_a_ridge(ridge):
    with pytest.raises(ValueError, match="expected a ridge > 0"):
        FittedModel(W, ridge, LOGISTIC)
