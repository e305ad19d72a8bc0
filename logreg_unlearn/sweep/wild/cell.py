"""What is measured of one method at one setting on one forget set: a row of ``cells.csv``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logreg_unlearn.assess.klom import binned_divergence, null_ensembles
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.sweep.wild.ensemble import closed_form

LEVEL = 0.95
"""The quantile over the rows of a part, as published."""

PARTS = ("forget", "retain", "held_out")


@dataclass(frozen=True)
class Cell:
    """One method at one setting.

    Attributes
    ----------
    dataset, method : str
    rows, forget_set, size : int
        Trained rows; 1 ... 9; forgotten rows.
    family : str
        random, PC1 or PC2.
    rate : float
        As published (of ours, times 1/L over `ANCHOR`); NaN without one.
    epochs, ascent_epochs, forget_batch : int
        Epochs, or steps of a removal; 0 where there is none.
    cost : float
        Gradients in passes over the trained rows.
    ratio : float
        Median over the models of the distance to the own oracle over the original's; inf: diverged.
    diverged : float
        Share of the models that are not finite.
    klom_forget, klom_retain, klom_held_out : float
        95th percentile over the rows, nats.
    closed_forget, closed_retain, closed_held_out : float
        The same of the closed form under Gaussian weight noise.
    floor_forget, floor_retain, floor_held_out : float
        The same of two ensembles of the retrained models' law.
    accuracy_forget, accuracy_retain, accuracy_held_out : float
        Means over the models.
    """

    dataset: str
    rows: int
    forget_set: int
    family: str
    size: int
    method: str
    rate: float
    epochs: int
    ascent_epochs: int
    forget_batch: int
    cost: float
    ratio: float
    diverged: float
    klom_forget: float
    klom_retain: float
    klom_held_out: float
    closed_forget: float
    closed_retain: float
    closed_held_out: float
    floor_forget: float
    floor_retain: float
    floor_held_out: float
    accuracy_forget: float
    accuracy_retain: float
    accuracy_held_out: float

    @property
    def worst(self) -> float:
        """The largest KLoM of the three parts: a model has to be the oracle's equal on all."""
        return max(self.klom_forget, self.klom_retain, self.klom_held_out)

    @property
    def floor(self) -> float:
        """The largest of the three floors."""
        return max(self.floor_forget, self.floor_retain, self.floor_held_out)


@dataclass(frozen=True, eq=False)
class Bench:
    """What every cell of a forget set is compared with.

    Attributes
    ----------
    parts : dict of str to ndarray (m, d)
        Rows times labels of each of `PARTS`.
    reference : dict of str to ndarray (k, m)
        Their margins under the retrained models.
    floor : dict of str to float
    original, own : ndarray (k, d)
        The originals, and the oracle of each one's weights.
    """

    parts: dict[str, Array]
    reference: dict[str, Array]
    floor: dict[str, float]
    original: Array
    own: Array

    def measure(self, w: Array) -> dict[str, float]:
        """Return the measured fields of a cell for an ensemble ``w (k, d)``."""
        finite = np.all(np.isfinite(w), axis=1)
        values: dict[str, float] = {"diverged": float(np.mean(~finite))}
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            ended = np.linalg.norm(w - self.own, axis=1)
            ratio = ended / np.linalg.norm(self.original - self.own, axis=1)
        values["ratio"] = float(np.median(np.where(np.isfinite(ratio), ratio, np.inf)))
        for part, signed in self.parts.items():
            with np.errstate(over="ignore", invalid="ignore"):
                z = w @ signed.T
                z[~finite] = np.nan
            reference = self.reference[part]
            values[f"klom_{part}"] = quantile(binned_divergence(z, reference))
            values[f"closed_{part}"] = quantile(closed_form(z, reference))
            values[f"floor_{part}"] = self.floor[part]
            values[f"accuracy_{part}"] = float(np.mean(z > 0))
        return values


def bench(parts: dict[str, Array], original: Array, own: Array, oracles: Array, seed: int) -> Bench:
    """Return the bench of retrained models ``oracles (k, d)``."""
    reference = {part: oracles @ signed.T for part, signed in parts.items()}
    sizes = (len(original), len(oracles))
    floor = {
        part: quantile(binned_divergence(*null_ensembles(z, sizes, seed)))
        for part, z in reference.items()
    }
    return Bench(parts, reference, floor, original, own)


def quantile(values: Array) -> float:
    """Return the 95th percentile of what may be infinite."""
    with np.errstate(invalid="ignore"):
        found = float(np.quantile(values, LEVEL, method="higher"))
    return found
