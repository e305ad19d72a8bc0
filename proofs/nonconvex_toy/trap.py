"""When fine-tuning is trapped after descent-ascent, and when it is not yet."""

from __future__ import annotations

from typing import Any

import sympy as sp
from mpmath import iv

from ..kernel import interval
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Settled, Step, Witness
from ..kernel.theorems import COERCIVE, GRADIENT_FLOW, KRAWCZYK, MEAN_VALUE
from . import boxes, flows, toys
from .boxes import Box, Extension
from .guesses import best_point, pass_between, settle
from .landscapes import at_box, cell, decides, only
from .toys import M1, PM, TRAPS, W1, W2, H


def trap_steps(name: str) -> list[Step]:
    """Fine-tuning never crosses a line, and everything beyond it is worse than M1."""
    reading = toys.READINGS[name]
    ascent, retrained = toys.Toy(reading, toys.DESCENT_ASCENT), toys.Toy(reading, toys.RETRAINED)
    left, start = boxes.count_stationary(ascent, best_point(ascent))
    level = Extension(retrained).value(start).b
    _, best, other = cell(retrained)
    kind = decides(f"{name}: the best point is of kind M1", boxes.around(best, 1e-12), M1)
    line = pass_between(retrained, best_point(ascent))
    if line is None:
        alone = boxes.count_stationary(retrained, best)[0] == 0
        counter = "retraining has a single stationary point" if alone else ""
        elsewhere = f"{name}: fine-tuning ends elsewhere than at the best point"
        return [kind, Settled(elsewhere, 1, counter)]
    at, normal = line
    side = normal[0] * (W1 - at[0]) + normal[1] * (W2 - at[1])
    n1, n2, a1, a2 = (interval.thin(v) for v in (*normal, *at))

    def before_the_line(box: Box) -> bool:
        return bool(n1 * (box[0] - a1) + n2 * (box[1] - a2) < 0)

    return [
        kind,
        Settled(f"{name}: descent-ascent has one stationary point", left),
        Witness(f"{name}: it lies beyond the line", at_box(start), holds=(side > 0,)),
        Settled(
            f"{name}: fine-tuning from it never crosses the line back",
            flows.count_crossing(retrained, level, at, normal),
        ),
        Settled(
            f"{name}: everything beyond the line is worse than the best point",
            boxes.count_lowest(retrained, best, before_the_line),
        ),
        Settled(f"{name}: M1 like it is every global minimiser", other),
    ]


def _escape_steps(name: str) -> list[Step]:
    """Either M1 is not what retraining finds, or it is the only place to go."""
    retrained = toys.Toy(toys.READINGS[name], toys.RETRAINED)
    signs, best, other = cell(retrained)
    if signs != M1:
        return [
            Settled(f"{name}: every global minimiser of retraining decides alike", other),
            Witness(
                f"{name}: and not as M1: there is nothing inferior to be trapped in",
                at_box(boxes.around(best, 1e-12)),
                holds=((1 - W1 + W2 if signs[0] == "+" else -1 - 4 * W1 - 16 * W2) > 0,),
            ),
        ]
    what = f"{name}: M1 is retraining's only stationary point: no trap"
    alone, box = only(retrained, what, best)
    return [alone, decides(f"{name}: it is of kind M1", box, M1)]


@proves
def toy_trap(
    readings: tuple[str, ...] = wrong(
        tuple(toys.READINGS),
        the_printed_toy_traps=(toys.PRINTED,),
        h_against_pm_one_traps=(PM,),
        nothing_traps=(toys.PROBABLE,),
    ),
    traps: frozenset[str] = wrong(
        TRAPS,
        the_printed_toy_traps=frozenset({toys.PRINTED}),
        h_against_pm_one_traps=frozenset({PM}),
        nothing_traps=frozenset(),
    ),
) -> Parts:
    """Seven readings trap; in the others M1 is the only minimum or not the global one."""
    yield assume(
        "fine-tuning: gradient flow of the retrained objective from descent-ascent's point",
        "along it the value falls, so it crosses a line only where the value is below its "
        "first one and the descent direction points across",
    )
    yield cite(KRAWCZYK, COERCIVE, GRADIENT_FLOW)
    yield from toys.derivation()
    for name in readings:
        yield from (trap_steps(name) if name in traps else _escape_steps(name))


@proves
def toy_irreversibility_needs_long_ascent(
    early: Any = wrong(sp.Rational(1, 200), ten_time_units=sp.Integer(10)),
    share: int = wrong(3, recovers_from_the_trap_too=0),
    readings: tuple[str, ...] = wrong(
        (toys.PROBABLE, toys.SHALLOW),
        recovers_from_the_trap_too=(toys.PROBABLE,),
        ten_time_units=(toys.SHALLOW,),
    ),
) -> Parts:
    """Up to the time ``early`` fine-tuning recovers M1; after convergence it is trapped."""
    yield assume("descent-ascent: gradient flow from the pretrained global minimum, stopped at t")
    yield cite(KRAWCZYK, COERCIVE, GRADIENT_FLOW, MEAN_VALUE)
    yield from toys.derivation()
    for name in readings:
        reading = toys.READINGS[name]
        pretrained, retrained = (
            toys.Toy(reading, toys.PRETRAINED),
            toys.Toy(reading, toys.RETRAINED),
        )
        ascent = toys.Toy(reading, toys.DESCENT_ASCENT)
        pair = boxes.unique_box(pretrained, best_point(pretrained))
        start = pair[1] if pair else boxes.around(best_point(pretrained), 1.0)
        extension = Extension(retrained)
        first = extension.value(start).b
        _, best, _ = cell(retrained)
        trap = settle(retrained, best_point(ascent))
        # between the value at the start and that of the trap, by a small margin above it at most
        level = (
            float((share * first + (4 - share) * extension.value(boxes.around(trap, 1e-6))).b) / 4
        )
        what = f"{name}: M1 is retraining's only stationary point below a level"
        alone, box = only(retrained, what, best, level)
        yield alone
        yield decides(f"{name}: it is of kind M1", box, M1)
        yield Witness(
            f"{name}: the pretrained minimum is below the level",
            {H: first},
            holds=(H < sp.Rational(level),),
        )
        speed = (iv.mpf(level) - first) / interval.thin(early)
        yield Settled(
            f"{name}: below the level descent-ascent raises the value so slowly that it needs more "
            f"than the time {early} to reach it",
            *flows.growth(retrained, ascent, level, speed),
        )
        yield from trap_steps(name)
