"""Time the certified softmax oracle against scikit-learn's newton-cholesky, newton-cg and lbfgs.

Interleaved runs on one BLAS thread, medians of process time, as ``optimum.py``; every peer's ratio
comes with the gradient norm that it reached, and where that is ten times ours or more with the
ratio to our time to the peer's norm.
"""

from __future__ import annotations

import argparse
import warnings
from functools import partial

import numpy as np
from optimum import PEERS, seconds  # type: ignore[import-not-found]
from scipy.linalg import LinAlgWarning
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve.optimum import minimise

DATA = ("digits", "pixels", "gaussian")
TOLERANCE = 1e-10


def draw(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Digits with standardised columns, digits as pixels from 0 to 1, or Gaussian features."""
    if name == "gaussian":
        rng = np.random.default_rng(0)
        features, weights = rng.standard_normal((20_000, 30)), rng.standard_normal((30, 5))
        labels = (features @ weights + 2.0 * rng.gumbel(size=(20_000, 5))).argmax(axis=1)
        return features, labels
    features, labels = load_digits(return_X_y=True)
    if name == "pixels":
        return features / 16.0, labels
    return (features - features.mean(axis=0)) / np.maximum(features.std(axis=0), 1e-9), labels


def compare(name: str, C: float, repeats: int) -> None:
    """Print one line: the median of ours, and the peers' medians over it."""
    features, labels = draw(name)
    count = int(labels.max()) + 1
    objective = SoftmaxObjective(features, labels, count, np.ones(len(labels)), 1.0 / C)
    peers = {
        solver: LogisticRegression(
            C=C, fit_intercept=False, solver=solver, tol=TOLERANCE, max_iter=5000
        )
        for solver in PEERS
    }
    jobs = {solver: partial(peer.fit, features, labels) for solver, peer in peers.items()}
    jobs["ours"] = partial(minimise, objective, tolerance=TOLERANCE)
    for job in jobs.values():  # norms, and imports out of the way
        job()
    norms = {
        solver: float(np.linalg.norm(objective.gradient(peer.coef_.ravel())))
        for solver, peer in peers.items()
    }
    for solver, norm in norms.items():
        if norm > 10.0 * TOLERANCE:
            jobs[f"as {solver}"] = partial(minimise, objective, tolerance=norm)
    times = {job: np.empty(repeats) for job in jobs}
    for k in range(repeats):
        for job, call in jobs.items():
            times[job][k] = seconds(call)[0]
    median = {job: float(np.median(values)) for job, values in times.items()}
    found = minimise(objective, tolerance=TOLERANCE)
    line = f"{name:<9} C={C:<5g} ours {1e3 * median['ours']:7.1f} ms {found.status.name}"
    line += f" gradient {found.gradient_norm:.0e} radius {found.radius:.0e}"
    for solver, norm in norms.items():
        line += f"   {solver} {median[solver] / median['ours']:4.1f}x ({norm:.0e}"
        if f"as {solver}" in median:
            line += f", to that {median[solver] / median[f'as {solver}']:.1f}x"
        line += ")"
    print(line, flush=True)


def main() -> None:
    """Run the data and the strengths that are asked for, by default all of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--data", nargs="*", default=DATA, choices=DATA)
    parser.add_argument("--C", nargs="*", type=float, default=(0.01, 1.0, 100.0))
    options = parser.parse_args()
    # peers that stop short of 1e-10 say so; the gradient norm is printed
    warnings.simplefilter("ignore", ConvergenceWarning)
    warnings.simplefilter("ignore", LinAlgWarning)
    print("process time: a peer's median / ours; in brackets the gradient norm it reaches")
    with threadpool_limits(1):
        for name in options.data:
            for strength in options.C:
                compare(name, strength, options.repeats)


if __name__ == "__main__":
    main()
