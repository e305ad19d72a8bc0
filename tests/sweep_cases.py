"""A small grid of every model, and one case of the block model, for the tests of this folder."""

from __future__ import annotations

from dataclasses import replace

from logreg_unlearn.sweep.case import Case
from logreg_unlearn.sweep.grid import Grid

SMALL = Grid(
    lifts=(0.0, 0.5, 3.0),
    epsilons=(-0.5, 0.5),
    alphas=(0.3, 1.0),
    correlations=(-1.0, 0.3),
    fractions=(0.2,),
    ridges=(0.5,),
    datasets=("wine_0v1",),
    seeds=2,
    steps=300,
)


def block(lift: float, ridge: float, fraction: float, loss: str = "logistic", **changes) -> Case:
    case = Case(
        "blocks", "one block", loss, "block", fraction, ridge, 0, "da", 200_000, {"lift": lift}
    )
    return replace(case, **changes)
