"""Figures of one coordinate and of the certificates: their numbers against theory and solver."""

from __future__ import annotations

import io
from functools import lru_cache

from _figures import Drawing

import certificates
import numpy as np
import pytest
import single_coordinate

from logreg_unlearn.claims import Claim
from logreg_unlearn.claims.certificates import CLAIMS as CERTIFICATES
from logreg_unlearn.claims.single_coordinate import CLAIMS as SINGLE
from logreg_unlearn.theory import single_coordinate as theory
from logreg_unlearn.theory.certificates import harm_certificate, self_concordant_sandwich
from tests.figures import check_caption_and_legends

LOSSES = ("exponential", "logistic")
STEMS = ((single_coordinate, SINGLE), (certificates, CERTIFICATES))
FUNCTIONS = {figure.__name__: figure for script, _ in STEMS for figure in script.FIGURES}


@lru_cache
def drawing(name: str) -> Drawing:
    return FUNCTIONS[name](True)


def columns(name: str) -> dict[str, np.ndarray]:
    return {key: np.array(values) for key, values in drawing(name).table.items()}


@pytest.mark.parametrize(("script", "claims"), STEMS)
def test_every_claim_has_its_figure_or_a_reason(script, claims: tuple[Claim, ...]) -> None:
    names = [figure.__name__ for figure in script.FIGURES]
    assert sorted(names) == sorted(c.slug for c in claims if "figure" not in c.gaps)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_figure_is_drawn_with_a_caption_of_two_sentences(name: str) -> None:
    made = drawing(name)
    stream = io.BytesIO()
    made.figure.savefig(stream)
    assert stream.getvalue().startswith(b"\x89PNG")
    check_caption_and_legends(made)
    for ax in made.figure.axes:
        assert ax.get_xlabel()
        assert ax.lines


@pytest.mark.parametrize(
    ("name", "closed"),
    [
        ("lambert_minimiser", theory.lambert_minimiser),
        ("logistic_minimiser", theory.logistic_minimiser),
    ],
)
def test_minimisers(name: str, closed) -> None:
    table = columns(name)
    for s in (0.5, 5.0):
        expected = closed(s, table["lift"], 0.2)
        for part in ("oracle", "original", "descent_ascent"):
            found = np.where(np.isnan(table[f"s={s:g} {part}"]), -np.inf, table[f"s={s:g} {part}"])
            np.testing.assert_allclose(found, getattr(expected, part), rtol=1e-7, atol=1e-8)
    gone = np.isnan(table["s=0.5 descent_ascent"])
    assert gone.any() == (name == "lambert_minimiser")
    assert not gone.all()


def test_da_branches() -> None:
    table = columns("da_branches")
    branches = theory.da_branches(0.5, table["lift"])
    beyond = table["lift"] > branches.fold
    expected = beyond | (table["start"] < branches.maximum)
    np.testing.assert_array_equal(table["diverged"], expected)
    np.testing.assert_allclose(table["end"][~expected], branches.minimum[~expected], atol=1e-6)
    assert 0 < expected.sum() < len(expected)
    assert 0 < np.sum(expected & ~beyond)


def test_opposite_sides() -> None:
    table = columns("opposite_sides")
    f, middle = table["fraction"], table["middle"]
    lift = table["alpha"] * (1 - f) / f
    np.testing.assert_array_equal(middle == "original", theory.opposite_sides(lift, f))
    np.testing.assert_array_equal(middle == "oracle", lift > 1)
    for loss in LOSSES:
        assert set(middle[table["loss"] == loss]) == {"descent-ascent", "original", "oracle"}


def test_distance_growth() -> None:
    table = columns("distance_growth")
    for lift in (0.0, 0.5, 4.0):
        bound = theory.distance_growth(lift, 0.3)
        assert table[f"bound lift={lift:g}"] == pytest.approx(bound)
        for loss in LOSSES:
            distance = table[f"{loss} lift={lift:g}"]
            where = single_coordinate.MINIMISERS[loss](0.225 / table["ridge"], lift, 0.3)
            exact = np.abs(where.original - where.oracle)
            np.testing.assert_allclose(distance, exact, rtol=1e-4)
            assert np.all(distance < bound)
            assert distance[0] > 0.9 * bound


def test_distance_unlearning() -> None:
    table = columns("distance_unlearning")
    strength = 0.3 / table["ridge"]
    for loss in LOSSES:
        bound = single_coordinate.MINIMISERS[loss](strength, 1.0, 0.2).oracle
        for lift in (0.5, 1.0, 1.1, 3.0):
            distance = table[f"{loss} lift={lift:g}"]
            where = single_coordinate.MINIMISERS[loss](strength, lift, 0.2)
            exact = where.oracle - where.descent_ascent
            np.testing.assert_allclose(distance, exact, rtol=1e-5)
            assert np.all((distance >= bound * (1 - 1e-7)) == (lift >= 1))
    assert np.isinf(table["exponential lift=3"]).any()
    assert np.isfinite(table["logistic lift=3"]).all()


def test_vanishing_ridge() -> None:
    table = columns("vanishing_ridge")
    strength = 0.9 / table["ridge"]
    lower, upper = theory.vanishing_ridge(strength)
    distance = table["unlearned"]
    np.testing.assert_allclose(distance, theory.distance_unlearning(strength), rtol=1e-6)
    assert np.all((lower < distance) & (distance < upper))
    # equal minimisers, each certified to 1e-8 (1 + |w|), |w| <= 20
    assert np.all(table["original"] < 4.2e-7)
    assert np.all(table["unlearned lift=0.5"] < np.log(2))


def test_harm_threshold() -> None:
    table = columns("harm_threshold")
    harmful = table["lift"] > theory.harm_threshold(0.4)
    ratios = [values for name, values in table.items() if name.startswith("ratio")]
    assert len(ratios) == 4
    for ratio in ratios:
        np.testing.assert_array_equal(ratio > 1, harmful)


def test_logistic_harm_threshold() -> None:
    table = columns("logistic_harm_threshold")
    expected = theory.logistic_harm_threshold(table["fraction"])
    for s in (1e-2, 1.0, 1e3):
        np.testing.assert_allclose(table[f"lift s={s:g}"], expected, atol=1e-5)


def test_early_stopping_phases() -> None:
    table = columns("early_stopping_phases")
    names = {
        theory.Phase.APPROACHES: 0,
        theory.Phase.RECEDES: 1,
        theory.Phase.PASSES: 2,
        theory.Phase.PASSES_AND_DIVERGES: 3,
    }
    for loss in LOSSES:
        part = table["loss"] == loss
        exact = theory.early_stopping_phases(
            0.5, table["lift"][part], table["fraction"][part], loss
        ).phase
        expected = [single_coordinate.PHASES[names[theory.Phase(k)]] for k in exact]
        assert table["phase"][part].tolist() == expected
        assert len(set(expected)) == (4 if loss == "exponential" else 3)
        times = theory.early_stopping_phases(0.5, table["time_lift"], 0.2, loss).oracle_time
        np.testing.assert_allclose(table[f"time {loss}"], times, rtol=0.02)


def test_vector_level_closeness() -> None:
    table = columns("vector_level_closeness")
    scaled = table["ratio"] * table["fraction"] * np.sqrt(table["d"])
    assert np.all(scaled > 1)
    extreme = scaled[-40:]
    assert np.all(extreme < 1.01)
    assert np.any(table["ratio"][-40:] < 1)
    assert np.all(table["ratio"][table["fraction"] <= 1 / np.sqrt(table["d"])] > 1)


def test_distance_sandwich() -> None:
    table = columns("distance_sandwich")
    distance = table["distance"]
    assert np.all(table["lower"] <= distance * (1 + 1e-6))
    assert np.all(table["upper"] >= distance * (1 - 1e-6))
    unseen = table["direction"] == "direction that the data see least"
    np.testing.assert_allclose(table["upper"][unseen], distance[unseen], rtol=0.01)
    assert np.all(table["original lower/true"] < 1)
    assert np.all(table["original upper/true"] > 1)
    assert table["original upper/true"][-1] < 1.01


def test_self_concordant_sandwich() -> None:
    table = columns("self_concordant_sandwich")
    rates = self_concordant_sandwich(1.0, table["delta"])
    assert np.all(table["ratio"] >= rates.lower * (1 - 1e-6))
    assert np.all(table["ratio"] <= rates.upper * (1 + 1e-6))
    tail = table["loss"] == "tail"
    nearest = np.minimum(
        np.abs(table["ratio"] / rates.lower - 1), np.abs(table["ratio"] / rates.upper - 1)
    )
    assert np.all(nearest[tail] < 1e-3)
    for name in ("gradient", "newton"):
        assert np.all(table[f"{name} lower"] <= table["distance"] * (1 + 1e-6))
        assert np.all(table[f"{name} upper"] >= table["distance"] * (1 - 1e-6))
    assert table["newton upper"][0] < 1.02 * table["distance"][0]


def test_harm_certificate() -> None:
    table = columns("harm_certificate")
    judged, ratio = table["judgement"], table["ratio"]
    assert np.all((table["lower"] <= ratio * (1 + 1e-9)) & (ratio <= table["upper"] * (1 + 1e-9)))
    assert np.all(ratio[judged == "HARM"] > 1)
    assert not np.any(judged == "HELP")
    assert {"HARM", "UNDECIDED"} == set(judged)
    for case in set(table["case"]):
        part = table["case"] == case
        lower, upper = table["lower"][part], table["upper"][part]
        codes = harm_certificate(lower, upper, lower[0], upper[0])
        np.testing.assert_array_equal(codes == 1, judged[part] == "HARM")
        assert judged[part][-1] == "HARM"
    assert table["newton_judgement"].tolist() == ["HELP"] * 3
    assert np.all(table["newton_ratio"] < 1)
