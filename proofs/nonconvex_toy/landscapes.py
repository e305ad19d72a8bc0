"""Steps about one landscape: its minimisers, their decisions, its stationary points."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import sympy as sp

from ..kernel.steps import Settled, Step, Witness, nonnegative
from .boxes import Box, Extension, count_lowest, count_stationary, in_cell, unique_box
from .guesses import STARTS, best_point, settle
from .toys import POSITIONS, W1, W2, Toy


@cache
def cell(toy: Toy) -> tuple[str, tuple[float, float], int]:
    """Return the decisions of the best point found, the point, and what is left undecided.

    Undecided are boxes with other decisions whose values may be as low: 0 proves that every
    global minimiser has these decisions.
    """
    w = best_point(toy)
    signs = "".join("+" if 1 + w[0] * x + w[1] * x * x > 0 else "-" for x in POSITIONS)
    return signs, w, count_lowest(toy, w, lambda box: in_cell(box, signs))


def only(toy: Toy, what: str, known: Any, level: float = math.inf) -> tuple[Settled, Box]:
    """One stationary point of value at most ``level``, and its enclosure; or another, proved."""
    left, box = count_stationary(toy, known, level)
    counter = ""
    for start in STARTS if left else ():
        pair = unique_box(toy, settle(toy, start))
        mine = unique_box(toy, known)
        if pair is None or mine is None or Extension(toy).value(pair[1]) > level:
            continue
        if any(a < b or a > b for a, b in zip(pair[1], mine[1], strict=True)):
            at = ", ".join(f"{float(x.mid):.4f}" for x in pair[1])
            counter = f"another stationary point is proved near ({at})"
    return Settled(what, left, counter), box


def at_box(box: Box) -> dict[sp.Symbol, Any]:
    """The weights, anywhere in a box."""
    return {W1: box[0], W2: box[1]}


def minimum(toy: Toy, what: str, box: Box) -> Witness:
    """The derived Hessian is positive definite on the whole enclosure."""
    h = sp.hessian(toy.expression(), (W1, W2))
    return Witness(what, at_box(box), holds=(h[0, 0] > 0, h[0, 0] * h[1, 1] - h[0, 1] ** 2 > 0))


def decides(what: str, box: Box, signs: str) -> Witness:
    """The decisions at -1, 1, 3, 4 everywhere in a box; a dot leaves one open."""
    relations = tuple(
        1 + W1 * x + W2 * x**2 > 0 if sign == "+" else 1 + W1 * x + W2 * x**2 < 0
        for x, sign in zip(POSITIONS, signs, strict=True)
        if sign in "+-"
    )
    return Witness(what, at_box(box), holds=relations)


def coercive() -> Step:
    """A sum of squares beside the ridge: the objective grows without end."""
    c = sp.Symbol("c", nonnegative=True)
    residual = sp.Symbol("r", real=True)
    mu = sp.Symbol("mu", positive=True)
    rest = c * residual**2 + mu * (W1**2 + W2**2) / 2 - mu * (W1**2 + W2**2) / 2
    return nonnegative("J(w) >= (mu/2) ||w||^2: coercive", rest)
