"""The toy's readings in words: the paper leaves targets, reduction, ridge and sigmoid open."""

from logreg_unlearn.theory import nonconvex_toy as theory
from logreg_unlearn.theory.nonconvex_toy import POSITIONS, Reading, RidgeTerm, Sigmoid, Target

from .. import ink

DEFAULT = Reading.from_name("zero_one-sum-half-probable")
TARGETS = {
    Target.ZERO_ONE: "against 0 and 1",
    Target.PM_ONE: "against \N{MINUS SIGN}1 and +1",
    Target.SCALED_PM_ONE: "scaled to (\N{MINUS SIGN}1, 1) against \N{MINUS SIGN}1 and +1",
}
REDUCTIONS = {"SUM": "summed", "MEAN": "averaged"}
W1, W2 = r"$w_1$ (weight of $x$)", r"$w_2$ (weight of $x^2$)"


def reading_of(table: ink.Table) -> Reading:
    """Return the reading whose numbers a table holds."""
    return Reading.from_name(str(table["reading"][0]))


def plain(reading: Reading) -> str:
    """Return a reading in words without formulas, for a caption."""
    squared = f"squared errors {REDUCTIONS[reading.reduction.name]}"
    half = "half the ridge" if reading.ridge_term is RidgeTerm.HALF else "the ridge"
    unit = "1 + z" if reading.sigmoid is Sigmoid.PROBABLE else "(1 + z)/2"
    target = TARGETS[reading.target].replace("\N{MINUS SIGN}", "-")
    return f"sigmoid of {unit} {target}, {squared}, {half} times the squared weights"


def described(reading: Reading, ridge: str = r" with $\lambda=0.1$") -> str:
    """Return a reading in words with its formulas, for a title."""
    squared = f"squared errors {REDUCTIONS[reading.reduction.name]}"
    half = r"\frac{\lambda}{2}" if reading.ridge_term is RidgeTerm.HALF else r"\lambda"
    margin = "1+w_1x+w_2x^2"
    unit = margin if reading.sigmoid is Sigmoid.PROBABLE else rf"({margin})/2"
    penalty = rf"ridge ${half}\|w\|^2${ridge}"
    return rf"Output $\sigma({unit})$ {TARGETS[reading.target]}, {squared}, {penalty}"


def verdict(signs: str) -> str:
    """Return decisions (a sign per position) in words: which positions are wrong."""
    wrong = [x for x, s, right in zip(POSITIONS, signs, "-+-+", strict=True) if s != right]
    kind = {theory.M1: "$M_1$, ", theory.M2: "$M_2$, "}.get(signs, "")
    if len(wrong) in (0, len(signs)):
        return "all wrong" if wrong else "all right"
    return f"{kind}wrong only at $x={', '.join(f'{x:g}' for x in wrong)}$"
