"""Time the certified oracle against scikit-learn's newton-cholesky and lbfgs.

Interleaved runs on one BLAS thread; the medians are compared as ratios within one run, because
absolute times of a shared machine say little.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.optimum import minimise

SIZES = ((569, 30), (2000, 20), (20_000, 50), (100_000, 100))
RIDGE = 1e-3


def problem(n: int, d: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian features and labels of a noisy linear rule."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, d))
    labels = np.where(features @ rng.normal(size=d) + rng.normal(size=n) > 0, 1.0, -1.0)
    return features, labels


def seconds(job: Callable[[], object]) -> float:
    """Wall-clock time of one call."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def compare(n: int, d: int, repeats: int, seed: int) -> None:
    """Print one line: the median of ours, and the peers' medians over it."""
    features, labels = problem(n, d, seed)
    objective = Objective(labels[:, None] * features, np.full(n, 1.0 / n), RIDGE)
    peers = {
        solver: LogisticRegression(
            C=1.0 / (n * RIDGE), fit_intercept=False, solver=solver, tol=1e-10, max_iter=5000
        )
        for solver in ("newton-cholesky", "lbfgs")
    }
    times: dict[str, list[float]] = {"ours": [], **{name: [] for name in peers}}
    for _ in range(repeats):
        times["ours"].append(seconds(partial(minimise, objective)))
        for name, peer in peers.items():
            times[name].append(seconds(partial(peer.fit, features, labels)))
    optimum = minimise(objective)
    medians = {name: float(np.median(values)) for name, values in times.items()}
    line = f"{n:>7} x {d:<4} ours {1e3 * medians['ours']:8.2f} ms"
    line += f" (gradient {optimum.gradient_norm:.0e}, radius {optimum.radius:.0e})"
    for name, peer in peers.items():
        norm = float(np.linalg.norm(objective.gradient(peer.coef_[0])))
        line += f"   {name} {medians[name] / medians['ours']:5.1f}x ({norm:.0e})"
    print(line, flush=True)


def main() -> None:
    """Run the four sizes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--repeats", type=int, default=11)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)  # lbfgs stops short of 1e-10; printed
    print("peer's median time / ours; in brackets the gradient norm each reaches")
    with threadpool_limits(1):
        for n, d in SIZES:
            repeats = options.repeats if n * d < 1e6 else max(3, options.repeats // 3)
            compare(n, d, repeats, options.seed)


if __name__ == "__main__":
    main()
