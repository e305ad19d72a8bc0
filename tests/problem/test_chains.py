"""Chains: what they refuse, what solver and certificates ask of their objective."""

from __future__ import annotations

import numpy as np
import pytest

from logreg_unlearn.problem.chain_objective import ChainObjective
from logreg_unlearn.problem.chains import Chains
from logreg_unlearn.problem.messages import pass_messages, settle
from logreg_unlearn.solve.optimum import minimise

GOOD = {
    "features": np.ones((4, 3, 2)), "labels": np.ones((4, 3)),
    "forget": np.arange(4) < 1, "coupling": 0.5, "ridge": 0.1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"features": np.ones((4, 3))}, r"features of shape \(n, T >= 2, d\), got \(4, 3\)"),
        ({"features": np.ones((4, 1, 2))}, r"features of shape \(n, T >= 2, d\)"),
        ({"features": np.full((4, 3, 2), np.nan)}, "features"),
        ({"labels": np.ones((4, 2))}, r"labels of shape \(4, 3\), got \(4, 2\)"),
        ({"labels": np.zeros((4, 3))}, "labels"),
        ({"forget": np.zeros(4, dtype=bool)}, "forget"),
        ({"coupling": 5.0}, r"a coupling in \[-4, 4\], got 5.0"),
        ({"coupling": np.nan}, r"a coupling in \[-4, 4\], got nan"),
        ({"ridge": 0.0}, "ridge"),
    ],
)
def test_what_is_no_problem_is_refused(wrong, message):
    with pytest.raises(ValueError, match=rf"^expected .*{message}"):
        Chains(**(GOOD | wrong))


def sample(seed: int, coupling: float) -> tuple[ChainObjective, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = np.where(rng.random((5, 4)) < 0.5, -1.0, 1.0)
    signed = rng.normal(size=5)
    return ChainObjective(rng.normal(size=(5, 4, 3)), labels, signed, coupling, 0.1), rng.normal(
        size=3
    )


@pytest.mark.parametrize("coupling", [-2.5, 0.0, 0.4, 4.0])
def test_messages_settle_whatever_the_coupling(coupling):
    scores = np.random.default_rng(0).normal(size=(3, 5)) * 5
    settled = settle(scores, coupling)
    again = settle(scores, coupling, np.full(settled.shape, 3.0))
    assert np.abs(pass_messages(scores, settled, coupling) - settled).max() < 1e-13
    np.testing.assert_allclose(again, settled, atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_derivatives_and_bounds_on_them(seed):
    objective, w = sample(seed, [0.7, -0.7, 0.0, 1.5][seed])
    h, units = 1e-5, np.eye(3)
    ahead = [(objective.value(w + h * e) - objective.value(w - h * e)) / (2 * h) for e in units]
    across = np.array([(objective.gradient(w + h * e) - objective.gradient(w - h * e)) / (2 * h)
                       for e in units])  # fmt: skip
    np.testing.assert_allclose(objective.gradient(w), ahead, atol=1e-8)
    hessian = objective.hessian(w)
    np.testing.assert_allclose(hessian, across, atol=1e-8)
    np.testing.assert_allclose(objective.hessian_vector(w, units[1]), hessian[1], atol=1e-13)
    assert np.linalg.norm(hessian, 2) <= objective.curvature_bound()
    slopes = objective.gradient(w) - 0.1 * w
    assert np.all(np.abs(slopes) <= objective.slope_sizes())
    assert np.linalg.norm(slopes) <= objective.gradient_scale()
    assert abs(objective.value(w)) <= objective.magnitude(w)
    there = w + 0.3 * units[0]
    change = np.linalg.norm(objective.hessian(there) - hessian, 2)
    assert change <= 0.3 * objective.hessian_lipschitz(w, 0.3)
    assert not objective.convex and objective.rows == 20


def test_the_gradient_error_counts_messages_that_have_not_settled():
    objective, w = sample(1, 1.0)
    exact = objective.gradient(w)
    assert objective.gradient_error(w) < 1e-11
    far = np.full((5, 3, 2), 1.0)

    class Unsettled(ChainObjective):
        def settled(self, w):
            return self.features @ w, far

    lazy = Unsettled(objective.features, objective.labels, objective.coefficients, 1.0, 0.1)
    error = np.linalg.norm(lazy.gradient(w) - exact)
    assert 1e-3 < error <= lazy.gradient_error(w)
    moved = np.linalg.norm(lazy.hessian(w) - objective.hessian(w), 2)
    assert 1e-3 < moved <= lazy.hessian_error(w) and objective.hessian_error(w) < 1e-8


def test_minima_are_certified_convex_or_not():
    rng = np.random.default_rng(5)
    labels = np.where(rng.random((12, 4)) < 0.5, -1.0, 1.0)
    problem = Chains(rng.normal(size=(12, 4, 2)), labels, np.arange(12) < 4, 0.5, 0.05)
    for objective in (problem.original(), problem.oracle(), problem.descent_ascent()):
        found = minimise(objective)
        assert found.converged and found.radius < 1e-6
        assert np.linalg.norm(objective.gradient(found.w)) < 1e-8
