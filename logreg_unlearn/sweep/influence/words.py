"""The answers in words: every number and every yes or no is computed from the tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from logreg_unlearn.assess.candidates import RATIOS
from logreg_unlearn.sweep.influence.ranks import Estimate
from logreg_unlearn.sweep.influence.tables import ALL_FIXED, FIXED, Growth, Helped, Shift, Skill

PAPER = "cross-influence slopes"
"""The paper's own: the spectral norm, weighted by the loss."""


def answers(
    skills: Sequence[Skill], helped: Helped, growth: Sequence[Growth], shift: Shift | None
) -> list[str]:
    """Return one sentence or two for each question."""
    return [
        of_the_norm(skills),
        of_the_best(skills),
        of_help(helped),
        *([] if shift is None or np.isnan(shift.final.value) else [of_correlation(shift)]),
        *([of_size(growth)] if growth else []),
    ]


def of_the_norm(skills: Sequence[Skill]) -> str:
    """Say whether the spectral norm predicts how badly descent-ascent ends."""
    forms = [skill for skill in skills if skill.name.startswith("cross-influence")]
    paper = next(skill for skill in forms if skill.name == PAPER)
    best = max(forms, key=lambda skill: abs(skill.correlation[FIXED].value))
    own = max(forms, key=lambda skill: skill.correlation[ALL_FIXED].value)
    trivial = next(skill for skill in skills if skill.name == "trivial")
    beats = [s.name for s in forms if s.beyond_trivial.low > 0]
    found = paper.correlation[FIXED]
    verdict = (
        f"no: no form of it orders outcomes better than 1/(f sqrt(ridge)) ({trivial_text(trivial)})"
        if not beats
        else f"in part: better than 1/(f sqrt(ridge)) ({trivial_text(trivial)}) do "
        + ", ".join(beats)
    )
    return (
        "Does the spectral norm of the cross-influence matrix predict how badly descent-ascent "
        f"ends? At fixed ridge and size {verdict}. The paper's own form has a rank correlation of "
        f"{interval(found)} there, {interval(paper.correlation['overall'])} overall; the strongest "
        f"of its forms is {best.name} at {interval(best.correlation[FIXED])}, "
        f"{direction(best.correlation[FIXED])}. Where the fraction is fixed as well, "
        f"{own.name} has {interval(own.correlation[ALL_FIXED])}."
    )


def trivial_text(trivial: Skill) -> str:
    """Return what the candidate to beat reaches."""
    return f"{interval(trivial.correlation[FIXED])}"


def direction(found: Estimate) -> str:
    """Say which way a correlation points, if any."""
    if found.low > 0:
        return "larger where it ends farther"
    if found.high < 0:
        return "smaller where it ends farther, the opposite of what was hoped"
    return "whose sign is not settled"


def best_of(skills: Sequence[Skill]) -> Skill:
    """Return the candidate whose number is nearest in nine cases of ten."""
    numbers = (skill for skill in skills if skill.name in RATIOS and np.isfinite(skill.factor))
    return min(numbers, key=lambda skill: skill.factor_90)


def of_the_best(skills: Sequence[Skill]) -> str:
    """Say what does."""
    best = best_of(skills)
    help_ = (
        "it never predicts help"
        if np.isnan(best.precision)
        else f"where it predicts help it is right in {100 * best.precision:.0f} %, and it finds "
        f"{100 * best.recall:.0f} % of the helped"
    )
    return (
        f"What does? {best.name}: rank correlation {interval(best.correlation[FIXED])} at fixed "
        f"ridge and size, off by a factor of {best.factor:.2f} in the median and of "
        f"{best.factor_90:.2f} or less in nine cases of ten; {help_}."
    )


def of_help(helped: Helped) -> str:
    """Say whether the helped cases are global or metastable."""
    if not helped.helped:
        return f"None of {helped.cases} cases ended closer to the oracle than the original."
    kinds = ", ".join(f"{kind} {count}" for kind, count in helped.kinds.items())
    share = helped.metastable / helped.helped
    nature = "mostly metastable" if share > 0.5 else "mostly global"
    return (
        f"Are the helped cases global? {helped.helped} of {helped.cases} cases ended closer "
        f"({kinds}). They are {nature}: from 0 the same objective ends elsewhere, and lower, in "
        f"{helped.metastable} of them ({by_kind(helped)}), farther than the original in "
        f"{helped.lost} of these."
    )


def by_kind(helped: Helped) -> str:
    """Return which forget sets the metastable cases are of."""
    return ", ".join(f"{kind} {count}" for kind, count in helped.lower.items()) or "none"


def of_correlation(shift: Shift) -> str:
    """Say whether a higher correlation enlarges the distance, or shrinks the original's."""
    final, original = _trend(shift.final), _trend(shift.original)
    return (
        "Does a higher correlation of the class means enlarge descent-ascent's distance, or only "
        "shrink the original's? At fixed ridge, size and fraction, with a growing cosine "
        f"descent-ascent's distance {final}, the original's {original}, and their quotient "
        f"{_trend(shift.ratio)}."
    )


def of_size(growth: Sequence[Growth]) -> str:
    """Return the exponents of n beside the law's."""
    parts = [
        f"{each.measured:.2f} ({each.regime}, median q {each.q:.2g}; 1/(2(1+q)) says "
        f"{each.law:.2f}; {each.groups} group{'s' * (each.groups > 1)})"
        for each in growth
    ]
    return (
        "How does the ratio grow with n for random forget sets? With the exponent "
        + " and ".join(parts)
        + "."
    )


def interval(found: Estimate) -> str:
    """Return an estimate with its interval."""
    return f"{found.value:+.2f} [{found.low:+.2f}, {found.high:+.2f}]"


def _trend(found: Estimate) -> str:
    if found.low > 0:
        return f"grows ({interval(found)})"
    if found.high < 0:
        return f"shrinks ({interval(found)})"
    return f"does neither clearly ({interval(found)})"
