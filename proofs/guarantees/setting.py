"""What several proofs of this stem share: the logistic loss, and pi between two rationals."""

from __future__ import annotations

import sympy as sp

from ..kernel.steps import Identity


def loss(margin: sp.Expr) -> sp.Expr:
    """The logistic loss."""
    return sp.log(1 + sp.exp(-margin))


def pi_below() -> Identity:
    """Show that pi < 22/7, by Dalzell's integral of a positive function."""
    t = sp.Symbol("t", real=True)
    return Identity(
        "pi < 22/7, by an integral that is positive",
        sp.integrate(sp.apart(t**4 * (1 - t) ** 4 / (1 + t**2)), (t, 0, 1)),
        sp.Rational(22, 7) - sp.pi,
    )


def pi_above() -> Identity:
    """Show that pi > 3 likewise."""
    t = sp.Symbol("t", real=True)
    return Identity(
        "pi > 3, by an integral that is positive",
        sp.integrate(sp.apart(2 * t * (1 - t) ** 2 / (1 + t**2)), (t, 0, 1)),
        sp.pi - 3,
    )
