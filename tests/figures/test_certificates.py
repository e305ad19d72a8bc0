"""Figures of the certificates: the truth lies between the bounds that are drawn."""

from __future__ import annotations

import numpy as np

from logreg_unlearn.theory.certificates import harm_certificate, self_concordant_sandwich
from tests.figures.drawings import columns


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
    # L = ridge + the data's part: the same at every ridge
    data = (table["original L/ridge"] - 1) * table["ridge"]
    np.testing.assert_allclose(data, (table["L/ridge"][0] - 1) * 0.1)
    for worst, lower, upper in (
        (table["L/ridge"], table["lower"] / distance, table["upper"] / distance),
        (table["original L/ridge"], *(table[f"original {k}/true"] for k in ("lower", "upper"))),
    ):
        assert np.all(lower >= (1 - 1e-6) / worst) and np.all(upper <= (1 + 1e-6) * worst)


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
