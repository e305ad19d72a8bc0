"""The ridge does not act radially."""

from __future__ import annotations

from typing import Any

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Settled, Witness
from ..kernel.theorems import COERCIVE, IMPLICIT_FUNCTION, KRAWCZYK
from . import toys
from .boxes import around, unique_box
from .guesses import best_point, settle
from .landscapes import at_box, cell, decides, minimum, only
from .toys import M1, M2, MU, PRETRAINED, PRINTED, PROBABLE, READINGS, RIDGE, W1, W2, Toy


@proves
def toy_ridge_is_not_radial(
    turn: int = wrong(1, the_other_way_round=-1),
    strong: Any = wrong(sp.Integer(10), the_same_ridge=RIDGE),
    weak: Any = wrong(RIDGE, still_two_minima=sp.Integer(10)),
    readings: tuple[str, ...] = wrong(
        tuple(READINGS),
        the_other_way_round=(PRINTED,),
        the_same_ridge=(PRINTED,),
        still_two_minima=(PRINTED,),
    ),
) -> Parts:
    """The direction turns, a decision flips, and a minimum disappears as the ridge grows."""
    yield assume("the pretrained toy; w(mu) a differentiable branch of minimisers, H its Hessian")
    yield cite(KRAWCZYK, COERCIVE, IMPLICIT_FUNCTION)
    w1, w2 = sp.Function("w1")(MU), sp.Function("w2")(MU)
    u, v, s = sp.symbols("u v s", real=True)
    loss = sp.Function("L")(u, v)
    gradient = sp.Matrix([sp.diff(loss, u), sp.diff(loss, v)])
    hessian = sp.hessian(loss, (u, v)) + MU * sp.eye(2)
    at = {u: w1, v: w2}
    w = sp.Matrix([w1, w2])
    total = sp.diff(gradient.subs(at) + MU * w, MU).doit()
    p, q = sp.symbols("p q", real=True)
    slopes = {sp.diff(w1, MU): p, sp.diff(w2, MU): q, w1: u, w2: v}
    implicit = total.subs(slopes).doit()
    here, rate = sp.Matrix([u, v]), sp.Matrix([p, q])
    radial = hessian * (s * here) + here
    yield from toys.derivation()
    yield Identity("H w' + w = 0 along the minimisers", implicit, (hessian * rate + here).doit())
    yield Identity(
        "a radial response w' = s w would make w an eigenvector of H",
        here[0] * radial[1] - here[1] * radial[0],
        s * (here[0] * (hessian * here)[1] - here[1] * (hessian * here)[0]),
    )
    for name in readings:
        toy = Toy(READINGS[name], PRETRAINED)
        pair = unique_box(toy, best_point(toy))
        h = sp.hessian(toy.expression(), (W1, W2))
        image = h * sp.Matrix([W1, W2])
        turning = W1 * image[1] - W2 * image[0]
        box = pair[1] if pair else around(best_point(toy), 1.0)
        yield Witness(
            f"{name}: w is no eigenvector of H: its direction turns",
            at_box(box),
            holds=(turn * turning > 0 if name == PRINTED else sp.Ne(turning, 0),),
        )
    reading = READINGS[PROBABLE]
    base, heavy = Toy(reading, PRETRAINED, weak), Toy(reading, PRETRAINED, strong)
    _, best, left = cell(base)
    alone, far = only(heavy, f"lambda = {strong}: one stationary point", best_point(heavy))
    other = unique_box(base, settle(base, (1.98, -1.01)))
    mine = unique_box(base, best)
    boxes = [pair[1] if pair else around((0, 0), 9.0) for pair in (mine, other)]
    yield Settled(f"lambda = {weak}: every global minimiser decides alike", left)
    yield decides(f"lambda = {weak}: as M1", boxes[0], M1)
    yield minimum(base, f"lambda = {weak}: a minimum there", boxes[0])
    yield decides(f"lambda = {weak}: another stationary point decides as M2", boxes[1], M2)
    yield minimum(base, f"lambda = {weak}: a minimum too", boxes[1])
    yield alone
    yield decides(f"lambda = {strong}: the decision at x = -1 has flipped", far, "++++")
