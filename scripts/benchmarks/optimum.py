"""Time the certified oracle against scikit-learn's newton-cholesky, lbfgs and newton-cg.

Interleaved runs on one BLAS thread.  The medians of process time are compared as ratios within
one run, because absolute times of a shared machine say little; wall time stands beside ours.
Every ratio comes with the gradient norm that the peer reached, and where that is ten times ours
or more with the ratio to our time to the peer's norm.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.linalg import LinAlgWarning
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.optimum import minimise

SIZES = (
    (569, 30),
    (2000, 20),
    (20_000, 50),
    (100_000, 100),
    (500_000, 20),
    (2000, 500),
    (5000, 1000),
    (300, 2000),
)
RIDGES = (1e-2, 1e-4, 1e-6, 1e-8)
PEERS = ("newton-cholesky", "lbfgs", "newton-cg")
PATIENCE = 20.0
"""Seconds after which a peer's first run is its only one."""


def problem(n: int, d: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian features and labels of a noisy linear rule."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, d))
    labels = np.where(features @ rng.normal(size=d) + rng.normal(size=n) > 0, 1.0, -1.0)
    return features, labels


def seconds(job: Callable[[], object]) -> tuple[float, float]:
    """Process time and wall-clock time of one call."""
    wall, process = time.perf_counter(), time.process_time()
    job()
    return time.process_time() - process, time.perf_counter() - wall


def compare(n: int, d: int, ridge: float, repeats: int, seed: int, names: list[str]) -> None:
    """Print one line: the medians of ours, and the peers' medians over it."""
    features, labels = problem(n, d, seed)
    objective = Objective(labels[:, None] * features, np.full(n, 1.0 / n), ridge)
    peers = {
        solver: LogisticRegression(
            C=1.0 / (n * ridge), fit_intercept=False, solver=solver, tol=1e-10, max_iter=5000
        )
        for solver in names
        # forms and factorises a Hessian of d x d at every step: minutes where d is in the thousands
        if not (solver == "newton-cholesky" and d > 1000)
    }
    jobs = {name: partial(peer.fit, features, labels) for name, peer in peers.items()}
    times: dict[str, list[tuple[float, float]]] = {"ours": [], **{name: [] for name in peers}}
    for _ in range(repeats):
        for name, job in {"ours": partial(minimise, objective), **jobs}.items():
            if not times[name] or times[name][0][1] < PATIENCE:
                times[name].append(seconds(job))
    optimum = minimise(objective)
    norms = {
        name: float(np.linalg.norm(objective.gradient(peer.coef_[0])))
        for name, peer in peers.items()
    }
    scale = min(1.0, float(objective.gradient_scale()))
    short = {name: norm for name, norm in norms.items() if norm > 10.0 * 1e-10 * scale}
    for name, norm in short.items():
        job = partial(minimise, objective, tolerance=norm / scale)
        times[f"as {name}"] = [seconds(job) for _ in range(repeats)]
    medians = {name: np.median(values, axis=0) for name, values in times.items()}
    ours, wall = medians["ours"]
    line = f"{n:>6} x {d:<4} {ridge:.0e}  ours {1e3 * ours:9.2f} ms (wall {1e3 * wall:9.2f})"
    line += f" {optimum.status.name:<9} gradient {optimum.gradient_norm:.0e}"
    line += f" radius {optimum.radius:.0e}"
    for name, norm in norms.items():
        line += f"   {name} {medians[name][0] / ours:5.1f}x ({norm:.0e}"
        if name in short:
            line += f", to that {medians[name][0] / medians[f'as {name}'][0]:.1f}x"
        line += ")"
    print(line, flush=True)


def main() -> None:
    """Run the sizes and ridges that are asked for, by default all of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--repeats", type=int, default=11, help="a third of it for large data")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sizes", nargs="*", default=[f"{n}x{d}" for n, d in SIZES])
    parser.add_argument("--ridges", nargs="*", type=float, default=RIDGES)
    parser.add_argument("--peers", nargs="*", default=PEERS, choices=PEERS)
    options = parser.parse_args()
    # peers that stop short of 1e-10 say so; the gradient norm is printed
    warnings.simplefilter("ignore", ConvergenceWarning)
    warnings.simplefilter("ignore", LinAlgWarning)
    print("process time: a peer's median / ours; in brackets the gradient norm it reaches")
    with threadpool_limits(1):
        for n, d in (map(int, size.split("x")) for size in options.sizes):
            repeats = options.repeats if n * d < 5e5 else max(3, options.repeats // 3)
            for ridge in options.ridges:
                compare(n, d, ridge, repeats, options.seed, options.peers)


if __name__ == "__main__":
    main()
