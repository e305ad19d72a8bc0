"""The generators realise the dependence they name; the real sets are what they say."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.data import INTERCEPT, DataSet, constant_columns, standardise
from logreg_unlearn.data.real import MissingExtraError, load, names
from logreg_unlearn.data.synthetic import (
    duplicated,
    gaussian_classes,
    orthogonal_blocks,
    two_directions,
)
from logreg_unlearn.problem.losses import EXPONENTIAL
from logreg_unlearn.problem.problem import UnlearningProblem

SHAPES = {
    "breast_cancer": (569, 30),
    "digits_3v8": (357, 64),
    "digits_4v9": (361, 64),
    "digits_parity": (1797, 64),
    "wine_0v1": (130, 13),
    "iris_1v2": (100, 4),
    "anes96": (944, 9),
    "fair": (6366, 8),
    "randhie": (20190, 9),
    "iris": (150, 4),
    "wine": (178, 13),
    "digits": (1797, 64),
}


def masses(data: DataSet) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows' weights and the forget mask."""
    assert data.forget is not None
    weights = np.ones(len(data.labels)) if data.weights is None else data.weights
    return weights, data.forget


def mean_signed(data: DataSet) -> tuple[np.ndarray, np.ndarray]:
    """Return the weighted means of y x over the retain and over the forget set."""
    weights, forget = masses(data)
    signed = data.labels[:, None] * data.features
    retain, forgotten = (
        np.average(signed[mask], axis=0, weights=weights[mask]) for mask in (~forget, forget)
    )
    return retain, forgotten


@st.composite
def block_arguments(draw):
    """Shares, lifts and counts over the whole admissible range, conservation included."""
    blocks = draw(st.integers(1, 4))
    raw = np.array(draw(st.lists(st.floats(0.05, 1.0), min_size=blocks, max_size=blocks)))
    shares = raw / raw.sum() * draw(st.floats(0.05, 1.0))
    raw = np.array(draw(st.lists(st.floats(0.0, 1.0), min_size=blocks, max_size=blocks)))
    total = raw @ shares
    lifts = raw / total * draw(st.floats(0.0, 1.0)) if total > 1e-6 else 0.0 * raw
    return lifts, shares, draw(st.integers(6, 60)), draw(st.integers(6, 60))


@given(block_arguments())
def test_blocks_realise_their_lifts_and_shares(arguments):
    lifts, shares, n_retain, n_forget = arguments
    data = orthogonal_blocks(lifts, shares, n_retain=n_retain, n_forget=n_forget)
    weights, forget = masses(data)
    assert np.sum(forget) == n_forget
    assert np.sum(~forget) == n_retain
    assert weights[forget].sum() == pytest.approx(n_forget, rel=1e-12)
    assert weights[~forget].sum() == pytest.approx(n_retain, rel=1e-12)
    retain, forgotten = mean_signed(data)
    np.testing.assert_allclose(retain, shares, rtol=1e-11)
    np.testing.assert_allclose(forgotten, lifts * shares, rtol=1e-11, atol=1e-11)
    signed = data.labels[:, None] * data.features
    assert set(np.unique(signed)) <= {0.0, 1.0}
    assert signed.sum(axis=1).max() == 1.0  # a row lies in one block at most
    assert dict(data.dependence) == {f"lift_{j}": lift for j, lift in enumerate(lifts)}


def test_block_strategy_meets_weights_and_rest():
    weighted = orthogonal_blocks([0.3, 0.9], [0.35, 0.4], n_retain=7, n_forget=7)
    assert weighted.weights is not None
    assert np.any(np.all(weighted.features == 0.0, axis=1))


def test_a_vanishing_lift_is_kept():
    data = orthogonal_blocks([1e-100], [0.5], n_retain=7, n_forget=7)
    assert mean_signed(data)[1] == pytest.approx([0.5e-100])


def test_whole_counts_need_no_weights():
    shares = [0.1] * 10  # which do not add up to one exactly
    data = orthogonal_blocks([1.0] * 10, shares, n_retain=70, n_forget=30)
    assert data.weights is None
    assert data.features.shape == (100, 10)
    assert not np.any(np.all(data.features == 0.0, axis=1))
    assert set(data.labels) == {-1.0, 1.0}


def test_blocks_give_the_problem_of_the_paper():
    """Stationarity of one coordinate, w e^w = s (1 + f (rho - 1)), at an awkward lift."""
    data = orthogonal_blocks([np.pi / 3], [0.7], n_retain=61, n_forget=13)
    assert data.forget is not None
    problem = UnlearningProblem(
        data.features, data.labels, data.forget, ridge=0.3, loss="exponential", weights=data.weights
    )
    fraction = 13 / 74
    assert problem.forget_fraction == pytest.approx(fraction)
    strength = 0.7 / 0.3 * (1.0 + fraction * (np.pi / 3 - 1.0))
    w = 0.8
    slope = 0.3 * (w - strength * np.exp(-w))
    assert problem.loss is EXPONENTIAL
    assert problem.original().gradient(np.array([w]))[0] == pytest.approx(slope, rel=1e-12)


@pytest.mark.parametrize(
    ("lifts", "shares", "counts", "message"),
    [
        ([1.0], [0.5, 0.5], (9, 9), "expected as many lifts as shares"),
        ([], [], (9, 9), "expected as many lifts as shares"),
        ([1.0], [0.0], (9, 9), "expected shares > 0"),
        ([1.0, 1.0], [0.7, 0.6], (9, 9), "expected shares > 0 with a sum of at most 1"),
        ([-0.1], [0.5], (9, 9), "expected lifts >= 0"),
        ([2.1], [0.5], (9, 9), "expected lifts >= 0 with sum"),
        ([float("nan")], [0.5], (9, 9), "expected lifts >= 0"),
        ([1.0], [float("nan")], (9, 9), "expected shares > 0"),
        ([1.0] * 4, [0.2] * 4, (4, 9), "expected at least 5 retained rows"),
        ([1.0] * 4, [0.2] * 4, (9, 4), "expected at least 5 forgotten rows"),
        ([1.0], [0.5], (9, 0), "expected at least one retained and one forgotten row"),
    ],
)
def test_impossible_blocks_are_refused(lifts, shares, counts, message):
    with pytest.raises(ValueError, match=message) as caught:
        orthogonal_blocks(lifts, shares, n_retain=counts[0], n_forget=counts[1])
    assert "\n" not in str(caught.value)
    assert "got" in str(caught.value)


@given(
    epsilon=st.floats(-1.5, 1.5),
    share=st.floats(0.01, 1.0),
    used=st.floats(0.0, 1.0),
    n_retain=st.integers(2, 90),
    n_forget=st.integers(2, 90),
)
def test_two_directions_realise_alpha(epsilon, share, used, n_retain, n_forget):
    alpha = used * n_forget / (share * n_retain)
    data = two_directions(epsilon, alpha, share=share, n_retain=n_retain, n_forget=n_forget)
    weights, _ = masses(data)
    retain, forgotten = mean_signed(data)
    np.testing.assert_allclose(retain, share * np.array([1.0, epsilon]), atol=1e-12)
    # |F_ij| = alpha |R_ij|, both as masses out of n
    mass = alpha * share * n_retain / n_forget
    np.testing.assert_allclose(forgotten, mass * np.array([epsilon, 1.0]), rtol=1e-11, atol=1e-11)
    assert weights.sum() == pytest.approx(n_retain + n_forget, rel=1e-12)
    cosine = data.dependence["cosine"]
    assert cosine == pytest.approx(2 * epsilon / (1 + epsilon**2), rel=1e-12, abs=1e-300)
    assert (data.dependence["epsilon"], data.dependence["alpha"]) == (epsilon, alpha)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"epsilon": float("inf"), "alpha": 0.1}, "finite epsilon"),
        ({"epsilon": 0.5, "alpha": -0.1}, r"alpha in \[0, 0.25\]"),
        ({"epsilon": 0.5, "alpha": 0.26}, r"alpha in \[0, 0.25\].*got 0.26"),
        ({"epsilon": 0.5, "alpha": 0.1, "share": 0.0}, "share"),
        ({"epsilon": 0.5, "alpha": 0.1, "share": 1.1}, "share"),
        ({"epsilon": 0.5, "alpha": 0.1, "n_forget": 0}, "one forgotten row"),
    ],
)
def test_impossible_two_directions_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        two_directions(**arguments)


@given(
    correlation=st.floats(-1.0, 1.0),
    n=st.integers(2, 120),
    d=st.integers(2, 9),
    fraction=st.floats(0.001, 0.999),
    separation=st.floats(0.1, 5.0),
    seed=st.integers(0, 1000),
)
def test_gaussian_classes_realise_the_correlation(correlation, n, d, fraction, separation, seed):
    data = gaussian_classes(
        correlation, n=n, d=d, forget_fraction=fraction, separation=separation, seed=seed
    )
    retain, forgotten = mean_signed(data)
    lengths = np.linalg.norm(retain), np.linalg.norm(forgotten)
    assert lengths == pytest.approx((separation, separation), rel=1e-12)
    assert retain @ forgotten / separation**2 == pytest.approx(correlation, abs=1e-12)
    assert data.forget is not None
    assert np.sum(data.forget) == min(max(round(fraction * n), 1), n - 1)
    assert data.features.shape == (n, d)
    assert set(data.labels) <= {-1.0, 1.0}


def test_gaussian_noise_is_standard():
    data = gaussian_classes(0.3, n=40_000, d=3, forget_fraction=0.5, seed=5)
    signed = data.labels[:, None] * data.features
    assert data.forget is not None
    for mask in (data.forget, ~data.forget):
        covariance = np.cov(signed[mask].T)
        np.testing.assert_allclose(covariance, np.eye(3), atol=0.05)
    assert abs(data.labels.mean()) < 0.05


def test_correlations_of_one_seed_share_their_noise_and_stack():
    correlations = np.linspace(-1.0, 1.0, 5)
    cases = [gaussian_classes(c, n=50, d=4, seed=3) for c in correlations]
    batch = np.stack([case.features for case in cases])
    assert batch.shape == (5, 50, 4)
    first = cases[0]
    for case in cases:
        np.testing.assert_array_equal(case.forget, first.forget)
        np.testing.assert_array_equal(case.labels, first.labels)
        retained = ~masses(case)[1]
        np.testing.assert_array_equal(case.features[retained], first.features[retained])
    assert not np.array_equal(batch[0], batch[4])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"correlation": 1.1}, r"correlation in \[-1, 1\]"),
        ({"correlation": float("nan")}, "correlation"),
        ({"correlation": 0.5, "d": 1}, "d >= 2"),
        ({"correlation": 0.5, "n": 1}, "n >= 2"),
        ({"correlation": 0.5, "forget_fraction": 0.0}, "forget fraction"),
        ({"correlation": 0.5, "forget_fraction": 1.0}, "forget fraction"),
        ({"correlation": 0.5, "separation": 0.0}, "separation"),
    ],
)
def test_impossible_gaussian_classes_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        gaussian_classes(**arguments)


def test_one_dimension_has_only_the_two_extremes():
    for correlation in (-1.0, 1.0):
        retain, forgotten = mean_signed(gaussian_classes(correlation, d=1))
        assert forgotten[0] == pytest.approx(correlation * retain[0])


@given(n=st.integers(2, 60), fraction=st.floats(0.01, 0.99), seed=st.integers(0, 99))
def test_duplicates_have_twins_among_the_retained(n, fraction, seed):
    data = duplicated(0.0, n=n, d=3, forget_fraction=fraction, seed=seed)
    _, forget = masses(data)
    rows = np.column_stack([data.features, data.labels])
    equal = (rows[forget][:, None, :] == rows[~forget][None, :, :]).all(axis=2)
    assert equal.any(axis=1).all()
    copies = equal.sum(axis=0)
    assert copies.max() - copies.min() <= 1  # no retained row is copied twice before all are once


def test_noise_is_the_distance_to_the_twin():
    for noise in (1e-6, 1e-2):
        data = duplicated(noise, n=20_000, d=4, forget_fraction=0.5, seed=2)
        exact = duplicated(0.0, n=20_000, d=4, forget_fraction=0.5, seed=2)
        shift = (data.features - exact.features)[data.forget]
        assert np.std(shift) == pytest.approx(noise, rel=0.02)
        np.testing.assert_array_equal(data.labels, exact.labels)
        assert data.dependence["noise"] == noise


@pytest.mark.parametrize("noise", [-1.0, float("nan"), float("inf")])
def test_impossible_noise_is_refused(noise):
    with pytest.raises(ValueError, match="noise level >= 0"):
        duplicated(noise)


@pytest.mark.parametrize(
    "make", [lambda seed: gaussian_classes(0.2, seed=seed), lambda seed: duplicated(0.1, seed=seed)]
)
def test_generators_are_deterministic_in_the_seed(make):
    np.testing.assert_array_equal(make(7).features, make(7).features)
    np.testing.assert_array_equal(make(7).labels, make(7).labels)
    assert not np.array_equal(make(7).features, make(8).features)


def test_a_data_set_refuses_shapes_that_disagree():
    data = gaussian_classes(0.5, n=10, d=2)
    with pytest.raises(ValueError, match="expected 10 labels"):
        replace(data, labels=np.ones(9))
    with pytest.raises(ValueError, match="expected 2 feature names"):
        replace(data, feature_names=("a",))
    with pytest.raises(ValueError, match="forget mask of shape"):
        replace(data, forget=np.ones(9, dtype=bool))
    with pytest.raises(ValueError, match="weights of shape"):
        replace(data, weights=np.ones(11))


@given(st.integers(-290, 290), st.floats(-1e6, 1e6))
def test_standardising_survives_scale_and_offset(exponent, offset):
    raw = np.random.default_rng(0).standard_normal((40, 3)) + offset
    features = np.column_stack([raw * 10.0**exponent, np.full(40, 3.5)])
    result = standardise(features)[0]
    np.testing.assert_allclose(result[:, :3].mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(result[:, :3].std(axis=0), 1.0, rtol=1e-12)
    np.testing.assert_array_equal(result[:, 3], 3.5)
    np.testing.assert_array_equal(constant_columns(features), [False, False, False, True])


def test_names_lists_every_real_set():
    assert set(names()) == set(SHAPES)


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_real_sets_are_standardised_with_an_intercept(name):
    data = load(name)
    n, d = SHAPES[name]
    assert data.features.shape == (n, d - len(data.dropped) + 1)
    assert data.feature_names[-1] == INTERCEPT
    assert len(set(data.feature_names)) == len(data.feature_names)
    np.testing.assert_array_equal(data.features[:, -1], 1.0)
    np.testing.assert_allclose(data.features[:, :-1].mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(data.features[:, :-1].var(axis=0), 1.0, rtol=1e-12)
    assert set(data.labels) == ({-1.0, 1.0} if data.count == 2 else set(range(data.count)))
    assert data.features.dtype == np.float64
    assert data.licence
    assert data.source
    assert data.forget is None
    bare = load(name, intercept=False)
    np.testing.assert_array_equal(bare.features, data.features[:, :-1])


def test_only_constant_pixels_are_dropped():
    assert {name for name in SHAPES if load(name).dropped} == {
        "digits_3v8",
        "digits_4v9",
        "digits_parity",
        "digits",
    }
    assert "pixel_0_0" in load("digits_3v8").dropped


@pytest.mark.parametrize(
    ("name", "positive", "values"),
    [
        ("breast_cancer", 357, ("malignant", "benign")),
        ("digits_3v8", 174, ("3", "8")),
        ("digits_4v9", 180, ("4", "9")),
        ("digits_parity", 906, ("even", "odd")),
        ("wine_0v1", 71, ("class_0", "class_1")),
        ("iris_1v2", 50, ("versicolor", "virginica")),
        ("anes96", 393, ("Clinton", "Dole")),
        ("fair", 2053, ("none", "some")),
        ("randhie", 13882, ("none", "some")),
    ],
)
def test_the_positive_class_is_the_second_value(name, positive, values):
    data = load(name)
    assert np.sum(data.labels == 1.0) == positive
    assert data.label_values == values


@pytest.mark.parametrize(
    ("name", "sizes", "values"),
    [
        ("iris", (50, 50, 50), ("setosa", "versicolor", "virginica")),
        ("wine", (59, 71, 48), ("class_0", "class_1", "class_2")),
        ("digits", (178, 182, 177, 183, 181, 182, 181, 179, 174, 180), tuple("0123456789")),
    ],
)
def test_more_classes_are_numbered(name, sizes, values):
    data = load(name)
    assert tuple(np.bincount(data.classes)) == sizes
    assert data.label_values == values
    assert "CC BY 4.0" in data.licence
    numbers = {value: k for k, value in enumerate(values)}
    np.testing.assert_array_equal([numbers[v] for v in data.given_labels], data.labels)


def test_labels_that_number_no_class_are_refused():
    with pytest.raises(ValueError, match="labels 0 to 2, the numbers of 3 classes"):
        DataSet("s", np.eye(3), np.array([1.0, 2.0, 3.0]), ("a", "b", "c"), "", "",
                label_values=("a", "b", "c"))  # fmt: skip


def test_an_unknown_set_is_refused():
    with pytest.raises(ValueError, match=r"expected a data set among breast_cancer.*got 'mnist'"):
        load("mnist")


@pytest.mark.parametrize(
    ("name", "package"), [("breast_cancer", "sklearn"), ("anes96", "statsmodels")]
)
def test_a_missing_extra_is_named_in_one_line(monkeypatch, name, package):
    for module in (package, f"{package}.datasets"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError) as caught:
        load(name)
    message = str(caught.value)
    assert message.endswith("pip install logreg-unlearn[real]")
    assert f"'{package}'" in message
    assert "\n" not in message
