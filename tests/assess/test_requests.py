"""A stream of deletion requests: errors against the oracle after every one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logreg_unlearn.assess.audit import audit
from logreg_unlearn.assess.record import audit_data
from logreg_unlearn.assess.removals import AUDITED
from logreg_unlearn.assess.tables import request_heads, request_rows
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.removal import newton_removal

ORDER = np.zeros(200, dtype=int)
ORDER[:30] = np.repeat([3, 1, 7], 10)  # numbers order the requests; there may be gaps

STREAMED = [name for name in AUDITED if name != "retrain"]


def problem(rng: np.random.Generator, **options: object) -> UnlearningProblem:
    features = np.column_stack([rng.normal(size=(200, 3)), np.ones(200)])
    labels = np.where(features[:, 0] + rng.normal(size=200) > 0, 1.0, -1.0)
    return UnlearningProblem(features, labels, ORDER > 0, **(dict(ridge=0.02) | options))


@pytest.mark.parametrize("options", [{}, dict(normalisation="sum", ridge=3.0, unpenalised=(3,))])
def test_errors_are_those_of_the_rows_left_after_each_request(rng, options) -> None:
    asked = problem(rng, **options)
    found = audit(asked, ("da",), steps=20, requests=ORDER).requests
    assert found.sizes == (10, 10, 10)
    assert [one.method for one in found.followed] == STREAMED
    newton = found.followed[STREAMED.index("newton")]
    start = w = minimise(asked.original()).w
    gone = np.zeros(200, dtype=bool)
    for k, number in enumerate((1, 3, 7)):
        gone = gone | (ORDER == number)
        now = replace(asked, forget=gone)
        oracle = minimise(now.oracle())
        w = newton_removal(now, w)
        before = np.linalg.norm(start - oracle.w)
        assert found.distances[k] == pytest.approx(before, rel=1e-6)
        assert newton.ratios[k] == pytest.approx(np.linalg.norm(w - oracle.w) / before, rel=1e-6)
        assert np.linalg.norm(w - oracle.w) <= newton.certified[k]
    # costs: of the steps and a gradient after each, over that of retraining from one to the next
    d, at, spent, retraining = 4, start, 0.0, 0.0
    gone = np.zeros(200, dtype=bool)
    for number in (1, 3, 7):
        gone = gone | (ORDER == number)
        solved = minimise(replace(asked, forget=gone).oracle(), at)
        retraining, at = retraining + solved.passes * np.mean(~gone), solved.w
        spent += np.mean(~gone) * (3.0 + d / 25.0)
    assert newton.cost == pytest.approx(spent / retraining)
    two = found.followed[STREAMED.index("newton-2")]
    assert max(two.ratios) < 0.01 * max(newton.ratios) and two.cost > newton.cost


def test_requests_start_from_the_model_in_use(rng) -> None:
    asked = problem(rng)
    weights = minimise(asked.original()).w + 0.1
    found = audit(asked, ("da",), steps=20, requests=ORDER, weights=weights).requests
    now = replace(asked, forget=ORDER == 1)
    apart = np.linalg.norm(weights - minimise(now.oracle()).w)
    assert found.distances[0] == pytest.approx(apart, rel=1e-6)


def test_tables_show_some_and_data_have_all(rng) -> None:
    many = np.zeros(200, dtype=int)
    many[:36] = 1 + np.arange(36) // 3
    asked = replace(problem(rng), forget=many > 0)
    result = audit(asked, ("da",), steps=20, requests=many)
    heads = request_heads(result.requests)
    assert heads[0] == "method" and heads[1] == "after 1" and heads[-3] == "after 12"
    assert len(heads) == 4 + 3
    rows = request_rows(result.requests)
    assert all(len(row) == len(heads) for row in rows)
    data = audit_data(result)["requests"]
    assert data["rows"] == [3] * 12
    assert all(len(one["ratios"]) == 12 for one in data["removals"])
    assert result._repr_html_().count("<table>") == 3
    assert audit_data(audit(asked, ("da",), steps=20))["requests"] is None


def test_an_oracle_on_the_way_that_does_not_exist_is_said(rng) -> None:
    """All rows of one label are gone after the second request, and come into no later one."""
    asked = problem(rng)
    labels = np.where(np.arange(200) < 20, 1.0, -1.0)
    order = np.where(np.arange(200) < 20, 1, 0)
    order[150:] = 2
    one_label = replace(asked, labels=labels, forget=order > 0, unpenalised=(3,))
    with pytest.raises(ValueError, match="no optimum exists"):
        audit(one_label, ("da",), steps=20, requests=order)
