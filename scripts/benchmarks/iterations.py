"""Time descent-ascent steps against a plain NumPy loop and a jitted JAX scan.

Interleaved runs on one core (XLA takes a second one if it may); JAX (extra ``bench``) is left
out where it is not installed.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run

SIZES = ((200, 2, 100_000), (2000, 20, 20_000), (20_000, 50, 3_000))
Job = Callable[[], object]


def plain(objective: Objective, start: np.ndarray, step_size: float, steps: int) -> np.ndarray:
    """Descend with the objective's own gradient, one call a step."""
    w = start.copy()
    for _ in range(steps):
        w -= step_size * objective.gradient(w)
    return w


def jax_scan(objective: Objective, start: np.ndarray, step_size: float, steps: int) -> Job | None:
    """Compile the same steps as a JAX scan in double precision; None without JAX."""
    try:
        import jax
        import jax.numpy as jnp
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)
    rows, c = jnp.asarray(objective.signed_features), jnp.asarray(objective.coefficients)

    def step(w: Any, _: None) -> tuple[Any, None]:
        slopes = -c / (1.0 + jnp.exp(rows @ w))
        return w - step_size * (slopes @ rows + objective.ridge * w), None

    scan = jax.jit(lambda w: jax.lax.scan(step, w, None, length=steps)[0])
    first = jnp.asarray(start)
    scan(first).block_until_ready()
    return lambda: scan(first).block_until_ready()


def compare(n: int, d: int, steps: int, repeats: int, seed: int) -> None:
    """Print one line: our steps per second and the peers' times over ours."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, d))
    labels = np.where(features @ rng.normal(size=d) + rng.normal(size=n) > 0, 1.0, -1.0)
    problem = UnlearningProblem(features, labels, np.arange(n) < n // 5, ridge=1e-2)
    oracle, start = minimise(problem.oracle()), minimise(problem.original()).w
    method = simultaneous()
    # a negative tolerance never stops early: every run takes all its steps
    known = run(method, problem, start, steps=1, oracle=oracle, tolerance=-1.0)
    size, objective = known.step_size, problem.descent_ascent()
    jobs: dict[str, Job] = {
        "ours": lambda: run(
            method, problem, start, steps=steps, step_size=size, oracle=oracle, tolerance=-1.0
        ),
        "plain NumPy": lambda: plain(objective, start, size, max(steps // 10, 1)),
    }
    if compiled := jax_scan(objective, start, size, steps):
        jobs["JAX scan"] = compiled
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(repeats):
        for name, job in jobs.items():
            begin = time.perf_counter()
            job()
            taken = steps if name != "plain NumPy" else max(steps // 10, 1)
            times[name].append((time.perf_counter() - begin) / taken)
    medians = {name: float(np.median(values)) for name, values in times.items()}
    line = f"{n:>6} x {d:<3} {1.0 / medians['ours']:>10,.0f} steps/s"
    for name in list(jobs)[1:]:
        line += f"   {name} {medians[name] / medians['ours']:5.2f}x our time"
    print(line, flush=True)


def main() -> None:
    """Run the three sizes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    os.environ["OMP_NUM_THREADS"] = "1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with threadpool_limits(1):
        for n, d, steps in SIZES:
            compare(n, d, steps, options.repeats, options.seed)


if __name__ == "__main__":
    main()
