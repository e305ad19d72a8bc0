"""An objective on a subspace against finite differences, exact sums and the whole objective."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.restricted import Restricted
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve.optimum import minimise
from tests.strategies import seeds


def restricted(
    seed: int, by_products: bool = False, free: bool = False
) -> tuple[Restricted, Array]:
    """An objective of 12 weights on 1 to 11 directions, and a point of it."""
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((20, 4)), rng.integers(0, 3, 20)
    problem = SoftmaxProblem(
        x, y, np.arange(20) < 5, ridge=0.1, label_values=range(3),
        unpenalised=(3,) if free else (),
    )  # fmt: skip
    k = int(rng.integers(1, 12))
    basis = np.linalg.qr(rng.standard_normal((12, k)))[0]
    made = Restricted(problem.original(), basis, rng.standard_normal(12), by_products)
    return made, rng.standard_normal(k)


@given(seeds, st.booleans(), st.booleans())
def test_derivatives(seed: int, by_products: bool, free: bool) -> None:
    made, u = restricted(seed, by_products, free)
    v, h = np.random.default_rng(seed).standard_normal(len(u)), 1e-5
    first = (made.value(u + h * v) - made.value(u - h * v)) / (2 * h)
    second = (made.gradient(u + h * v) - made.gradient(u - h * v)) / (2 * h)
    assert first == pytest.approx(float(made.gradient(u) @ v), rel=1e-6, abs=1e-7)
    assert np.allclose(second, made.hessian(u) @ v, rtol=1e-6, atol=1e-7)
    assert np.allclose(made.hessian_vector(u, v), made.hessian(u) @ v, rtol=1e-11, atol=1e-13)
    assert made.dimension == len(u) and made.convex and made.rows == 20


@given(seeds, st.booleans())
def test_bounds_hold(seed: int, by_products: bool) -> None:
    """Rounding against sums in extended precision; curvature and its change against samples."""
    made, u = restricted(seed, by_products)
    wide, q = np.longdouble, made.basis.astype(np.longdouble)
    at = made.base.astype(wide) + q @ u.astype(wide)
    inner = made.objective
    assert isinstance(inner, SoftmaxObjective)
    w = inner.matrix(at.astype(float)).astype(wide)
    logits = w @ inner.features.T.astype(wide) + (
        (at - at.astype(float)).reshape(3, 4) @ inner.features.T.astype(wide)
    )
    pi = np.exp(logits - logits.max(axis=0))
    pi /= pi.sum(axis=0)
    slopes = pi.copy()
    slopes[inner.classes, np.arange(20)] -= 1
    total = (inner.coefficients * slopes) @ inner.features.astype(wide)
    exact = q.T @ (total.ravel() + wide(inner.ridge) * at)
    assert np.linalg.norm((made.gradient(u) - exact).astype(float)) <= made.gradient_error(u)
    blocks = np.einsum("ki,kl->kli", pi, np.eye(3)) - pi[:, None] * pi[None]
    whole = np.einsum(
        "i,kli,ia,ib->kalb", inner.coefficients, blocks, inner.features, inner.features
    ).reshape(12, 12) + wide(inner.ridge) * np.eye(12)
    off = (made.hessian(u) - q.T @ whole @ q).astype(float)
    assert np.linalg.norm(off, 2) <= made.hessian_error(u)
    hessian = made.hessian(u)
    assert np.linalg.eigvalsh(hessian)[-1] <= made.curvature_bound()
    assert np.linalg.eigvalsh(hessian)[0] >= made.ridge_diagonal.min() * (1 - 1e-12)
    data = made.gradient(u) - made.basis.T @ inner.ridge_gradient(made.at(u))
    assert np.linalg.norm(data) <= made.gradient_scale()
    assert np.all(np.abs(data) <= made.slope_sizes())
    step = 0.1 * np.random.default_rng(seed).standard_normal(len(u))
    change = np.linalg.norm(made.hessian(u + step) - hessian, 2)
    reach = float(np.linalg.norm(step))
    assert change <= reach * made.hessian_lipschitz(u, reach)


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize("by_products", [False, True])
def test_the_minimiser_is_certified(free: bool, by_products: bool) -> None:
    for seed in range(10):
        made, _ = restricted(seed, by_products, free)
        found = minimise(made)
        closer = minimise(made, found.w, tolerance=1e-14)
        assert found.converged and np.linalg.norm(found.w - closer.w) <= found.radius
        whole = minimise(made.objective)
        everything = Restricted(made.objective, np.eye(12), np.ones(12), by_products)
        reached = everything.at(minimise(everything).w)
        assert np.allclose(reached, whole.w, atol=1e-8)
