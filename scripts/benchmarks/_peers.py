"""Certified optima beside other solvers of the same problem, each as its user would call it.

All are asked for a gradient norm of 1e-10, or for as little as they let their user ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from _timing import medians, peer, ratio

import numpy as np

from logreg_unlearn.problem.protocol import SmoothObjective
from logreg_unlearn.solve.optimum import minimise

Fit = Callable[[], np.ndarray]
"""Solves from scratch and returns the weights."""

TITLES = ("ours, ms (wall)", "status", "gradient", "radius")
SKLEARN = ("newton-cholesky", "lbfgs", "newton-cg")
OTHERS = ("trust-ncg", "L-BFGS-B", "glum", "statsmodels")
STEPS = 5000
TOLERANCE = 1e-10


def against(
    objective: SmoothObjective, fits: Mapping[str, Fit], names: Iterable[str], repeats: int
) -> list[str]:
    """Return the cells of :data:`TITLES` and of the peers ``names``.

    A peer's cell is its process time over ours, in brackets the gradient norm that it reached,
    and where that is ten times ours or more the ratio to our time to the peer's norm.
    """
    ends: dict[str, np.ndarray] = {}
    jobs = {name: partial(lambda name: ends.update({name: fits[name]()}), name) for name in fits}
    found = minimise(objective)
    times = medians({"ours": partial(minimise, objective), **jobs}, repeats)
    norms = {name: float(np.linalg.norm(objective.gradient(end))) for name, end in ends.items()}
    scale = min(1.0, float(objective.gradient_scale()))
    loose = {
        name: partial(minimise, objective, tolerance=norm / scale)
        for name, norm in norms.items()
        if norm > 10.0 * TOLERANCE * scale
    }
    to_that = medians(loose, repeats)
    ours, wall = times["ours"]
    cells = [
        f"{1e3 * ours:.2f} ({1e3 * wall:.2f})", found.status.name, f"{found.gradient_norm:.0e}",
        f"{found.radius:.0e}",
    ]  # fmt: skip
    for name in names:
        if name not in fits:
            cells.append("–")
            continue
        taken = times[name][0]
        equal = f"; to that {ratio(taken, to_that[name][0])}" if name in loose else ""
        cells.append(f"{ratio(taken, ours)} ({norms[name]:.0e}{equal})")
    return cells


def solvers(features: np.ndarray, labels: np.ndarray, ridge: float) -> dict[str, Fit]:
    """Return the fits of ``mean log(1 + exp(-y x'w)) + ridge/2 ||w||^2`` that are installed."""
    n, d = features.shape
    # newton-cholesky factorises a Hessian of d x d at every step: minutes with thousands
    found = sklearn(features, labels, 1.0 / (n * ridge), SKLEARN[d > 1000 :])
    for add in (_scipy, _glum, _statsmodels):
        found |= add(features, labels, ridge)
    return found


def sklearn(
    features: np.ndarray, labels: np.ndarray, C: float, names: Iterable[str] = SKLEARN
) -> dict[str, Fit]:
    """Return the fits of scikit-learn's solvers, of two classes or more."""
    linear = peer("sklearn.linear_model")
    if linear is None:
        return {}

    def fit(solver: str) -> Fit:
        model = linear.LogisticRegression(
            C=C, fit_intercept=False, solver=solver, tol=TOLERANCE, max_iter=STEPS
        )
        return lambda: np.asarray(model.fit(features, labels).coef_).ravel()

    return {name: fit(name) for name in names}


class _Loss:
    """Value, gradient and Hessian product in NumPy; the margins of a point are kept."""

    def __init__(self, features: np.ndarray, labels: np.ndarray, ridge: float) -> None:
        self.rows, self.ridge = labels[:, None] * features, ridge
        self.w = np.full(features.shape[1], np.nan)

    def value_and_gradient(self, w: np.ndarray) -> tuple[float, np.ndarray]:
        z = self.rows @ w
        small = np.exp(-np.abs(z))
        self.w, share = w.copy(), np.where(z > 0, small, 1.0) / (1.0 + small)
        self.weights = share * (1.0 - share) / len(z)
        value = np.mean(np.log1p(small) - np.minimum(z, 0.0)) + 0.5 * self.ridge * (w @ w)
        return value, self.ridge * w - share @ self.rows / len(z)

    def product(self, w: np.ndarray, vector: np.ndarray) -> np.ndarray:
        if not np.array_equal(w, self.w):
            self.value_and_gradient(w)
        return (self.weights * (self.rows @ vector)) @ self.rows + self.ridge * vector


def _scipy(features: np.ndarray, labels: np.ndarray, ridge: float) -> dict[str, Fit]:
    from scipy.optimize import minimize

    loss = _Loss(features, labels, ridge)

    def fit(method: str, **options: float) -> Fit:
        product = {"hessp": loss.product} if method == "trust-ncg" else {}
        return lambda: np.asarray(
            minimize(
                loss.value_and_gradient, np.zeros(features.shape[1]), jac=True, method=method,
                options={"gtol": TOLERANCE, "maxiter": STEPS, **options}, **product,
            ).x
        )  # fmt: skip

    return {"trust-ncg": fit("trust-ncg"), "L-BFGS-B": fit("L-BFGS-B", ftol=0.0, maxfun=10 * STEPS)}


def _glum(features: np.ndarray, labels: np.ndarray, ridge: float) -> dict[str, Fit]:
    glum = peer("glum")
    if glum is None:
        return {}
    model = glum.GeneralizedLinearRegressor(
        family="binomial", alpha=ridge, l1_ratio=0.0, fit_intercept=False,
        gradient_tol=TOLERANCE, max_iter=STEPS,
    )  # fmt: skip
    outcome = (labels > 0).astype(np.float64)
    return {"glum": lambda: np.asarray(model.fit(features, outcome).coef_)}


def _statsmodels(features: np.ndarray, labels: np.ndarray, ridge: float) -> dict[str, Fit]:
    models = peer("statsmodels.api")
    if models is None:
        return {}
    outcome = (labels > 0).astype(np.float64)

    def fit() -> np.ndarray:
        model = models.GLM(outcome, features, family=models.families.Binomial())
        return np.asarray(model.fit_regularized(alpha=ridge, L1_wt=0.0).params)

    return {"statsmodels": fit}
