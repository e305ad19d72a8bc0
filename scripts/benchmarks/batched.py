"""Time batches of small problems against a loop over their configurations and against `jax.vmap`.

Interleaved runs on one core; JAX (extra ``bench``) is left out where it is not installed.  A row
counts as often as its problem has distinct rows, for ``stack`` merges the equal ones.
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
from logreg_unlearn.unlearn.batched import descend, stack
from logreg_unlearn.unlearn.driver import run

SIZES = (
    (2, 1, 20_000), (4, 1, 20_000), (8, 2, 5_000), (20, 2, 2_000), (60, 3, 500), (200, 5, 200),
)  # fmt: skip
STEPS = 1_000
STEP_SIZE = 0.1


def problem(n: int, d: int, rng: np.random.Generator) -> UnlearningProblem:
    """Gaussian rows, half of which are to be forgotten."""
    labels = rng.choice([-1.0, 1.0], n)
    return UnlearningProblem(
        rng.normal(size=(n, d)), labels, np.arange(n) < n // 2, ridge=rng.uniform(0.1, 1.0)
    )


def jax_vmap(batch: Objective, start: np.ndarray) -> Callable[[], object] | None:
    """Compile the same steps, a scan of a batch, in double precision; None without JAX."""
    try:
        import jax
        import jax.numpy as jnp
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)
    rows, c = jnp.asarray(batch.signed_features), jnp.asarray(batch.coefficients)
    ridge, first = jnp.asarray(batch.ridge), jnp.asarray(start)

    def descend_one(rows: Any, c: Any, ridge: Any, w: Any) -> Any:
        def step(w: Any, _: None) -> tuple[Any, None]:
            slopes = -c / (1.0 + jnp.exp(rows @ w))
            return w - STEP_SIZE * (slopes @ rows + ridge * w), None

        return jax.lax.scan(step, w, None, length=STEPS)[0]

    compiled = jax.jit(jax.vmap(descend_one))
    compiled(rows, c, ridge, first).block_until_ready()
    return lambda: compiled(rows, c, ridge, first).block_until_ready()


def compare(n: int, d: int, count: int, repeats: int, seed: int) -> None:
    """Print one line: configurations times steps a second, and the loop's time over ours."""
    rng = np.random.default_rng(seed)
    problems = [problem(n, d, rng) for _ in range(count)]
    batch, start = stack([each.descent_ascent() for each in problems]), np.zeros((count, d))
    looped = [(each, minimise(each.oracle())) for each in problems[:10]]
    compiled = jax_vmap(batch, start)
    ours, loop, vmap = [], [], []
    for _ in range(repeats):
        begin = time.process_time()
        descend(batch, start, STEP_SIZE, steps=STEPS)
        ours.append((time.process_time() - begin) / (count * STEPS))
        begin = time.process_time()
        for each, oracle in looped:
            # a negative tolerance never stops early: every run takes all its steps
            run(
                simultaneous(), each, np.zeros(d), steps=STEPS, step_size=STEP_SIZE,
                oracle=oracle, tolerance=-1.0,
            )  # fmt: skip
        loop.append((time.process_time() - begin) / (len(looped) * STEPS))
        if compiled:
            begin = time.process_time()
            compiled()
            vmap.append((time.process_time() - begin) / (count * STEPS))
    seconds = float(np.median(ours))
    print(
        f"{count:>6} problems of {n:>2} x {d} {1e-6 / seconds:>7.1f} million steps/s   "
        f"loop {float(np.median(loop)) / seconds:6.1f}x our time"
        + (f"   jax.vmap {float(np.median(vmap)) / seconds:5.2f}x" if vmap else "   no JAX"),
        flush=True,
    )


def main() -> None:
    """Run the sizes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    os.environ["OMP_NUM_THREADS"] = "1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with threadpool_limits(1):
        for n, d, count in SIZES:
            compare(n, d, count, options.repeats, options.seed)


if __name__ == "__main__":
    main()
