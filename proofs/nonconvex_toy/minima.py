"""Where the minima are, after descent-ascent and after retraining."""

from __future__ import annotations

from typing import Any

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Settled
from ..kernel.theorems import COERCIVE, GRADIENT_FLOW, KRAWCZYK
from . import toys
from .boxes import around
from .guesses import best_point
from .landscapes import cell, coercive, decides, minimum, only
from .toys import KEEPS, M1, M2, PM


@proves
def toy_da_landscape(
    remaining: Any = wrong(0, ascent_does_nothing=2, nothing_is_subtracted=2),
    signs: str = wrong("...-", it_is_m1=M1),
    readings: tuple[str, ...] = wrong(
        tuple(toys.READINGS),
        ascent_does_nothing=(toys.PRINTED,),
        nothing_is_subtracted=(toys.SHALLOW,),
        it_is_m1=(toys.PROBABLE,),
    ),
) -> Parts:
    """One stationary point in every reading, by branch and bound; it decides x = 4 wrongly."""
    yield assume(
        "multiplicities (5, 4, 1, 4), two of the four at x = 4 forgotten, lambda = 1/10",
        "mean: over the samples that an objective weighs (14, 12 and 10)",
    )
    yield cite(KRAWCZYK, COERCIVE, GRADIENT_FLOW)
    yield from toys.derivation()
    yield coercive()
    for name in readings:
        toy = toys.Toy(toys.READINGS[name], (*toys.DESCENT_ASCENT[:3], remaining))
        what = f"{name}: no other stationary point in the plane"
        alone, box = only(toy, what, best_point(toy))
        yield alone
        yield minimum(toy, f"{name}: it is a minimum", box)
        yield decides(f"{name}: x = 4 is decided wrongly, so it is not M1", box, signs)


@proves
def toy_retrain_keeps_minimum(
    keeps: frozenset[str] = wrong(
        KEEPS,
        h_against_pm_one_keeps_it=KEEPS | {PM},
        mean_of_zero_one_keeps_it=KEEPS | {"zero_one-mean-half-printed"},
        the_printed_toy_loses_it=KEEPS - {toys.PRINTED},
    ),
) -> Parts:
    """Where the global minimisers lie before and after the removal, reading by reading."""
    yield assume("multiplicities (5, 4, 1, 4), then (5, 4, 1, 2); lambda = 1/10")
    yield cite(COERCIVE)
    yield from toys.derivation()
    for name, reading in toys.READINGS.items():
        after = cell(toys.Toy(reading, toys.RETRAINED))
        box = around(after[1], 1e-12)
        lost = M2 if name.startswith("pm_one") else "++++"
        wanted = M1 if name in keeps else lost
        yield Settled(f"{name}: retrained, every global minimiser is in one cell", after[2])
        yield decides(f"{name}: that cell is {wanted}", box, wanted)
        if name in keeps:
            before = cell(toys.Toy(reading, toys.PRETRAINED))
            yield Settled(f"{name}: pretrained likewise", before[2])
            yield decides(f"{name}: the same cell", around(before[1], 1e-12), M1)
