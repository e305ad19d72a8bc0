"""Removals of more than two classes: of two they are the binary ones at half the ridge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from logreg_unlearn.assess.distance import excess_risk
from logreg_unlearn.assess.margins import margins
from logreg_unlearn.problem.losses import LOGISTIC, Array
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.testing import check_method
from logreg_unlearn.unlearn.batched import stack
from logreg_unlearn.unlearn.removal import REMOVALS, newton_removal, subspace
from logreg_unlearn.unlearn.removal.certified import certified_removal
from logreg_unlearn.unlearn.removal.influence import influence_step, rescaled_influence
from logreg_unlearn.unlearn.removal.result import Removal, certificate, hessian_passes
from logreg_unlearn.unlearn.removal.subspace import projective_update, subspace_oracle

BY_ROWS = (rescaled_influence, projective_update, subspace_oracle)
OPTIONS: tuple[dict[str, Any], ...] = (
    {}, {"normalisation": "sum", "ridge": 3.0}, {"unpenalised": (1,)},
    {"normalisation": "sum", "ridge": 3.0, "unpenalised": (1, 3)},
)  # fmt: skip


def of_two(binary: UnlearningProblem) -> SoftmaxProblem:
    """The same problem by softmax: twice the ridge, the offset at the second class."""
    offset = binary.offset
    return SoftmaxProblem(
        binary.features, binary.labels, binary.forget, ridge=2.0 * binary.ridge,
        weights=binary.weights, normalisation=binary.normalisation,
        unpenalised=binary.unpenalised, label_values=(-1.0, 1.0),
        offset=None if offset is None else np.column_stack([np.zeros(len(offset)), offset]),
    )  # fmt: skip


def both(w: Array) -> Array:
    return np.concatenate([-0.5 * w, 0.5 * w])


def by_softmax(
    remove: Callable[[Any, Array], Removal],
) -> Callable[[UnlearningProblem, Array], Array]:
    """A removal of two classes that goes by way of softmax, where there is one of the loss."""

    def removed(problem: UnlearningProblem, w: Array) -> Array:
        if problem.loss is not LOGISTIC:
            return remove(problem, w).w
        first, second = remove(of_two(problem), both(w)).w.reshape(2, -1)
        return np.asarray(second - first)

    return removed


def binary(rng: np.random.Generator, forget: int = 6, **options: Any) -> UnlearningProblem:
    features = rng.normal(size=(50, 5))
    labels = np.where(features[:, 0] + rng.normal(size=50) > 0, 1.0, -1.0)
    extras = dict(weights=rng.uniform(0.5, 2.0, 50), offset=rng.normal(size=50))
    return UnlearningProblem(
        features, labels, np.arange(50) < forget, **(dict(ridge=0.1) | extras | options)
    )


def classes(
    rng: np.random.Generator, n: int = 60, d: int = 4, count: int = 4, forget: int = 6,
    **options: Any,
) -> SoftmaxProblem:  # fmt: skip
    x = rng.standard_normal((n, d))
    y = (x @ rng.standard_normal((d, count)) + rng.gumbel(size=(n, count))).argmax(axis=1)
    y[-count:] = np.arange(count)
    return SoftmaxProblem(x, y, np.arange(n) < forget, **({"ridge": 0.1} | options))


def dressed(rng: np.random.Generator, **options: Any) -> SoftmaxProblem:
    extras = dict(weights=rng.uniform(0.5, 2.0, 60), offset=rng.normal(size=(60, 4)))
    return classes(rng, **extras, **options)


@pytest.mark.parametrize("remove", BY_ROWS)
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("forget", [1, 2, 20])
def test_two_classes_have_the_binary_removal(rng, remove, options, forget) -> None:
    p = binary(rng, forget, **options)
    w = minimise(p.original(), tolerance=1e-13).w
    theirs, ours = remove(p, w).w, remove(of_two(p), both(w)).w.reshape(2, -1)
    assert np.linalg.norm(theirs - w) > 1e-3
    assert np.allclose(ours[1] - ours[0], theirs, rtol=0, atol=1e-8)
    assert np.allclose(ours.sum(axis=0), 0.0, atol=1e-10)


def test_conformance() -> None:
    for remove in BY_ROWS:
        check_method(by_softmax(remove), reaches_oracle=remove is subspace_oracle)


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_of_one_row_the_rescaled_influence_is_the_newton_step(rng, normalisation) -> None:
    p = dressed(rng, forget=1, normalisation=normalisation)
    # anywhere, not only at the original
    for w in (minimise(p.original()).w, 0.3 * rng.normal(size=16)):
        step = newton_removal(p, w)
        assert np.allclose(rescaled_influence(p, w).w, step, rtol=1e-9, atol=1e-11)
        assert np.linalg.norm(influence_step(p, w).w - step) > 1e-5 * np.linalg.norm(step - w)


def test_a_row_twice_is_one_of_twice_the_weight(rng) -> None:
    p = classes(rng, forget=1, normalisation="sum", ridge=2.0)
    twice = SoftmaxProblem(
        np.vstack([p.features[:1], p.features]), np.append(p.labels[:1], p.labels),
        np.arange(61) < 2, ridge=2.0, normalisation="sum",
    )  # fmt: skip
    w = minimise(twice.original()).w
    assert np.allclose(rescaled_influence(twice, w).w, newton_removal(twice, w), rtol=1e-9)


def test_of_a_set_each_row_has_its_own_block_of_leverage(rng) -> None:
    """Sum convention, by hand: sum over F of J' (I - S L)^-1 s."""
    p = classes(rng, normalisation="sum", ridge=2.0)
    w = minimise(p.original()).w
    inverse, moved = np.linalg.inv(p.original().hessian(w)), np.zeros(16)
    for row, label in zip(p.features[:6], p.classes[:6], strict=True):
        spread = np.kron(np.eye(4), row)
        pi = np.exp(spread @ w)
        pi /= pi.sum()
        bend = np.diag(pi) - np.outer(pi, pi)
        rest = np.eye(4) - bend @ spread @ inverse @ spread.T
        moved += spread.T @ np.linalg.solve(rest, pi - np.eye(4)[label])
    found = rescaled_influence(p, w).w
    assert np.allclose(found, w + inverse @ moved - inverse @ p.original().gradient(w), rtol=1e-9)


def test_a_row_with_all_the_leverage_is_refused(rng) -> None:
    features = rng.normal(size=(20, 2))
    features[1:, 1] = 0.0
    p = SoftmaxProblem(features, np.arange(20) % 3, np.arange(20) < 1, ridge=0.1, unpenalised=(1,))
    with pytest.raises(ValueError, match="expected leverages below 1"):
        rescaled_influence(p, np.zeros(6))


def test_the_projective_update_needs_the_forgotten_rows_alone(rng) -> None:
    """Sum convention: w - J_F^+ (I - K S)^-1 K s with K = J_F H_D^-1 J_F', J_F all K logits."""
    p = classes(rng, d=6, count=3, forget=4, normalisation="sum", ridge=3.0)
    w = minimise(p.original()).w
    rows = np.vstack([np.kron(np.eye(3), row) for row in p.features[:4]])
    pi = np.exp(p.features[:4] @ p.class_weights(w).T)
    pi /= pi.sum(axis=1, keepdims=True)
    bend, slopes = np.zeros((12, 12)), (pi - np.eye(3)[p.classes[:4]]).ravel()
    for i, each in enumerate(pi):
        bend[3 * i : 3 * i + 3, 3 * i : 3 * i + 3] = np.diag(each) - np.outer(each, each)
    k = rows @ np.linalg.inv(p.original().hessian(w)) @ rows.T
    moved = np.linalg.solve(np.eye(12) - k @ bend, k @ slopes)
    assert np.allclose(projective_update(p, w).w, w + np.linalg.pinv(rows) @ moved, rtol=1e-8)


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
@pytest.mark.parametrize("unpenalised", [(), (3,), (0, 2)])
def test_the_subspace_oracle_is_the_best_of_its_subspace(rng, normalisation, unpenalised) -> None:
    p = dressed(rng, normalisation=normalisation, unpenalised=unpenalised, forget=3)
    w, oracle, objective = minimise(p.original()).w, minimise(p.oracle()).w, p.oracle()
    found = subspace_oracle(p, w)
    pi = np.exp(p.original().logits(w)[:, :3].T)
    pi /= pi.sum(axis=1, keepdims=True)
    slopes = pi - np.eye(4)[p.classes[:3]]
    span = [np.outer(s, x).ravel() for s, x in zip(slopes, p.features[:3], strict=True)]
    span += [objective.ridge_gradient(w)] if normalisation == "mean" else []
    whole = np.linalg.solve(objective.hessian(w), np.array(span).T)
    free = np.zeros((4, 4), dtype=bool)
    free[:, list(unpenalised)] = True
    whole = np.column_stack([whole, np.eye(16)[:, free.ravel()]])
    best = minimize(
        lambda v: float(objective.value(w + whole @ v)),
        np.zeros(whole.shape[1]),
        jac=lambda v: whole.T @ objective.gradient(w + whole @ v),
        tol=1e-13,
    )
    assert np.allclose(found.w, w + whole @ best.x, atol=1e-5)
    newton, own, none = (
        float(excess_risk(objective, v, oracle)) for v in (newton_removal(p, w), found.w, w)
    )
    assert own <= newton + 1e-15 and newton < none
    if not unpenalised:
        assert np.linalg.norm(found.w - oracle) <= certificate(p, found.w) + 1e-9


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
@pytest.mark.parametrize("unpenalised", [(), (3,)])
def test_rows_that_act_in_every_direction(rng, normalisation, unpenalised) -> None:
    """(K - 1) d of them are enough: retraining, with its certificate."""
    p = dressed(rng, normalisation=normalisation, unpenalised=unpenalised, forget=20, ridge=0.5)
    w, oracle = minimise(p.original()).w, minimise(p.oracle())
    assert np.allclose(projective_update(p, w).w, newton_removal(p, w), rtol=1e-9)
    found = subspace_oracle(p, w)
    assert np.linalg.norm(found.w - oracle.w) <= found.sensitivity + oracle.radius < 1e-6
    assert found.passes > minimise(p.oracle(), newton_removal(p, w)).passes * 2 / 3


def test_rows_of_zeros_take_nothing_along(rng) -> None:
    p = classes(rng, normalisation="sum")
    x = np.where(p.forget[:, None], 0.0, p.features)
    p = SoftmaxProblem(x, p.labels, p.forget, ridge=1.0, normalisation="sum")
    w = minimise(p.original()).w
    assert subspace_oracle(p, w).w.tolist() == projective_update(p, w).w.tolist() == w.tolist()


@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_every_removal_by_name_says_who_it_is_and_what_it_costs(rng, normalisation) -> None:
    p = dressed(rng, normalisation=normalisation, ridge=0.3 if normalisation == "mean" else 8.0)
    w, oracle = minimise(p.original()).w, minimise(p.oracle())
    for name, remove in REMOVALS.items():
        done = remove(p, w)
        assert done.method == name and f"{name}, " in repr(done)
        distance = np.linalg.norm(done.w - oracle.w)
        assert distance < 0.5 * np.linalg.norm(w - oracle.w), name
        assert distance <= min(done.sensitivity, certificate(p, done.w)) + oracle.radius, name
        assert 1.0 < done.passes < 60.0


@pytest.mark.parametrize("forget", [1, 10])
def test_costs_by_hand(rng, monkeypatch, forget) -> None:
    """p = 16, 60 rows: a Hessian by its formula, a product with it 1.5 passes."""
    p = classes(rng, forget=forget, normalisation="sum", ridge=2.0)
    w, hessian, gone = minimise(p.original()).w, 1 + 12 / 8 + 256 / 1200, forget / 60
    assert hessian_passes(p) == pytest.approx(hessian)
    newton = (1 - gone) * (1 + hessian)
    assert projective_update(p, w).passes == pytest.approx(newton + gone * (1 + 4 / 25))
    # the inverse's columns: those of the forgotten rows' logits where they are fewer
    leverages = gone * hessian + 0.3 * min(4 * forget, 16) * 16 / 60
    assert rescaled_influence(p, w).passes == pytest.approx(1 + hessian + leverages)
    solved = []

    def kept(*given):
        solved.append((given[0], minimise(*given)))
        return solved[-1][1]

    monkeypatch.setattr(subspace, "minimise", kept)
    cost, (within, found) = subspace_oracle(p, w).passes, solved[0]
    assert within.dimension == forget and within.by_products == (forget == 1)
    each = 1 + min(1.5 * forget, hessian)
    inside = (found.iterations + 1) * each
    assert cost == pytest.approx((1 - gone) * (1 + hessian + inside) + gone * hessian)


@pytest.mark.parametrize("name", sorted(REMOVALS))
def test_weights_of_another_shape_are_named(rng, name: str) -> None:
    problem = dressed(rng)
    d = problem.oracle().dimension
    for bad, named in ((np.zeros(5), rf"of shape \({d},\)"), (np.full(d, np.nan), "finite")):
        with pytest.raises(ValueError, match=rf"^expected .*{named}"):
            REMOVALS[name](problem, bad)


def test_what_is_of_two_classes_says_so(rng) -> None:
    problem = dressed(rng)
    w = np.zeros(problem.oracle().dimension)
    with pytest.raises(ValueError, match="of two classes, got SoftmaxObjective"):
        certified_removal(problem, w, w)
    with pytest.raises(ValueError, match="of two classes, got SoftmaxObjective"):
        stack([problem.original()])  # type: ignore[list-item]
    with pytest.raises(ValueError, match=r"weights of shape \(..., \d+\), got \(5,\)"):
        margins(problem, np.zeros(5))
