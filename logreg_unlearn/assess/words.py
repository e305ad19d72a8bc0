"""The verdicts in plain words, and numbers printed so that they say what they are."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context
from typing import TYPE_CHECKING

import numpy as np

from logreg_unlearn.assess.limit import LimitKind
from logreg_unlearn.problem.losses import LOGISTIC, get_loss
from logreg_unlearn.problem.multiclass import AnyProblem, SoftmaxProblem

if TYPE_CHECKING:
    from logreg_unlearn.assess.audit import Audit
    from logreg_unlearn.assess.outcome import Outcome

_NAMES = {
    "da": "Descent-ascent",
    "ga": "Gradient ascent",
    "alternating-ascent": "Alternating descent-ascent (ascent first)",
    "alternating-descent": "Alternating descent-ascent (descent first)",
    "neggrad+": "NegGrad+",
    "neggrad+minibatch": "NegGrad+ in minibatches",
    "ascent-finetune": "Ascent followed by finetuning",
    "calibrated": "Calibrated descent-ascent",
    "scrub": "SCRUB",
    "npo": "NPO",
}

_REMOVALS = {
    "newton": "one Newton step",
    "newton-2": "two Newton steps",
    "newton-3": "three Newton steps",
    "influence": "one influence update",
    "rescaled-influence": "one influence update, rescaled",
    "projective": "the projective residual update",
    "subspace-oracle": "the subspace oracle",
    "descent-to-delete": "descent-to-delete",
}


def audit_sentence(audit: Audit) -> str:
    """Return the verdict of an audit."""
    against = f"Compared with {audit.refit}."
    model = "The original model" if audit.weights is None else "The model in use"
    if audit.coincide:
        return (
            f"{model} is the retrained optimum to six digits: there is nothing to "
            f"unlearn, and every method can only move away. {against}"
        )
    if not audit.resolved:
        norms = [float(np.linalg.norm(o.w)) for o in (audit.start, audit.oracle)]
        name = "Original" if audit.weights is None else "Model in use"
        return (
            f"{name} and retrained optimum cannot be told apart: their norms are "
            f"{norms[0]:.2g} and {norms[1]:.2g}, their distance {audit.distance_original:.2g}, "
            f"and together they are certified to {audit.uncertain:.2g} only: rescale the "
            f"columns or try a larger ridge. {against}"
        )
    newton = removal_words(audit.newton_ratio)
    return f"{describe(audit.outcomes[0])}; one Newton step {newton}. {against}"


def weights_words(audit: Audit) -> str:
    """Return how far the weights that were given are from the original optimum; else nothing."""
    far = audit.distance_weights
    if far is None:
        return ""
    size = float(np.linalg.norm(audit.original.w))
    share = far.upper / size if size > 0 else 0.0
    # that a bound is not exactly the length says nothing
    part = "100 %" if abs(share - 1.0) < 0.005 else percent(share) if share < 10.0 else times(share)
    about = f" ({part} of its length)" if share else ""
    if far.lower > _ELSEWHERE * size:
        about += (
            ": were they trained on columns of another scale, on other rows, with another ridge, "
            "or for the other label?"
        )
    centred = isinstance(audit.problem, SoftmaxProblem)
    less = ", less their mean over the classes, which changes no prediction" if centred else ""
    return (
        f"weights given{less}: certified {downwards(far.lower)} to {upwards(far.upper)} "
        f"from the original optimum{about}"
    )


_ELSEWHERE = 0.1
"""Share of the original's length: a solver that stopped early is nearer, with a gradient of 1e-3
and a ridge of 1e-2 say; another ridge or another sign of the label is not."""


def phrase(method: str) -> str:
    """Return a method or removal as it is named inside a sentence."""
    return _REMOVALS.get(method, method)


def describe(outcome: Outcome) -> str:
    """Return what a method did, in words, without a full stop."""
    name = _NAMES.get(outcome.method, outcome.method)
    count = int(outcome.trajectory.steps[-1])
    steps = f"{count:,} step{'' if count == 1 else 's'}"
    kind = outcome.limit.kind
    moving = "its steps negligible" if outcome.trajectory.converged else "still moving"
    if kind is LimitKind.OVERFLOW:
        return f"{name} diverges: it left the range of floating point within {steps}"
    here = _place(outcome.verdict_end, outcome.ratio)
    if kind is LimitKind.AWAY:
        said = f"{name} diverges: it provably goes away for ever, and is {here} after {steps}"
    elif outcome.ended:
        said = f"{name} ends {here}"
    elif kind is LimitKind.UNKNOWN:
        said = f"{name} after {steps}, {moving}, is {here}; where it ends is not certified"
    else:
        said = f"{name} after {steps}, {moving}, is {here}; its limit is "
        said += (
            "the retrained optimum"
            if outcome.retraining
            else _place(outcome.verdict, outcome.limit_ratio)
        )
    if outcome.retraining:
        said += (
            "; that is retraining by gradient descent, at "
            f"{times(outcome.cost)} the cost of retraining"
        )
    return said


def _place(verdict: str, ratio: float) -> str:
    if verdict == "UNCHANGED":
        return "as far from the retrained optimum as doing nothing"
    if verdict == "HELPED":
        return (
            f"closer to the retrained optimum than doing nothing: {percent(ratio)} of the "
            "distance remains"
        )
    if not math.isfinite(ratio):
        return "away from the retrained optimum, from which the original model cannot be told"
    return f"{times(ratio)} as far from the retrained optimum as doing nothing"


def removal_words(ratio: float) -> str:
    """Return what one removal step does, after its name; NaN where it could not be taken."""
    if math.isnan(ratio):
        return "cannot be taken"
    if math.isinf(ratio):
        return "leaves the retrained optimum"
    if ratio < 1.0:
        return f"leaves {percent(ratio)} of the original's distance"
    return f"ends {times(ratio)} as far"


def times(ratio: float) -> str:
    """Return a ratio with three digits, or as many as tell it from 1."""
    if ratio >= 1e6:
        return f"{ratio:.1e}x"
    if ratio >= 999.5:
        return f"{float(f'{ratio:.3g}'):,.0f}x"
    return f"{ratio:.{_decimals(ratio)}f}x" if abs(ratio - 1.0) < 0.05 else f"{ratio:.3g}x"


def percent(ratio: float) -> str:
    """Return a ratio as a percentage with two digits, or as many as tell it from 100 %."""
    if abs(ratio - 1.0) < 0.05:
        return f"{100.0 * ratio:.{max(_decimals(ratio) - 2, 0)}f} %"
    shown = f"{100.0 * ratio:.2g}"
    return f"{100.0 * ratio:.0f} %" if "e+" in shown else f"{shown} %"


def upwards(bound: float) -> str:
    """Return a bound above with two digits, rounded upwards: it stays a bound."""
    return two_digits(bound, ROUND_CEILING) if math.isfinite(bound) else "unknown"


def downwards(bound: float) -> str:
    """Return a finite bound below with two digits, rounded downwards."""
    return two_digits(bound, ROUND_FLOOR)


def two_digits(value: float, rounding: str = ROUND_HALF_EVEN) -> str:
    """Return a finite number with two digits."""
    shown = float(Context(prec=2, rounding=rounding).create_decimal(value))
    return f"{shown:,.0f}" if 100.0 <= shown < 1e6 else f"{shown:.2g}"


def duration(seconds: float) -> str:
    """Return a time with one or two digits."""
    if seconds < 0.0995:
        return f"{1e3 * seconds:.1g} ms" if seconds < 9.5e-3 else f"{1e3 * seconds:.2g} ms"
    return f"{seconds:.2g} s" if seconds < 99.5 else f"{seconds / 60.0:.0f} min"


def _decimals(ratio: float) -> int:
    """Decimals that show the difference of a ratio from 1, itself to a digit."""
    gap = abs(ratio - 1.0)
    # 1e-9 after rounding is still nine decimals; one distance, rounded in two ways, is off by 1e-15
    return math.ceil(-math.log10(gap) - 1e-6) if gap > 1e-14 else 0


def refit_words(problem: AnyProblem) -> str:
    """Return which refit the oracle is: the convention of the ridge and what it leaves alone."""
    ridge = problem.ridge
    if problem.normalisation == "mean":
        how = f"with the same ridge {ridge:g} per sample mean"
    elif isinstance(problem, SoftmaxProblem) or get_loss(problem.loss) is LOGISTIC:
        how = f"as scikit-learn with C={1.0 / ridge:g}"
    else:
        how = f"with the same ridge {ridge:g} on the sum of the losses"
    free = free_columns(problem)
    return f"a refit on the retained rows {how}, " + (
        f"{' and '.join(free)} unpenalised" if free else "every column penalised"
    )


def loss_name(problem: AnyProblem) -> str:
    """Return the name of the loss: softmax, which has no other, of three classes or more."""
    return "softmax" if isinstance(problem, SoftmaxProblem) else get_loss(problem.loss).name


def free_columns(problem: AnyProblem) -> list[str]:
    """Return the names of the unpenalised columns; a nameless constant one is the intercept."""
    names = problem.feature_names
    free = []
    for j in problem.unpenalised:
        column = problem.features[:, j]
        if names is not None:
            free.append(names[j])
        else:
            free.append("intercept" if (column == column[0]).all() else f"column {j}")
    return free
