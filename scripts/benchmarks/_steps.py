"""Other ways to take the steps of a descent, and what a step in NumPy cannot do without."""

from __future__ import annotations

from typing import Any

from _timing import Job, peer

import numpy as np

from logreg_unlearn.problem.objective import Objective


def plain(objective: Objective, start: np.ndarray, step_size: float, steps: int) -> np.ndarray:
    """Descend with the objective's own gradient, one call a step."""
    w = start.copy()
    for _ in range(steps):
        w -= step_size * objective.gradient(w)
    return w


def jax_scan(objective: Objective, start: np.ndarray, step_size: float, steps: int) -> Job | None:
    """Compile the same steps as a JAX scan in double precision; None without JAX."""
    jax = peer("jax")
    if jax is None:
        return None
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    rows, c = jnp.asarray(objective.signed_features), jnp.asarray(objective.coefficients)

    def step(w: Any, _: None) -> tuple[Any, None]:
        slopes = -c / (1.0 + jnp.exp(rows @ w))
        return w - step_size * (slopes @ rows + objective.ridge * w), None

    scan = jax.jit(lambda w: jax.lax.scan(step, w, None, length=steps)[0])
    first = jnp.asarray(start)
    scan(first).block_until_ready()
    return lambda: scan(first).block_until_ready()


def jax_vmap(batch: Objective, start: np.ndarray, step_size: float, steps: int) -> Job | None:
    """Compile the same steps, a scan of a batch, in double precision; None without JAX."""
    jax = peer("jax")
    if jax is None:
        return None
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    rows, c = jnp.asarray(batch.signed_features), jnp.asarray(batch.coefficients)
    ridge, first = jnp.asarray(batch.ridge), jnp.asarray(start)

    def descend_one(rows: Any, c: Any, ridge: Any, w: Any) -> Any:
        def step(w: Any, _: None) -> tuple[Any, None]:
            slopes = -c / (1.0 + jnp.exp(rows @ w))
            return w - step_size * (slopes @ rows + ridge * w), None

        return jax.lax.scan(step, w, None, length=steps)[0]

    compiled = jax.jit(jax.vmap(descend_one))
    compiled(rows, c, ridge, first).block_until_ready()
    return lambda: compiled(rows, c, ridge, first).block_until_ready()


def torch_steps(
    objective: Objective, start: np.ndarray, step_size: float, steps: int
) -> Job | None:
    """Return the same steps by the gradient's formula in torch, without autograd; or None."""
    torch = peer("torch")
    if torch is None:
        return None
    torch.set_num_threads(1)
    rows = torch.from_numpy(np.array(objective.signed_features))
    weights = torch.from_numpy(step_size * objective.coefficients)
    columns, decay = rows.T.contiguous(), 1.0 - step_size * float(objective.ridge)

    def descend() -> Any:
        w = torch.from_numpy(start.copy())
        for _ in range(steps):
            slopes = torch.sigmoid(-torch.mv(rows, w)).mul_(weights)
            w = torch.addmv(w, columns, slopes, beta=decay)
        return w

    return descend


def alone(n: int, d: int, steps: int) -> dict[str, Job]:
    """Return the two products of a step, and its exponentials, in loops without anything else."""
    rng = np.random.default_rng(0)
    columns, w, z = rng.normal(size=(d, n)), rng.normal(size=d), rng.normal(size=n)
    margins, product = np.empty(n), np.empty(d)
    dot, exp = np.dot, np.exp

    def products() -> None:
        for _ in range(steps):
            dot(w, columns, margins)
            dot(columns, margins, product)

    def exponentials() -> None:
        for _ in range(steps):
            exp(z, margins)

    return {"its products alone": products, "its exponentials alone": exponentials}
