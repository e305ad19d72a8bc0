"""What the study varies.

A :class:`State` is data of one size with a loss and a ridge: one original model.  Each of its
forget sets is a problem.  Data come as ``<name>`` (a bundled set, of which so many rows are drawn),
``gaussian <d>`` (forget and retain rows alike) or ``shifted <cosine>`` (Gaussian rows of which the
forgotten have class means at that cosine).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from logreg_unlearn.data import DataSet
from logreg_unlearn.data.forget_sets import SWEPT, FittedClasses, FittedModel, forget_set
from logreg_unlearn.data.synthetic import gaussian_classes
from logreg_unlearn.problem.losses import Mask
from logreg_unlearn.sweep.datasets import fit_classes, fit_original, load
from logreg_unlearn.sweep.grid import DRAWN_KINDS

SHIFTED_COLUMNS = 5
GAUSSIAN, SHIFTED = "gaussian", "shifted"
SOFTMAX = "softmax"
"""The logistic loss of three classes or more."""


@dataclass(frozen=True)
class State:
    """Data, a loss and a ridge.

    Attributes
    ----------
    dataset : str
    size : int
        Rows asked for: a real data set may have fewer, and then has all of them.
    seed : int
    loss : str
    ridge : float
    fractions, kinds, draws
        As in `Study`.
    """

    dataset: str
    size: int
    seed: int
    loss: str
    ridge: float
    fractions: tuple[float, ...]
    kinds: tuple[str, ...]
    draws: int

    @property
    def cluster(self) -> str:
        """States that share rows: a bundled set, or one draw of a synthetic one."""
        drawn = self.dataset.startswith((GAUSSIAN, SHIFTED))
        return f"{self.dataset}, {self.size}, {self.seed}" if drawn else self.dataset

    def problems(self) -> Iterator[tuple[str, DataSet, FittedModel | FittedClasses, Mask]]:
        """Yield kind of forget set, data, original model and the rows to forget."""
        if self.dataset.startswith(SHIFTED):
            for fraction in self.fractions:
                data = self._drawn(float(self.dataset.split()[1]), SHIFTED_COLUMNS, fraction)
                assert data.forget is not None
                yield SHIFTED, data, fit_original(data, self.ridge, self.loss), data.forget
            return
        data = self._data()
        model: FittedModel | FittedClasses = (
            fit_original(data, self.ridge, self.loss)
            if data.count == 2
            else fit_classes(data, self.ridge)
        )
        largest = float(np.bincount(data.classes).max()) / len(data.labels)
        for kind, fraction in product(self.kinds, self.fractions):
            if kind == "one_class" and fraction > largest:  # of many classes none has so many rows
                continue
            for draw in range(self.draws if kind == "random" else 1):
                mask = forget_set(
                    kind, data.features, data.labels, fraction=fraction,
                    seed=self.seed * self.draws + draw, model=model,
                )  # fmt: skip
                yield kind, data, model, mask

    def _data(self) -> DataSet:
        if self.dataset.startswith(GAUSSIAN):
            return self._drawn(1.0, int(self.dataset.split()[1]), 0.5)
        data = load(self.dataset)
        chosen = np.random.default_rng(self.seed).permutation(len(data.labels))[: self.size]
        rows = np.sort(chosen)
        return replace(data, features=data.features[rows], labels=data.labels[rows])

    def _drawn(self, cosine: float, d: int, fraction: float) -> DataSet:
        return gaussian_classes(cosine, n=self.size, d=d, forget_fraction=fraction, seed=self.seed)


@dataclass(frozen=True)
class Study:
    """Values of everything that is varied; every combination is a problem.

    Attributes
    ----------
    datasets : tuple of str
        Bundled sets.
    dimensions : tuple of int
        Columns of the Gaussian sets.
    cosines : tuple of float
        Of the class means, where F is shifted.
    sizes, shifted_sizes : tuple of int
        A bundled set has those up to its own, and then its own.
    fractions, ridges : tuple of float
    kinds : tuple of str
        Of `data.forget_sets`.
    classes : tuple of str
        Bundled sets of three classes or more, whole, under softmax and with the first seed alone.
    losses : tuple of str
        Those after the first with the first seed and the middle fraction alone.
    seeds : int
        Draws of the rows.
    draws : int
        Random forget sets of each state.
    """

    datasets: tuple[str, ...] = (
        "breast_cancer", "digits_3v8", "digits_4v9", "wine_0v1", "iris_1v2", "anes96", "fair",
    )  # fmt: skip
    dimensions: tuple[int, ...] = (5, 20)
    cosines: tuple[float, ...] = (-0.9, -0.5, 0.0, 0.5, 0.9, 1.0)
    sizes: tuple[int, ...] = (100, 300, 1000, 3000)
    shifted_sizes: tuple[int, ...] = (100, 300, 1000)
    fractions: tuple[float, ...] = (0.05, 0.1, 0.3)
    ridges: tuple[float, ...] = (0.01, 0.1, 1.0, 10.0)
    kinds: tuple[str, ...] = SWEPT
    classes: tuple[str, ...] = ("iris", "wine", "digits")
    losses: tuple[str, ...] = ("logistic", "exponential")
    seeds: int = 2
    draws: int = 2

    def quick(self) -> Study:
        """Return a study of a few seconds."""
        return Study(
            datasets=("breast_cancer", "wine_0v1", "anes96"), classes=("wine",), dimensions=(5,),
            cosines=(-0.5, 0.0, 0.5, 0.9, 1.0), sizes=(100, 300), shifted_sizes=(100, 300),
            fractions=(0.1, 0.3), ridges=(0.01, 1.0), seeds=1, draws=2,
        )  # fmt: skip

    def states(self, seed: int) -> list[State]:
        """Return every state.

        Raises
        ------
        ValueError
            If the seed is negative.
        """
        if seed < 0:
            raise ValueError(f"expected seed >= 0, got {seed}")
        sources = [(name, n) for name in self.datasets for n in self._sizes_of(name)]
        sources += [(f"{GAUSSIAN} {d}", n) for d in self.dimensions for n in self.sizes]
        sources += [(f"{SHIFTED} {c:g}", n) for c in self.cosines for n in self.shifted_sizes]
        seeds = range(seed, seed + self.seeds)
        middle = self.fractions[len(self.fractions) // 2 :][:1]
        two = [
            State(
                name,
                n,
                each,
                loss,
                ridge,
                fractions,
                self.kinds if each == seed else self._again(name, n),
                self.draws,
            )
            for loss in self.losses
            for fractions in [self.fractions if loss == self.losses[0] else middle]
            for (name, n), each, ridge in product(sources, seeds, self.ridges)
            if loss == self.losses[0] or each == seed
        ]
        of_classes = [
            State(
                name, len(load(name).labels), seed, SOFTMAX, ridge, self.fractions, self.kinds,
                self.draws,
            )
            for name, ridge in product(self.classes, self.ridges)
        ]  # fmt: skip
        return two + of_classes

    def _again(self, name: str, size: int) -> tuple[str, ...]:
        """Return the kinds whose rows another seed draws anew: of all rows of a bundled set few."""
        if name in self.datasets and size >= len(load(name).labels):
            return tuple(kind for kind in self.kinds if kind in DRAWN_KINDS)
        return self.kinds

    def _sizes_of(self, name: str) -> tuple[int, ...]:
        rows = len(load(name).labels)
        inside = tuple(n for n in self.sizes if n < rows)
        return self.sizes[: len(inside) + 1]
