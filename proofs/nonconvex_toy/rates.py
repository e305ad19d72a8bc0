"""The counterexample for every ratio of ascent to descent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from mpmath import iv

from ..kernel import interval
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Settled
from ..kernel.theorems import COERCIVE, GRADIENT_FLOW, KRAWCZYK
from . import toys
from .boxes import around, count_lowest, in_cell
from .guesses import best_point
from .landscapes import decides
from .toys import DESCENT_ASCENT, M1, PRINTED, PROBABLE, READINGS, RETRAINED, SHALLOW, Toy
from .trap import trap_steps


@proves
def toy_counterexample_for_every_rate(
    size: Callable[[Any], Any] = wrong(
        lambda rate: 2 / rate,
        the_forget_set_does_not_adapt=lambda rate: sp.Integer(2),
        the_wrong_way=lambda rate: 2 * rate,
    ),
    readings: tuple[str, ...] = wrong((PROBABLE, SHALLOW), the_printed_toy=(PRINTED,)),
    smallest: Any = sp.Rational(1, 10**6),
) -> Parts:
    """The objectives after pretraining are those of rate 1; pretraining keeps its cell."""
    yield assume(
        f"ascent steps r >= {smallest} times the descent steps; 2 samples retained at x = 4",
        "multiplicities may be scaled together (with the ridge, where losses are summed)",
    )
    yield cite(KRAWCZYK, COERCIVE, GRADIENT_FLOW)
    rate = sp.Symbol("r", positive=True)
    retain = sp.Matrix(RETRAINED)
    forget = sp.Matrix([0, 0, 0, size(rate)])
    m, n = sp.symbols("m n", integer=True, positive=True)
    yield from toys.derivation()
    yield Identity(
        "retain minus rate times forget: the multiplicities of rate 1",
        retain - rate * forget,
        sp.Matrix(DESCENT_ASCENT),
    )
    yield Identity("rate m/n: m copies make 2 n forgotten", m * size(m / n), 2 * n)
    for name in readings:
        yield from trap_steps(name)
        # the forgotten from none (rate infinite) to 2 / smallest, in pieces that double
        edges, last = [sp.Integer(0), sp.Rational(1, 2)], 2 / smallest
        while edges[-1] < last:
            edges.append(min(2 * edges[-1], last))
        for low, high in zip(edges, edges[1:], strict=False):
            guess = best_point(Toy(READINGS[name], (5, 4, 1, 2 + high)))
            count = iv.mpf([interval.thin(2 + low).a, interval.thin(2 + high).b])
            toy = Toy(READINGS[name], (5, 4, 1, count))
            yield Settled(
                f"{name}: {low} to {high} forgotten: the global minimiser is of kind M1",
                count_lowest(toy, guess, lambda box: in_cell(box, M1)),
            )
            yield decides(f"{name}: the point compared with", around(guess, 1e-12), M1)
