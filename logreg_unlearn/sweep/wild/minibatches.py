r"""Minibatch steps of many models at once: a step is two products of (models, d) with a batch.

All models of an ensemble, at all rates and numbers of ascent epochs, take the same batches in the
same order; each has weights of its own on their rows.  With weights :math:`\omega` a batch B of S,
one of b, stands for :math:`b\sum_B\omega_i\varphi(z_i)/\sum_S\omega_i`: its mean over an epoch is
the loss of S.  Runs are read at the end of the epochs asked for.

* **GA** ascends the batches of F, no ridge;
* **descent-ascent** descends a batch of R and the ridge and, in the ascent epochs, ascends a batch
  of F in the same step (paper, Eq. 1), the batches of F cycled;
* **SCRUB**, in the ascent epochs, first ascends :math:`T^2\mathrm{KL}` from the teacher over the
  batches of F; then descends :math:`\gamma\ell_R+\alpha T^2\mathrm{KL}` and the ridge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from logreg_unlearn.problem.losses import LOGISTIC, Array, Mask
from logreg_unlearn.sweep.wild.ensemble import Ensemble
from logreg_unlearn.sweep.wild.published import BATCH, Published

ALPHA, GAMMA, TEMPERATURE = 0.001, 0.99, 4.0
"""SCRUB's settings of its authors for large data, as in `logreg_unlearn.unlearn.scrub`."""


@dataclass(frozen=True, eq=False)
class Reading:
    """An ensemble at the end of an epoch.

    Attributes
    ----------
    rate : float
        As published.
    epochs, ascent_epochs, forget_batch : int
    w : ndarray (k, d)
        Not finite where a model diverged.
    rows : float
        Rows of which a gradient was taken, so far.
    """

    rate: float
    epochs: int
    ascent_epochs: int
    forget_batch: int
    w: Array
    rows: float


@dataclass(frozen=True, eq=False)
class Task:
    """What is unlearned: rows times labels, forget set, ridge, and the length of rate 1."""

    signed: Array
    forget: Mask
    ridge: float
    unit: float


def gradient_ascent(task: Task, models: Ensemble, grid: Published, seed: int) -> Iterator[Reading]:
    """Yield every setting of gradient ascent."""
    size, rng = grid.forget_batches[0], np.random.default_rng(seed)
    w, rates = _variants(models.w, len(grid.rates)), _rates(task, grid.rates)
    side = _Side(task, models, task.forget)
    for epoch in range(1, max(grid.epochs) + 1):
        for rows, c in side.batches(size, rng):
            w += rates * _loss(w, rows, c)
        if epoch in grid.epochs:
            for k, rate in enumerate(grid.rates):
                yield Reading(rate, epoch, epoch, size, w[k].copy(), epoch * side.count)


def descent_ascent(task: Task, models: Ensemble, grid: Published, seed: int) -> Iterator[Reading]:
    """Yield every setting of descent-ascent; fine-tuning where no epoch ascends."""

    def epoch(w: Array, rates: Array, active: Array, step: _Step) -> float:
        touched = 0.0
        forgotten = _cycle(step.forget, step.forget_batch, step.rng)
        for rows, c in step.retain.batches(BATCH, step.rng):
            change = _loss(w, rows, c) + task.ridge * w
            if active.any():
                other, d = next(forgotten)
                change -= active * _loss(w, other, d)
                touched += len(other)
            w -= rates * change
        return touched

    yield from _run(task, models, grid, seed, epoch)


def scrub(task: Task, models: Ensemble, grid: Published, seed: int) -> Iterator[Reading]:
    """Yield every setting of SCRUB."""

    def epoch(w: Array, rates: Array, active: Array, step: _Step) -> float:
        touched = 0.0
        if active.any():
            for rows, c in step.forget.batches(step.forget_batch, step.rng):
                w += rates * active * _teaching(w, models.w, rows, c)
                touched += len(rows)
        for rows, c in step.retain.batches(BATCH, step.rng):
            change = GAMMA * _loss(w, rows, c) + task.ridge * w
            w -= rates * (change + ALPHA * _teaching(w, models.w, rows, c))
        return touched

    yield from _run(task, models, grid, seed, epoch)


def _run(
    task: Task, models: Ensemble, grid: Published, seed: int, epoch_of: Callable[..., float]
) -> Iterator[Reading]:
    """Run all rates and ascent epochs together, the forget batches one after another."""
    pairs = [(rate, ascent) for rate in grid.rates for ascent in grid.ascent_epochs]
    rates = _rates(task, [rate for rate, _ in pairs])
    ascents = np.array([ascent for _, ascent in pairs])[:, None, None]
    retain, forget = (_Side(task, models, mask) for mask in (~task.forget, task.forget))
    # of a small set, two sizes of batch are the same batches: once is enough
    for forget_batch in {forget.number(size): size for size in grid.forget_batches}.values():
        step = _Step(retain, forget, forget_batch, np.random.default_rng(seed))
        w, forgotten = _variants(models.w, len(pairs)), np.zeros(len(pairs))
        for epoch in range(1, max(grid.epochs) + 1):
            active = (ascents >= epoch).astype(float)
            forgotten += active[:, 0, 0] * epoch_of(w, rates, active, step)
            if epoch not in grid.epochs:
                continue
            for k, (rate, ascent) in enumerate(pairs):
                rows = epoch * retain.count + forgotten[k]
                yield Reading(rate, epoch, ascent, forget_batch, w[k].copy(), rows)


class _Side:
    """The rows of one set, with each model's coefficients on them."""

    def __init__(self, task: Task, models: Ensemble, mask: Mask) -> None:
        own = models.weights[:, mask]
        self.signed, self.coefficients = task.signed[mask], own / own.sum(axis=1, keepdims=True)
        self.count = int(mask.sum())

    def number(self, size: int) -> int:
        """Return how many batches of about that size there are."""
        return max(1, round(self.count / size))

    def batches(self, size: int, rng: np.random.Generator) -> list[tuple[Array, Array]]:
        """Return an epoch of shuffled batches: rows (m, d) and coefficients (k, m)."""
        number = self.number(size)
        parts = np.array_split(rng.permutation(self.count), number)
        return [(self.signed[part], number * self.coefficients[:, part]) for part in parts]


@dataclass(frozen=True, eq=False)
class _Step:
    retain: _Side
    forget: _Side
    forget_batch: int
    rng: np.random.Generator


def _cycle(side: _Side, size: int, rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    while True:
        yield from side.batches(size, rng)


def _variants(w: Array, number: int) -> Array:
    return np.repeat(w[None], number, axis=0)


def _rates(task: Task, rates: Iterator[float] | list[float] | tuple[float, ...]) -> Array:
    return task.unit * np.array(list(rates))[:, None, None]


def _pulled(slopes: Array, rows: Array) -> Array:
    """Return ``slopes (v, k, m)`` times ``rows (m, d)``."""
    flat = slopes.reshape(-1, slopes.shape[-1]) @ rows
    return flat.reshape(*slopes.shape[:-1], rows.shape[1])


def _margins(w: Array, rows: Array) -> Array:
    return (w.reshape(-1, w.shape[-1]) @ rows.T).reshape(*w.shape[:-1], len(rows))


def _loss(w: Array, rows: Array, c: Array) -> Array:
    """Return the gradient (v, k, d) of a batch's loss."""
    return _pulled(c * LOGISTIC.derivative(_margins(w, rows)), rows)


def _teaching(w: Array, teacher: Array, rows: Array, c: Array) -> Array:
    """Return the gradient of ``T^2 KL(teacher || student)`` over a batch."""
    # phi' = sigmoid - 1, so the difference is that of the probabilities
    student = LOGISTIC.derivative(_margins(w, rows) / TEMPERATURE)
    own = LOGISTIC.derivative(_margins(teacher, rows) / TEMPERATURE)
    return _pulled(TEMPERATURE * c * (student - own), rows)
