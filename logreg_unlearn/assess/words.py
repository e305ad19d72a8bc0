"""The verdicts in plain words, and numbers printed so that they say what they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from logreg_unlearn.assess.limit import LimitKind
from logreg_unlearn.problem.losses import LOGISTIC, get_loss
from logreg_unlearn.problem.problem import UnlearningProblem

if TYPE_CHECKING:
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
    """Return what one removal step does, after its name."""
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


def _decimals(ratio: float) -> int:
    """Decimals that show the difference of a ratio from 1, itself to a digit."""
    gap = abs(ratio - 1.0)
    # 1e-9 after rounding is still nine decimals; a double near 1 has no more than 15
    return min(math.ceil(-math.log10(gap) - 1e-6), 15) if gap > 0.0 else 0


def refit_words(problem: UnlearningProblem) -> str:
    """Return which refit the oracle is: the convention of the ridge and what it leaves alone."""
    ridge = problem.ridge
    if problem.normalisation == "mean":
        how = f"with the same ridge {ridge:g} per sample mean"
    elif get_loss(problem.loss) is LOGISTIC:
        how = f"as scikit-learn with C={1.0 / ridge:g}"
    else:
        how = f"with the same ridge {ridge:g} on the sum of the losses"
    free = free_columns(problem)
    return f"a refit on the retained rows {how}, " + (
        f"{' and '.join(free)} unpenalised" if free else "every column penalised"
    )


def free_columns(problem: UnlearningProblem) -> list[str]:
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
