"""Other solvers of the oracle's problem, each as its user would call it.

All minimise ``mean log(1 + exp(-y x'w)) + ridge/2 ||w||^2`` to a gradient of 1e-10, or as far as
they let their user ask.
"""

from __future__ import annotations

from collections.abc import Callable

from _timing import peer

import numpy as np

Fit = Callable[[], np.ndarray]
"""Solves from scratch and returns the weights."""

STEPS = 5000
TOLERANCE = 1e-10


def solvers(features: np.ndarray, labels: np.ndarray, ridge: float) -> dict[str, Fit]:
    """Return the fits of the peers that are installed."""
    found: dict[str, Fit] = {}
    for add in (_sklearn, _scipy, _glum, _statsmodels):
        found |= add(features, labels, ridge)
    return found


def _sklearn(features: np.ndarray, labels: np.ndarray, ridge: float) -> dict[str, Fit]:
    linear = peer("sklearn.linear_model")
    if linear is None:
        return {}
    n, d = features.shape

    def fit(solver: str) -> Fit:
        model = linear.LogisticRegression(
            C=1.0 / (n * ridge), fit_intercept=False, solver=solver, tol=TOLERANCE, max_iter=STEPS
        )
        return lambda: np.asarray(model.fit(features, labels).coef_[0])

    # forms and factorises a Hessian of d x d at every step: minutes where d is in the thousands
    names = ("newton-cholesky", "lbfgs", "newton-cg")[d > 1000 :]
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
