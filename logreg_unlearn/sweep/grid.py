"""The grid of the sweep: ranges of every parameter, expanded into cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, product

import numpy as np

from logreg_unlearn.data.forget_sets import KINDS, SWEPT, WHOLE
from logreg_unlearn.problem.losses import LOSSES, get_loss
from logreg_unlearn.sweep.case import BLOCK_SHARE, MODELS, Case, find_method
from logreg_unlearn.sweep.datasets import Source, TableFile, load
from logreg_unlearn.theory.single_coordinate import harm_threshold

DRAWN_KINDS = ("random", "one_class", "nearest", "mislabelled")
"""Forget sets that depend on the seed; the others are the same for every seed."""

LIFT_PLACES = (
    0.0, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0,  # up to f/(1+f)
    1.01, 1.1, 1.25, 1.5, 1.75, 1.9, 2.0,  # up to lift 1
    2.02, 2.1, 2.25, 2.5, 3.0, 4.0, 5.0, 5.6, 5.75, 6.0, 7.0,  # on both sides of each fold
)  # fmt: skip
"""Where the lifts of the default grid lie between the theory's boundaries; see `Grid`."""


@dataclass(frozen=True)
class Grid:
    """Values of each parameter; every combination that exists becomes a case.

    Attributes
    ----------
    models, losses, kinds : tuple of str
        Data sets of three classes or more have the logistic loss alone.
    methods : tuple of str
        Names, or addresses ``module:name`` of the user's own.
    datasets : tuple of str or TableFile
        Names of bundled sets, or tables of the user's own; a table that marks the rows to
        forget is swept over these, another one over ``kinds``.
    lifts : tuple of float
        Of the block model; those above ``1/BLOCK_SHARE`` do not exist and are an error. Where
        there are none, ``lift_places`` decide.
    lift_places : tuple of float
        Lifts between the theory's boundaries, wherever these are for a forget fraction f: 0 is
        lift 0, 1 is f/(1+f) where harm begins, 2 is lift 1, and p beyond is lift p - 1; linear
        in between. So every f has lifts on both sides of its threshold, and on it.
    epsilons, alphas : tuple of float
        Of the two-directions model, at forget fraction 1/2 and ridge ``direction_ridges``.
    correlations : tuple of float
        Cosines of the class means of the Gaussian model, in [-1, 1].
    fractions, ridges : tuple of float
        Forget fractions and ridges of the block and Gaussian models.
    real_fractions, real_ridges : tuple of float
    direction_ridges : tuple of float
    seeds : int
        Draws per random case.
    steps : int
        Step budget of an iteration.
    """

    models: tuple[str, ...] = MODELS
    losses: tuple[str, ...] = ("logistic", "exponential")
    methods: tuple[str, ...] = ("da",)
    datasets: tuple[Source, ...] = ("breast_cancer", "digits_3v8", "digits_4v9", "anes96")
    kinds: tuple[str, ...] = SWEPT
    lifts: tuple[float, ...] = ()
    lift_places: tuple[float, ...] = LIFT_PLACES
    epsilons: tuple[float, ...] = tuple(np.round(np.linspace(-0.9, 0.9, 13), 6).tolist())
    alphas: tuple[float, ...] = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    correlations: tuple[float, ...] = tuple(np.round(np.linspace(-1.0, 1.0, 9), 6).tolist())
    fractions: tuple[float, ...] = (0.1, 0.5, 0.7)
    ridges: tuple[float, ...] = (0.01, 0.1, 1.0, 10.0)
    real_fractions: tuple[float, ...] = (0.1,)
    real_ridges: tuple[float, ...] = (0.01,)
    direction_ridges: tuple[float, ...] = (1.0,)
    seeds: int = 10
    steps: int = 20_000

    def quick(self) -> Grid:
        """Return a grid of the same shape that runs in a few seconds."""
        return replace(
            self,
            lifts=self.lifts[::3],
            lift_places=self.lift_places[::3],
            epsilons=self.epsilons[::3],
            alphas=self.alphas[1::3],
            correlations=self.correlations[::2],
            fractions=self.fractions[::2],
            ridges=self.ridges[1:3],
            seeds=min(self.seeds, 3),
            steps=min(self.steps, 2_000),
        )

    def cases(self, seed: int) -> list[Case]:
        """Return every case, in the order of `stream`."""
        return list(self.stream(seed))

    def stream(self, seed: int) -> Iterator[Case]:
        """Return an iterator over the cases, in a fixed order; each is made when it is asked for.

        Parameters
        ----------
        seed : int
            First of the ``seeds`` consecutive seeds, at least 0.

        Raises
        ------
        ValueError
            If a value lies outside its range.
        """
        self._validate(seed)
        builders = {
            "blocks": self._blocks,
            "two-directions": self._directions,
            "gaussian": self._gaussian,
            "real": self._real,
        }
        return chain.from_iterable(builders[model](seed) for model in self.models)

    def size(self) -> int:
        """Return the number of cases, without making them."""
        boxes, losses, draws = len(self.fractions) * len(self.ridges), len(self.losses), 0
        if "real" in self.models:
            draws = sum(
                self._draws(kind) * sum(_has(source, loss) for loss in self.losses)
                for source in self.datasets
                for kind, _ in self._forget_sets(source)
            )
        sizes = {
            "blocks": losses * boxes * len(self.lifts or self.lift_places),
            "two-directions": losses
            * len(self.direction_ridges)
            * len(self.epsilons)
            * len(self.alphas),
            "gaussian": losses * boxes * len(self.correlations) * self.seeds,
            "real": len(self.real_ridges) * draws,
        }
        return len(self.methods) * sum(sizes[name] for name in self.models)

    def _blocks(self, seed: int) -> Iterator[Case]:
        grid = product(self.losses, self.methods, self.fractions, self.ridges)
        for loss, method, fraction, ridge in grid:
            for lift in self.lifts or self._placed_lifts(fraction):
                yield Case(
                    "blocks", "one block", loss, "block", fraction, ridge, seed, method,
                    self.steps, {"lift": lift},
                )  # fmt: skip

    def _placed_lifts(self, fraction: float) -> list[float]:
        knots = (0.0, float(harm_threshold(fraction)), 1.0)
        return [
            place - 1.0 if place > 2.0 else float(np.interp(place, (0.0, 1.0, 2.0), knots))
            for place in self.lift_places
        ]

    def _directions(self, seed: int) -> Iterator[Case]:
        grid = product(self.losses, self.methods, self.direction_ridges, self.epsilons, self.alphas)
        for loss, method, ridge, epsilon, alpha in grid:
            yield Case(
                "two-directions", f"epsilon={epsilon:.12g}", loss, f"alpha={alpha:.12g}", 0.5,
                ridge, seed, method, self.steps, {"epsilon": epsilon, "alpha": alpha},
            )  # fmt: skip

    def _gaussian(self, seed: int) -> Iterator[Case]:
        grid = product(self.losses, self.methods, self.fractions, self.ridges, self.correlations)
        for loss, method, fraction, ridge, cosine in grid:
            for each in range(seed, seed + self.seeds):  # product would list them all
                yield Case(
                    "gaussian", "gaussian", loss, "shifted", fraction, ridge, each, method,
                    self.steps, {"cosine": cosine},
                )  # fmt: skip

    def _real(self, seed: int) -> Iterator[Case]:
        grid = product(self.losses, self.methods, self.datasets, self.real_ridges)
        for loss, method, dataset, ridge in grid:
            for kind, fraction in self._forget_sets(dataset) if _has(dataset, loss) else ():
                for each in range(seed, seed + self._draws(kind)):
                    yield Case(
                        "real", dataset, loss, kind, fraction, ridge, each, method, self.steps
                    )

    def _draws(self, kind: str) -> int:
        return self.seeds if kind in DRAWN_KINDS else 1

    def _forget_sets(self, dataset: Source) -> Iterator[tuple[str, float]]:
        if isinstance(dataset, TableFile) and load(dataset).forget is not None:
            return iter([(dataset.kind, np.nan)])
        # a whole class is one, whatever share it is
        return (
            (kind, fraction)
            for fraction in self.real_fractions
            for kind in self.kinds
            if kind not in WHOLE or fraction == self.real_fractions[0]
        )

    def _validate(self, seed: int) -> None:
        top = 1.0 / BLOCK_SHARE
        ranges = {
            "lifts": (self.lifts, 0.0, top, True),
            "lift_places": (self.lift_places, 0.0, top + 1.0, True),
            "epsilons": (self.epsilons, -np.inf, np.inf, False),
            "alphas": (self.alphas, 0.0, 1.0, True),
            "correlations": (self.correlations, -1.0, 1.0, True),
            "fractions": (self.fractions + self.real_fractions, 0.0, 1.0, False),
            "ridges": (self.ridges + self.real_ridges + self.direction_ridges, 0.0, np.inf, False),
        }
        for name, (values, low, high, closed) in ranges.items():
            for value in values:
                inside = low <= value <= high if closed else low < value < high
                if not inside:
                    left, right = ("[", "]") if closed else ("(", ")")
                    raise ValueError(
                        f"expected {name} in {left}{low:g}, {high:g}{right}, got {value:g}"
                    )
        for name in self.methods:
            find_method(name)
        self._validate_names()
        counts = (("seed", seed, 0), ("seeds", self.seeds, 1), ("steps", self.steps, 1))
        for name, number, least in counts:
            if number < least:
                raise ValueError(f"expected {name} >= {least}, got {number}")

    def _validate_names(self) -> None:
        known = {"models": MODELS, "losses": tuple(LOSSES), "kinds": KINDS}
        for what, names in known.items():
            for name in getattr(self, what):
                if name not in names:
                    raise ValueError(f"expected {what} among {', '.join(names)}, got {name!r}")
        if "real" not in self.models:
            return
        places: dict[str, str] = {}
        for source in self.datasets:
            place = source if isinstance(source, str) else source.path
            name = load(source).name
            if places.setdefault(name, place) != place:
                raise ValueError(
                    f"expected data sets of different names, got {places[name]!r} and {place!r}, "
                    f"both {name!r}"
                )
            if not any(_has(source, loss) for loss in self.losses):
                raise ValueError(
                    f"expected the loss logistic for {name!r}, which has {load(source).count} "
                    f"classes, got {', '.join(self.losses)}"
                )


def _has(source: Source, loss: str) -> bool:
    """Whether there is a case: of three classes or more the logistic loss alone has a form."""
    return get_loss(loss).softmax or load(source).count == 2


def parse_values(text: str) -> tuple[float, ...]:
    """Read ``"0,0.5,1"`` or ``"-1:1:9"`` (start, stop, count) as a tuple of numbers.

    Raises
    ------
    ValueError
        If the text is neither.
    """
    try:
        if ":" in text:
            start, stop, count = text.split(":")
            if int(count) < 1 or not np.isfinite([float(start), float(stop)]).all():
                raise ValueError
            return tuple(np.round(np.linspace(float(start), float(stop), int(count)), 12).tolist())
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ValueError(
            f"expected numbers like 0,0.5,1 or start:stop:count, got {text!r}"
        ) from None
    if not np.all(np.isfinite(values)):
        raise ValueError(f"expected finite numbers, got {text!r}")
    return values
