"""What an iteration did: its records, its cost and how it ended."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.solve.optimum import Optimum


class Status(Enum):
    """How an iteration ended."""

    CONVERGED = "the steps became negligible: none moves by more than the tolerance"
    DIVERGED = "the iterates left the range of floating point, or provably will"
    BUDGET = "the step budget ran out first"


@dataclass(frozen=True)
class Trajectory:
    """What an iteration did, at log-spaced steps (T of them, the first is step 0).

    Attributes
    ----------
    method : str
    steps : ndarray of int (T,)
    w : ndarray (T, d)
        The last row is the end point; it is the last finite iterate of a diverged run.
    distance : ndarray (T,)
        Euclidean distance to the oracle.
    loss_retain, loss_forget : ndarray (T,)
        Mean losses over R and F, without ridge.
    gradient_norm : ndarray (T,)
        Length of one cycle of steps divided by the step size.
    status : Status
    step_size : float
    oracle : Optimum
        What the distances are measured to, with its certificate.
    passes : float
        Cost: rows of which a step took the loss's slope, in units of the problem's rows; NaN where
        nobody counted.  Records are not counted, a method does not need them.
    """

    method: str
    steps: Array
    w: Array
    distance: Array
    loss_retain: Array
    loss_forget: Array
    gradient_norm: Array
    status: Status
    step_size: float
    oracle: Optimum
    passes: float = math.nan

    def __repr__(self) -> str:
        start, end = self.distance[0], self.distance[-1]
        return (
            f"Trajectory({self.method}, {self.status.name} after {self.steps[-1]} steps of "
            f"{self.step_size:.3g}, distance to the oracle {start:.4g} to {end:.4g})"
        )

    def _repr_html_(self) -> str:
        head = ("step", "distance to oracle", "loss on R", "loss on F", "gradient norm")
        columns = (self.distance, self.loss_retain, self.loss_forget, self.gradient_norm)
        # a notebook shows a dozen records: the first, the last, and others evenly between
        shown = np.unique(np.linspace(0, len(self.steps) - 1, 12).round().astype(int))
        rows = [(str(self.steps[k]), *(f"{c[k]:.4g}" for c in columns)) for k in shown]
        return html_table(repr(self), head, rows)

    @property
    def diverged(self) -> bool:
        """Whether the iteration diverged."""
        return self.status is Status.DIVERGED

    @property
    def converged(self) -> bool:
        """Whether the steps became negligible."""
        return self.status is Status.CONVERGED


def html_table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table for a notebook; whatever the cells hold is shown, not interpreted."""

    def line(tag: str, cells: Sequence[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(c)}</{tag}>" for c in cells) + "</tr>"

    body = "".join(line("td", row) for row in rows)
    return f"<table><caption>{html.escape(caption)}</caption>{line('th', head)}{body}</table>"
