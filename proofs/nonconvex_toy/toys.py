"""The readings of the toy, its objectives, and the derivatives of its loss."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import sympy as sp
from mpmath import iv

from ..kernel import interval
from ..kernel.proof import set_up
from ..kernel.steps import Identity, Step

POSITIONS = (-1, 1, 3, 4)
LABELS = (-1, 1, -1, 1)
PRETRAINED, RETRAINED, DESCENT_ASCENT = (5, 4, 1, 4), (5, 4, 1, 2), (5, 4, 1, 0)
RIDGE = sp.Rational(1, 10)
M1, M2 = "-+++", "-+--"
Z, H, K, A, B, T, MU = sp.symbols("z h k a b t mu", real=True)
W1, W2 = sp.symbols("w1 w2", real=True)


@dataclass(frozen=True)
class Reading:
    """A reading: slope ``k``, compared quantity ``a h + b``, targets, mean?, mu / lambda."""

    name: str
    slope: sp.Rational
    scale: int
    shift: int
    targets: tuple[int, ...]
    mean: bool
    ridge_factor: int


_TARGETS = {
    "zero_one": (1, 0, (0, 1, 0, 1)),
    "pm_one": (1, 0, LABELS),
    "scaled_pm_one": (2, -1, LABELS),
}

READINGS = {
    f"{target}-{reduction}-{term}-{sigmoid}": Reading(
        f"{target}-{reduction}-{term}-{sigmoid}",
        slope,
        *_TARGETS[target],
        reduction == "mean",
        factor,
    )
    for sigmoid, slope in (("printed", sp.Rational(1, 2)), ("probable", sp.Integer(1)))
    for target in _TARGETS
    for reduction in ("sum", "mean")
    for term, factor in (("half", 1), ("full", 2))
}

KEEPS = frozenset(
    name
    for name in READINGS
    if name.startswith("scaled")
    or name.startswith("zero_one-sum")
    or name == "zero_one-mean-half-probable"
)

TRAPS = frozenset(
    name
    for name in KEEPS
    if name == "scaled_pm_one-sum-half-printed"
    or (name.endswith("probable") and not name.startswith("zero_one-mean"))
)


def sigmoid(z: Any) -> Any:
    """The sigmoid of slope k, whose argument is 1 + z."""
    return 1 / (1 + sp.exp(-K * (1 + z)))


def _derivatives() -> tuple[Any, Any]:
    """Return psi' and psi'' in ``h``, by differentiating the loss and eliminating ``z``."""
    loss = (A * sigmoid(Z) + B - T) ** 2
    inverse = sp.log(H / (1 - H)) / K - 1
    slope = sp.diff(sigmoid(Z), Z).subs(Z, inverse)
    first = sp.factor(sp.simplify(sp.diff(loss, Z).subs(Z, inverse)))
    # d/dz of a function of h is its h-derivative times h', itself differentiated from h
    return first, sp.expand(sp.diff(first, H) * sp.simplify(slope))


def derivation() -> list[Step]:
    """The steps that tie the polynomials in ``h`` and the gradient to the loss."""
    first, second = _derivatives()
    unit = sigmoid(Z)
    loss = (A * unit + B - T) ** 2
    psi, count = sp.Function("psi"), sp.Symbol("c", real=True)
    x = sp.Symbol("x", real=True)
    margin = W1 * x + W2 * x**2
    one = count * psi(margin) + MU * (W1**2 + W2**2) / 2
    outer = sp.Matrix([[x**2, x**3], [x**3, x**4]])
    curvature = sp.diff(psi(Z), Z, 2).subs(Z, margin)
    return set_up(
        (
            Identity("psi' as a polynomial in h", sp.diff(loss, Z), first.subs(H, unit)),
            Identity("psi'' as a polynomial in h", sp.diff(loss, Z, 2), second.subs(H, unit)),
            Identity(
                "a sample adds c psi'' phi phi^T to the Hessian, the ridge mu I",
                sp.hessian(one, (W1, W2)).doit(),
                count * curvature.doit() * outer + MU * sp.eye(2),
            ),
        )
    )


@cache
def polynomials(reading: Reading, target: int) -> tuple[tuple[tuple[Any, ...], Any], ...]:
    """Return psi' and psi'' in h: interval coefficients (highest first), critical points."""
    values = {K: reading.slope, A: reading.scale, B: reading.shift, T: target}
    out = []
    for expression in _derived():
        polynomial = sp.Poly(expression.subs(values), H)
        isolated = polynomial.diff(H).intervals(eps=sp.Rational(1, 10**14), inf=0, sup=1)
        critical = tuple(
            iv.mpf([interval.thin(lo).a, interval.thin(hi).b]) for (lo, hi), _ in isolated
        )
        out.append((tuple(interval.thin(c) for c in polynomial.all_coeffs()), critical))
    return tuple(out)


_derived = cache(_derivatives)
PRINTED, PROBABLE = "zero_one-sum-half-printed", "zero_one-sum-half-probable"
PM, SHALLOW = "pm_one-sum-half-probable", "scaled_pm_one-sum-half-printed"


@dataclass(frozen=True)
class Toy:
    """One objective: a reading, the multiplicities (rational or intervals), the ridge."""

    reading: Reading
    counts: tuple[Any, ...]
    ridge: Any = RIDGE

    @property
    def mu(self) -> Any:
        """The factor of ``||w||^2 / 2``."""
        return self.ridge * self.reading.ridge_factor

    @property
    def weights(self) -> tuple[Any, ...]:
        """The factor of each sample's loss."""
        counts = [c if isinstance(c, interval.Interval) else sp.Rational(c) for c in self.counts]
        return tuple(c / sum(counts) for c in counts) if self.reading.mean else tuple(counts)

    def expression(self) -> Any:
        """The objective as a sympy expression in w1, w2."""
        r = self.reading
        loss = sum(
            c * (r.scale * sigmoid(W1 * x + W2 * x**2).subs(K, r.slope) + r.shift - t) ** 2
            for c, x, t in zip(self.weights, POSITIONS, r.targets, strict=True)
        )
        return loss + self.mu * (W1**2 + W2**2) / 2
