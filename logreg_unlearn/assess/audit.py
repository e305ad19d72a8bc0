"""An audit of one problem: what each unlearning method would do to this model.

Everything is measured against the certified retrained optimum; the ratio is the distance to
it over the original model's, so above 1 is worse than doing nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from logreg_unlearn.assess.dependence import Dependence, dependence
from logreg_unlearn.assess.distance import ratio
from logreg_unlearn.assess.outcome import Outcome, distance_between, outcome_of, told_apart
from logreg_unlearn.assess.record import audit_html
from logreg_unlearn.assess.words import describe, refit_words, removal_words
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import Optimum, OptimumStatus, minimise
from logreg_unlearn.unlearn.ascent import get_method
from logreg_unlearn.unlearn.driver import Method
from logreg_unlearn.unlearn.removal import influence_removal, newton_removal, removal_passes

__all__ = ["Audit", "Outcome", "audit", "describe"]

_COINCIDE = 1e-6
"""Two models that agree to six digits are the same model: no verdict here has more."""


@dataclass(frozen=True, eq=False)
class Audit:
    """The result of :func:`audit`.

    Attributes
    ----------
    problem : UnlearningProblem
    original, oracle : Optimum
    distance_original : float
        Euclidean, between the two.
    outcomes : tuple of Outcome
        One per method, in the order asked for.
    newton_ratio, influence_ratio : float
        Distance after one Newton step on the retained data, and after the influence function's
        update, over the original's.
    newton_cost, influence_cost : float
        In units of retraining.
    dependence : Dependence
    refit : str
        Which refit the oracle is, in words: convention of the ridge, unpenalised columns.
    """

    problem: UnlearningProblem
    original: Optimum
    oracle: Optimum
    distance_original: float
    outcomes: tuple[Outcome, ...]
    newton_ratio: float
    influence_ratio: float
    newton_cost: float
    influence_cost: float
    dependence: Dependence
    refit: str

    @property
    def uncertain(self) -> float:
        """Sum of the two certified radii: distances below it cannot be told from 0."""
        return self.original.radius + self.oracle.radius

    @property
    def resolved(self) -> bool:
        """Whether original and oracle differ by more than their certified radii."""
        return told_apart(self.original, self.oracle)

    @property
    def coincide(self) -> bool:
        """Whether original and oracle are certified to agree to six digits."""
        return _coincide(self.original, self.oracle)

    def sentence(self) -> str:
        """Return the verdict in plain words."""
        against = f"Compared with {self.refit}."
        if self.coincide:
            return (
                "The original model is the retrained optimum to six digits: there is nothing to "
                f"unlearn, and every method can only move away. {against}"
            )
        if not self.resolved:
            norms = [float(np.linalg.norm(o.w)) for o in (self.original, self.oracle)]
            return (
                "Original and retrained optimum cannot be told apart: their norms are "
                f"{norms[0]:.2g} and {norms[1]:.2g}, their distance {self.distance_original:.2g}, "
                f"and together they are certified to {self.uncertain:.2g} only: rescale the "
                f"columns or try a larger ridge. {against}"
            )
        return (
            f"{describe(self.outcomes[0])}; one Newton step {removal_words(self.newton_ratio)}. "
            f"{against}"
        )

    def __repr__(self) -> str:
        shown = ", ".join(f"{o.method} {o.verdict}" for o in self.outcomes[:6])
        more = ", ..." if len(self.outcomes) > 6 else ""
        return f"Audit({shown}{more}; original to oracle {self.distance_original:.4g})"

    def _repr_html_(self) -> str:
        return audit_html(self)


def audit(
    problem: UnlearningProblem,
    methods: Sequence[str | Method] = (
        "da",
        "ga",
        "alternating-ascent",
        "neggrad+",
        "ascent-finetune",
    ),
    *,
    steps: int = 20_000,
    seed: int = 0,
) -> Audit:
    """Solve original and oracle, run the methods, and measure.

    Parameters
    ----------
    problem : UnlearningProblem
    methods : sequence of str or Method
        Names of ``unlearn.ascent.METHODS`` and methods of one's own, at least one.
    steps : int
        Step budget per method.
    seed : int
        Seeds the minibatches.

    Raises
    ------
    ValueError
        If a method does not exist, two have one name, none is given, or an optimum does not exist
        or could not be certified.
    """
    chosen = _methods(methods)
    if steps < 1:
        raise ValueError(f"expected steps >= 1, got {steps}")
    original = _certified(problem, "original", minimise(problem.original()))
    oracle = _certified(problem, "oracle", minimise(problem.oracle(), original.w))
    if not told_apart(original, oracle) and not _coincide(original, oracle):
        original = _sharpened(problem.original(), original)
        oracle = _sharpened(problem.oracle(), oracle)
    apart = distance_between(original, oracle)
    share = float(np.mean(~problem.forget))
    retraining = oracle.passes * share  # in passes over all rows, as the methods' are

    def removed(w: Array) -> float:
        moved = float(np.linalg.norm(w - oracle.w))
        if apart > original.radius + oracle.radius:
            return float(ratio(moved, apart))
        return 1.0 if moved <= original.radius + oracle.radius else np.inf

    costs = [passes / retraining for passes in removal_passes(problem)]
    return Audit(
        problem=problem,
        original=original,
        oracle=oracle,
        distance_original=apart,
        outcomes=tuple(
            outcome_of(
                problem, method, original, oracle, steps=steps, seed=seed, retraining=retraining
            )
            for method in chosen
        ),
        newton_ratio=removed(newton_removal(problem, original.w)),
        influence_ratio=removed(influence_removal(problem, original.w)),
        newton_cost=costs[0],
        influence_cost=costs[1],
        dependence=dependence(problem, original.w),
        refit=refit_words(problem),
    )


def _methods(methods: Sequence[str | Method]) -> list[Method]:
    """Return the methods, a name that is given twice once."""
    if isinstance(methods, str | Method):
        raise ValueError(f"expected a sequence of methods, got {methods!r} alone: put it in a list")
    chosen = []
    for method in dict.fromkeys(methods):
        if not isinstance(method, str | Method):
            raise ValueError(f"expected names or Method objects, got a {type(method).__name__}")
        chosen.append(get_method(method) if isinstance(method, str) else method)
    if not chosen:
        raise ValueError("expected at least one method, got none")
    names = [method.name for method in chosen]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"expected methods of different names, got {name!r} {names.count(name)} times"
            )
    return chosen


def _coincide(original: Optimum, oracle: Optimum) -> bool:
    farthest = distance_between(original, oracle) + original.radius + oracle.radius
    return farthest <= _COINCIDE * max(float(np.linalg.norm(o.w)) for o in (original, oracle))


def _sharpened(objective: Objective, optimum: Optimum) -> Optimum:
    """Go on to a millionth of the solver's tolerance, which knows nothing of the ridge."""
    better = minimise(objective, optimum.w, tolerance=1e-16)
    if not (better.converged and better.radius < optimum.radius):
        return optimum
    return replace(better, passes=optimum.passes + better.passes)


def _certified(problem: UnlearningProblem, name: str, optimum: Optimum) -> Optimum:
    if optimum.converged:
        return optimum
    if optimum.status is OptimumStatus.NO_MINIMUM:
        raise ValueError(_no_optimum(problem, name))
    if optimum.status is OptimumStatus.UNCERTIFIED:
        raise ValueError(
            f"expected {name} weights that can be certified, got a gradient of "
            f"{optimum.gradient_norm:.2g} with no minimum that is certain to be near: penalise "
            "the unpenalised columns or rescale them"
        )
    raise ValueError(
        f"expected a solvable {name} problem, got {optimum.status.value} "
        f"(gradient norm {optimum.gradient_norm:.2g}): try a larger ridge"
    )


def _no_optimum(problem: UnlearningProblem, name: str) -> str:
    kept = ~problem.forget if name == "oracle" else np.ones(len(problem.forget), dtype=bool)
    rows = "the retained rows" if name == "oracle" else "the rows"
    free = problem.features[kept][:, list(problem.unpenalised)]
    intercept = (free == free[0]).all(axis=0).any()
    if intercept and len(np.unique(problem.labels[kept])) == 1:
        return f"{rows} have one label: no optimum exists (penalise the intercept)"
    return f"the unpenalised columns separate {rows} by label: no optimum exists (penalise them)"
