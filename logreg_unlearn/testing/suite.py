"""What every unlearning method has to do, as named checks on small problems.

A method is a :class:`~logreg_unlearn.unlearn.driver.Method`, or any function
``(problem, w) -> w`` that takes the original optimum to the unlearned weights.  Demanded of each:

===============  ===============================================================================
check            statement
===============  ===============================================================================
inputs           the problem and the start are left as they were
options          both losses and conventions, weights, offset, a free column, hard shapes: finite
moves            the result is not the original
forget set       another forget set of the same data gives another result
retain set       other retained rows give another result; the same, if it declares not to use them
forgets          where R and F contradict each other, the forget loss rises
keeps            where F says nothing, the result fits R better than no model (if it uses R)
oracle           if declared: at most 1 % of the distance to the retrained optimum is left, with
                 every option of a logistic problem, and none where forgetting changes nothing
divergence       a run that leaves every bound is a result (of a function: finite weights where
                 the Hessian is nearly singular)
determinism      the same seed gives the same bits, and no global generator is used
weights' scale   in the mean convention, weights times 8 change nothing
row order        a permutation of the rows changes nothing but rounding (unless random)
repeated rows    a row twice is a row of weight 2 (unless random)
rotation         rotated features give the rotated result (unless random)
===============  ===============================================================================

The problems are in ``EXAMPLES``, so that a failure can be looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from logreg_unlearn.testing import _checks
from logreg_unlearn.testing._checks import AnyMethod, Subject


@dataclass(frozen=True)
class Check:
    """One statement about a method.

    Attributes
    ----------
    name : str
    failure : str
        What was expected, on which problem, and what came; empty where the statement holds.
    """

    name: str
    failure: str

    @property
    def passed(self) -> bool:
        """Whether the statement holds."""
        return not self.failure

    def __str__(self) -> str:
        return f"{self.name}: {self.failure or 'holds'}"


def check_method(
    method: AnyMethod,
    *,
    uses_retain: bool = True,
    reaches_oracle: bool = False,
    random: bool = False,
) -> None:
    """Check that a method does what every unlearning method has to do; takes under a second.

    Parameters
    ----------
    method : Method or callable
        A function takes ``(problem, w)``, w the original optimum, and returns weights (d,).
    uses_retain : bool
        False for a method that never looks at the retained rows; then they must not matter.
    reaches_oracle : bool
        True for a method that claims to end at the retrained optimum.
    random : bool
        True for a method that draws minibatches or noise: row order, repeated rows and rotations
        then change what is drawn, and are not checked.

    Raises
    ------
    AssertionError
        A line for each statement of the table above that does not hold.

    Examples
    --------
    >>> from logreg_unlearn.unlearn.ascent import gradient_ascent, simultaneous
    >>> check_method(simultaneous())
    >>> check_method(gradient_ascent(), uses_retain=False)
    >>> check_method(lambda problem, w: w.copy())  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    AssertionError: moves: on EXAMPLES['plain'] expected other weights than the original's, got ...
    """
    found = conformance(
        method, uses_retain=uses_retain, reaches_oracle=reaches_oracle, random=random
    )
    failures = [str(check) for check in found if not check.passed]
    if failures:
        raise AssertionError("\n".join(failures))


def conformance(
    method: AnyMethod,
    *,
    uses_retain: bool = True,
    reaches_oracle: bool = False,
    random: bool = False,
) -> tuple[Check, ...]:
    """Return every check of :func:`check_method` with what it found.

    Parameters
    ----------
    method, uses_retain, reaches_oracle, random
        As there.

    Returns
    -------
    tuple of Check
        In the order of the table above, without those that do not apply.
    """
    subject = Subject(method, uses_retain, random)
    checks: dict[str, Callable[[Subject], None]] = {
        "inputs": _checks.inputs,
        "options": _checks.options,
        "moves": _checks.moves,
        "forget set": _checks.forget_set,
        "retain set": _checks.retain_set,
        "forgets": _checks.forgets,
    }
    if uses_retain:
        checks["keeps"] = _checks.keeps
    if reaches_oracle:
        checks["oracle"] = _checks.oracle
    checks |= {
        "divergence": _checks.divergence,
        "determinism": _checks.determinism,
        "weights' scale": _checks.scale,
    }
    if not random:
        checks |= {
            "row order": _checks.row_order,
            "repeated rows": _checks.repeated,
            "rotation": _checks.rotation,
        }
    return tuple(Check(name, _failure(check, subject)) for name, check in checks.items())


def _failure(check: Callable[[Subject], None], subject: Subject) -> str:
    try:
        check(subject)
    except AssertionError as failed:
        return str(failed)
    return ""
