"""Projective residual update and subspace oracle against their formulas and each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from logreg_unlearn.assess.distance import excess_risk
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.testing import check_method
from logreg_unlearn.unlearn.removal import newton_removal, subspace
from logreg_unlearn.unlearn.removal.influence import influence_step, rescaled_influence
from logreg_unlearn.unlearn.removal.result import certificate
from logreg_unlearn.unlearn.removal.subspace import projective_update, subspace_oracle


def problem(rng, *, n=50, d=6, forget=3, ridge=0.1, **options) -> UnlearningProblem:
    features = rng.normal(size=(n, d))
    labels = np.where(features[:, 0] + rng.normal(size=n) > 0, 1.0, -1.0)
    return UnlearningProblem(features, labels, np.arange(n) < forget, ridge=ridge, **options)


def test_conformance() -> None:
    check_method(lambda p, w: projective_update(p, w).w)
    check_method(lambda p, w: subspace_oracle(p, w).w, reaches_oracle=True)


def test_rows_of_zeros_take_nothing_along(rng) -> None:
    p = problem(rng, normalisation="sum")
    p = replace(p, features=np.where(p.forget[:, None], 0.0, p.features))
    w = minimise(p.original()).w
    assert subspace_oracle(p, w).w.tolist() == projective_update(p, w).w.tolist() == w.tolist()


def test_the_projective_update_needs_the_forgotten_rows_alone(rng) -> None:
    """Sum convention: w - A_F^+ (I - K W)^-1 K phi'_F with K = A_F H_D^-1 A_F'."""
    p = problem(rng, normalisation="sum", ridge=3.0)
    w = minimise(p.original()).w
    a = (p.labels[:, None] * p.features)[p.forget]
    k = a @ np.linalg.inv(p.original().hessian(w)) @ a.T
    weights, slopes = np.diag(p.loss.curvature(a @ w)), p.loss.derivative(a @ w)
    moved = np.linalg.solve(np.eye(3) - k @ weights, k @ slopes)
    assert np.allclose(projective_update(p, w).w, w + np.linalg.pinv(a) @ moved, rtol=1e-9)


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_rows_that_span_the_space(rng, normalisation) -> None:
    p = problem(rng, normalisation=normalisation, forget=12, offset=rng.normal(size=50))
    w, oracle = minimise(p.original()).w, minimise(p.oracle())
    assert np.allclose(projective_update(p, w).w, newton_removal(p, w), rtol=1e-9)
    found = subspace_oracle(p, w)
    assert np.linalg.norm(found.w - oracle.w) <= found.sensitivity + oracle.radius
    # retraining in disguise: no cheaper
    assert found.passes > minimise(p.oracle(), w).passes * np.mean(~p.forget)


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
@pytest.mark.parametrize("unpenalised", [(), (5,), (0, 2)])
def test_the_subspace_oracle_is_the_best_of_its_subspace(rng, normalisation, unpenalised) -> None:
    p = problem(rng, normalisation=normalisation, unpenalised=unpenalised, forget=2)
    w, oracle, objective = minimise(p.original()).w, minimise(p.oracle()).w, p.oracle()
    found = subspace_oracle(p, w)
    rows = (p.labels[:, None] * p.features)[p.forget].T
    mean = normalisation == "mean"
    span = np.column_stack([rows, objective.ridge_diagonal * w]) if mean else rows
    span = np.column_stack(
        [np.linalg.solve(objective.hessian(w), span), *np.eye(6)[list(unpenalised)]]
    )
    best = minimize(
        lambda v: float(objective.value(w + span @ v)),
        np.zeros(span.shape[1]),
        jac=lambda v: span.T @ objective.gradient(w + span @ v),
        tol=1e-13,
    )
    assert np.allclose(found.w, w + span @ best.x, atol=1e-5)
    newton, own, none = (
        float(excess_risk(objective, v, oracle)) for v in (newton_removal(p, w), found.w, w)
    )
    assert own <= newton + 1e-15 and newton < none
    assert found.sensitivity == np.inf or found.w.size == span.shape[1]
    if not unpenalised:
        assert np.linalg.norm(found.w - oracle) <= certificate(p, found.w) + 1e-9


def test_a_low_rank_request_costs_less_than_retraining(rng) -> None:
    p = problem(rng, n=400, d=60, forget=1, normalisation="sum", ridge=1.0)
    w = minimise(p.original()).w
    one, two = subspace_oracle(p, w), minimise(p.oracle(), w)
    # a Newton step, and next to nothing for the solves in one column
    assert one.passes < (1 + 1 + 60 / 25 + 0.6) * 399 / 400
    assert one.passes < 0.6 * two.passes


def test_costs_by_hand(rng, monkeypatch) -> None:
    """d = 6, 3 of 50 rows: a Hessian is 1 + 6/25 passes over its rows."""
    p = problem(rng, normalisation="sum")
    w, hessian = minimise(p.original()).w, 1 + 6 / 25
    newton = 47 / 50 * (1 + hessian)
    assert projective_update(p, w).passes == pytest.approx(newton + 3 / 50 * hessian)
    assert rescaled_influence(p, w).passes == pytest.approx(1 + hessian + 3 / 50 * hessian)
    assert influence_step(p, w).passes == pytest.approx(47 / 50 + hessian)
    # three columns: forming them, and the solver's passes over half of the columns
    solved = []

    def kept(*given):
        solved.append(minimise(*given))
        return solved[-1]

    monkeypatch.setattr(subspace, "minimise", kept)
    cost = subspace_oracle(p, w).passes
    inside = solved[0].passes * 3 / 6
    assert cost == pytest.approx(newton + 47 / 50 * (3 / 2 + inside) + 3 / 50 * hessian)
