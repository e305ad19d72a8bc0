"""An audit as data and as tables: strict JSON, every case of it, and nothing interpreted."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from logreg_unlearn.assess.audit import Audit, audit, describe
from logreg_unlearn.assess.record import audit_data
from logreg_unlearn.assess.removals import AUDITED
from logreg_unlearn.assess.tables import HEADS, audit_rows
from logreg_unlearn.data.synthetic import duplicated
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.unlearn.ascent import METHODS, simultaneous
from logreg_unlearn.unlearn.driver import Method


def problem(loss: str = "logistic", **options: object) -> UnlearningProblem:
    rng = np.random.default_rng(4)
    features = np.column_stack([rng.normal(size=(60, 2)), np.ones(60)])
    labels = np.where(features[:, 0] + rng.normal(size=60) > 0, 1.0, -1.0)
    arguments = dict(ridge=0.05, loss=loss) | options
    return UnlearningProblem(features, labels, np.arange(60) < 8, **arguments)


def copies() -> UnlearningProblem:
    data = duplicated(n=80, d=3, forget_fraction=0.5)
    return UnlearningProblem(data.features, data.labels, data.forget, ridge=0.1)


def vague() -> UnlearningProblem:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(40, 2))
    labels = np.where(features[:, 0] > 0, 1.0, -1.0)
    return UnlearningProblem(features, labels, np.arange(40) < 4, ridge=1e-300)


@pytest.mark.parametrize("made", [problem, lambda: problem("exponential"), copies, vague])
def test_data_are_strict_json_and_say_what_the_audit_says(made) -> None:
    found = audit(made(), tuple(METHODS), steps=300)
    data = audit_data(found)
    again = json.loads(json.dumps(data, allow_nan=False))
    assert again == data
    assert data["verdict"] == found.sentence() and data["distance_original"] == (
        found.distance_original
    )
    assert data["resolved"] is found.resolved and data["coincide"] is found.coincide
    assert data["unchanged_tolerance"] == 1e-6
    for entry, outcome in zip(data["methods"], found.outcomes, strict=True):
        assert entry["method"] == outcome.method and entry["words"] == describe(outcome)
        assert entry["verdict"] == outcome.verdict and entry["settled"] is outcome.settled
        assert entry["verdict_at_last_step"] == outcome.verdict_end
        assert entry["steps"] == outcome.trajectory.steps[-1]
        for key, value in (
            ("ratio_final", outcome.ratio),
            ("ratio_limit", outcome.limit_ratio),
            ("cost_in_retrainings", outcome.cost),
            ("passes", outcome.trajectory.passes),
        ):
            assert entry[key] == (value if math.isfinite(value) else None), key


def test_data_name_the_refit() -> None:
    data = audit_data(audit(problem(), ("da",), steps=20))["refit"]
    assert data["convention"] == "mean" and data["ridge"] == 0.05 and data["C"] is None
    assert data["unpenalised"] == []
    free = problem(normalisation="sum", unpenalised=(2,))
    data = audit_data(audit(free, ("da",), steps=20))["refit"]
    assert data["convention"] == "sum" and data["C"] == pytest.approx(20.0)
    assert data["unpenalised"] == ["intercept"] and "scikit-learn with C=20" in data["words"]


def test_rows_have_every_method_and_every_removal() -> None:
    found = audit(problem(), ("da", "ga", "ascent-finetune"), steps=8)
    rows = audit_rows(found)
    assert [row[0].removesuffix(" =") for row in rows] == ["da", "ga", "ascent-finetune", *AUDITED]
    assert all(len(row) == len(HEADS) for row in rows)
    da, ga, tune = rows[:3]
    column = {head: k for k, head in enumerate(HEADS)}
    assert da[column["verdict"]] == f"{found.outcomes[0].verdict} so far"
    assert da[column["limit"]] == ""
    assert ga[column["verdict"]] == "DIVERGED" and ga[column["limit"]] == "inf"
    assert tune[column["verdict"]] == "HELPED" and tune[column["limit"]] == "0"
    for row, removal in zip(rows[3:], found.removals, strict=True):
        assert row[column["end"]] == f"{removal.ratio:.3g}"
    assert all(row[column["cost"]].endswith("x") for row in rows)


def test_the_notebook_shows_names_as_they_are() -> None:
    named = Method("<script>alert(1)</script>", simultaneous().phases)
    found: Audit = audit(problem(), [named, "ga"], steps=50)
    shown = found._repr_html_()
    assert "<script>" not in shown and "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert shown.startswith("<table>") and shown.endswith("</table>")
    assert (
        shown.count("<tr>") == 2 * (1 + 2 + len(AUDITED)) + 1 and "Compared with a refit" in shown
    )
