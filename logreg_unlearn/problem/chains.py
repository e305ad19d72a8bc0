"""Labelled chains, some of them to forget, and the objectives that they define."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logreg_unlearn.problem import checks as check
from logreg_unlearn.problem.chain_objective import ChainObjective
from logreg_unlearn.problem.losses import Array, Mask

STRONGEST = 4.0
"""Largest coupling: beyond, ``1 - tanh J`` (the rate of the messages) is lost to steps."""


@dataclass(frozen=True, eq=False)
class Chains:
    """Chains to learn from, some to forget; means are over sites.

    Attributes
    ----------
    features : ndarray (n, T, d)
        T at least 2.
    labels : ndarray (n, T)
        Values -1 and +1.
    forget : ndarray of bool (n,)
        True on the chains to forget; neither none nor all.
    coupling : float
        J, in [-4, 4]: given, not learnt.
    ridge : float
        ``lambda > 0``.

    Raises
    ------
    ValueError
        One line saying what was expected and what came.
    """

    features: Array
    labels: Array
    forget: Mask
    coupling: float
    ridge: float

    def __post_init__(self) -> None:
        x = np.asarray(self.features, dtype=np.float64)
        if x.ndim != 3 or x.shape[1] < 2:
            raise ValueError(f"expected features of shape (n, T >= 2, d), got {x.shape}")
        n, sites, d = x.shape
        if np.shape(self.labels) != (n, sites):
            raise ValueError(f"expected labels of shape {(n, sites)}, got {np.shape(self.labels)}")
        check.matrix("features", x.reshape(-1, d))
        labels = check.signs("labels", np.ravel(self.labels), n * sites).reshape(n, sites)
        if not abs(self.coupling) <= STRONGEST:
            raise ValueError(f"expected a coupling in [-4, 4], got {self.coupling}")
        object.__setattr__(self, "features", x)
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "forget", check.mask("forget", self.forget, n))
        object.__setattr__(self, "ridge", check.positive("ridge", self.ridge))

    def _over(self, chosen: Mask, weights: Array) -> ChainObjective:
        return ChainObjective(
            self.features[chosen], self.labels[chosen], weights[chosen], self.coupling, self.ridge
        )

    def original(self) -> ChainObjective:
        """Return the objective of all chains."""
        everything = np.ones(len(self.labels), dtype=bool)
        return self._over(everything, np.full(len(self.labels), 1.0 / self.labels.size))

    def oracle(self) -> ChainObjective:
        """Return the objective of the retained chains."""
        kept = ~self.forget
        return self._over(kept, np.full(len(kept), 1.0 / self.labels[kept].size))

    def descent_ascent(self) -> ChainObjective:
        """Return descent on the retained chains and ascent on the forgotten ones."""
        kept, gone = self.labels[~self.forget].size, self.labels[self.forget].size
        everything = np.ones(len(self.labels), dtype=bool)
        return self._over(everything, np.where(self.forget, -1.0 / gone, 1.0 / kept))
