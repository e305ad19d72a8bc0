"""Unlearning in chains compared: oracle, frozen messages, alternation, descent-ascent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logreg_unlearn.problem.chains import Chains
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.solve.optimum import Optimum, minimise
from logreg_unlearn.theory.structured import alternation
from logreg_unlearn.unlearn.structured import Rounds, alternate


@dataclass(frozen=True)
class Comparison:
    """Where each way of forgetting ended, certified.

    Attributes
    ----------
    original, oracle, descent_ascent : Optimum
        Joint minima, messages settled; descent-ascent's a local one, from the original.
    rounds : Rounds
        From the original; the first keeps its messages.
    rate : float
        Largest share of the distance that a round leaves close to the oracle (claim
        ``alternation``), in the norm of the Hessian at fixed messages.
    """

    original: Optimum
    oracle: Optimum
    descent_ascent: Optimum
    rounds: Rounds
    rate: float

    @property
    def distance_original(self) -> float:
        """Euclidean distance of original and oracle: the unit of `left` and `ratio`."""
        return float(np.linalg.norm(self.original.w - self.oracle.w))

    @property
    def left(self) -> Array:
        """Distance to the oracle over the original's, start and every round."""
        distances = np.linalg.norm(self.rounds.w - self.oracle.w, axis=1)
        return distances / distances[0]

    @property
    def ratio(self) -> float:
        """Descent-ascent's distance to the oracle over the original's; infinite without one."""
        if not self.descent_ascent.converged:
            return np.inf
        far = np.linalg.norm(self.descent_ascent.w - self.oracle.w)
        return float(far / self.distance_original)

    def words(self) -> str:
        """Say how messages and descent-ascent fared, without a full stop."""
        last = len(self.left) - 1
        times = (
            "finds no minimum" if np.isinf(self.ratio) else f"ends {self.ratio:.3g} times as far"
        )
        return (
            f"messages frozen at the original leave {self.left[1]:.0%} of its distance to the "
            f"oracle, {last} rounds that unlearn them too {self.left[last]:.1e}; descent-ascent "
            f"{times}"
        )


def compare(chains: Chains, rounds: int = 40) -> Comparison:
    """Forget the chains in every way.

    Parameters
    ----------
    chains : Chains
    rounds : int
        Of the alternation, at least 1.
    """
    kept = chains.oracle()
    original, oracle = minimise(chains.original()), minimise(kept)
    unlearned = minimise(chains.descent_ascent(), original.w)
    fixed = kept.at(kept.settled(oracle.w)[1]).hessian(oracle.w)
    curvature = float(np.linalg.eigvalsh(fixed)[-1]) - chains.ridge
    rate = alternation(chains.coupling, chains.labels.shape[1], curvature, chains.ridge)
    return Comparison(
        original, oracle, unlearned, alternate(chains, original.w, rounds), float(rate)
    )
