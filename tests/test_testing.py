"""The conformance suite: sound methods pass, each broken one is rejected by the right check."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from logreg_unlearn.problem.losses import LOGISTIC, Array, get_loss
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem as Problem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.testing import EXAMPLES, check_method, conformance
from logreg_unlearn.unlearn.ascent import (
    alternating,
    ascent_then_finetune,
    get_method,
    gradient_ascent,
    neggrad_plus,
    simultaneous,
)
from logreg_unlearn.unlearn.driver import Method, Phase
from logreg_unlearn.unlearn.removal import newton_removal
from logreg_unlearn.unlearn.scales import default_step_size


def descends(build: Callable[[Problem], Objective]) -> Method:
    return Method("test", lambda problem, _: (Phase((build(problem),)),))


# --- sound methods ----------------------------------------------------------------------------


def influence(problem: Problem, w: Array) -> Array:
    """One step with the original's Hessian: it uses R through this Hessian alone."""
    slope = problem.forget_ascent().gradient(w)
    if problem.normalisation == "mean":
        odds = problem.forget_fraction / (1.0 - problem.forget_fraction)
        slope = odds * (slope - problem.oracle().ridge_diagonal * w)
    return w - np.linalg.solve(problem.original().hessian(w), slope)


def retrained(problem: Problem, w: Array) -> Array:
    return minimise(problem.oracle(), w).w


def one_ascent_step(problem: Problem, w: Array) -> Array:
    return w - 0.1 * problem.forget_ascent().gradient(w)


@pytest.mark.parametrize(
    ("method", "declared"),
    [
        (gradient_ascent(ridge=True), dict(uses_retain=False)),
        (alternating(ridge_in_ascent=False), {}),
        (neggrad_plus(0.2), {}),
        (neggrad_plus(0.9), {}),
        (neggrad_plus(1.0), dict(reaches_oracle=True)),
        (get_method("finetune"), dict(reaches_oracle=True)),
        (neggrad_plus(batch_size=4), dict(random=True)),
        (ascent_then_finetune(0.2), dict(reaches_oracle=True)),
        (influence, {}),
        (retrained, dict(reaches_oracle=True)),
        (lambda problem, w: newton_removal(problem, w, steps=2), dict(reaches_oracle=True)),
        (one_ascent_step, dict(uses_retain=False)),
    ],
)
def test_sound_methods_pass(method: Any, declared: dict[str, bool]) -> None:
    check_method(method, **declared)


# --- broken methods, and what rejects them ----------------------------------------------------


def still(problem: Problem) -> Objective:
    return problem.weighted(0.0, 0.0, ridge=False)


def oblivious(problem: Problem) -> Objective:
    """Shrinks the original: no look at which rows are forgotten."""
    return problem.original().with_coefficients(problem.original().coefficients, 0.5)


def runs_away(problem: Problem) -> Objective:
    """A ridge of the wrong sign."""
    objective = problem.descent_ascent()
    return objective.with_coefficients(objective.coefficients, -10.0)


def unnormalised(problem: Problem) -> Objective:
    """Sums where the convention says means."""
    mass = np.ones(len(problem.labels)) if problem.weights is None else problem.weights
    signs = np.where(problem.forget, -1.0, 1.0)
    return problem.oracle().with_coefficients(mass * signs / len(mass))


def unweighted(problem: Problem) -> Objective:
    return replace(problem, weights=None).descent_ascent()


def first_retained_half(problem: Problem) -> Objective:
    kept = np.flatnonzero(~problem.forget)
    coefficients = problem.descent_ascent().coefficients.copy()
    coefficients[kept[: (len(kept) + 1) // 2]] *= 2.0
    return problem.oracle().with_coefficients(coefficients)


def first_column_alone(problem: Problem) -> Objective:
    rows = problem.descent_ascent().signed_features.copy()
    rows[:, 1:] *= 0.5
    return replace(problem.descent_ascent(), signed_features=rows)


def mean_convention_alone(problem: Problem) -> Objective:
    if problem.normalisation != "mean":
        raise NotImplementedError("only the mean convention")
    return problem.descent_ascent()


def careful(problem: Problem) -> Objective:
    """A loss that raises where margins explode."""

    loss = get_loss(problem.loss)

    def watched(z: Array, out: Array) -> Array:
        if not np.all(np.abs(z) < 100.0):
            raise OverflowError("the iteration diverges")
        return loss.link.function(z, out)

    raising: Any = replace(loss, link=replace(loss.link, function=watched))  # type: ignore[arg-type]
    return replace(problem.descent_ascent(), loss=raising)


def clipped(problem: Problem) -> Objective:
    """No gradient at all on the steep problem: a divergence that is hidden."""
    return still(problem) if problem.ridge < 1e-3 else problem.descent_ascent()


def not_a_number(problem: Problem) -> Objective:
    objective = problem.descent_ascent()
    return objective.with_coefficients(np.full_like(objective.coefficients, np.nan))


def spoils_the_problem(problem: Problem) -> Objective:
    problem.features[:] *= 0.5
    return problem.descent_ascent()


def spoils_the_weights(problem: Problem) -> Objective:
    if problem.weights is not None:
        problem.weights[0] *= 1.5
    return problem.descent_ascent()


def spoils_the_rows(problem: Problem) -> Objective:
    problem.descent_ascent().signed_features[:] *= 0.5
    return problem.descent_ascent()


def legacy_generator(problem: Problem) -> Objective:
    return problem.weighted(np.random.random(), -1.0)


def standard_generator(problem: Problem) -> Objective:
    return problem.weighted(random.random(), -1.0)


def unseeded(problem: Problem) -> Objective:
    return problem.weighted(np.random.default_rng().random(), -1.0)


def reseeded(problem: Problem) -> Objective:
    np.random.seed(0)
    return problem.descent_ascent()


def drawn(problem: Problem, generator: np.random.Generator) -> tuple[Phase, ...]:
    return (Phase((problem.weighted(generator.random(), -1.0),)),)


def spoils_the_start(problem: Problem, w: Array) -> Array:
    w -= 0.1 * problem.descent_ascent().gradient(w)
    return w


BROKEN: dict[str, tuple[Any, dict[str, bool], set[str]]] = {
    "never moves": (descends(still), {}, {"moves", "forget set", "retain set", "forgets"}),
    "never moves, by hand": (lambda _, w: w.copy(), {}, {"moves", "forget set"}),
    "ignores the forget set": (descends(oblivious), {}, {"forget set"}),
    "descends the forget loss": (descends(lambda p: p.weighted(1.0, 1.0)), {}, {"forgets"}),
    "ascends the retain loss": (descends(lambda p: p.weighted(-1.0, -1.0)), {}, {"keeps"}),
    "ascends R, descends F": (descends(lambda p: p.weighted(-1, 1)), {}, {"keeps", "forgets"}),
    "ignores the retain set": (gradient_ascent(), {}, {"retain set"}),
    "hides that it uses R": (simultaneous(), dict(uses_retain=False), {"retain set"}),
    "claims the oracle": (simultaneous(), dict(reaches_oracle=True), {"oracle"}),
    "claims it for the mean convention": (
        lambda p, w: retrained(replace(p, normalisation="mean"), w),
        dict(reaches_oracle=True),
        {"oracle"},
    ),
    "claims it without the offset": (
        lambda p, w: retrained(replace(p, offset=None), w),
        dict(reaches_oracle=True),
        {"oracle"},
    ),
    "drifts away from nothing to do": (
        lambda p, w: retrained(p, w) + 1e-5 * np.sign(w),
        dict(reaches_oracle=True),
        {"oracle"},
    ),
    "runs away": (descends(runs_away), {}, {"moves"}),
    "raises on divergence": (descends(careful), {}, {"divergence"}),
    "hides a divergence": (descends(clipped), {}, {"divergence"}),
    "not a number": (descends(not_a_number), {}, {"options", "moves"}),
    "not a number, by hand": (lambda _, w: w * np.nan, {}, {"options", "divergence"}),
    "another shape": (lambda _, w: w[:, None], {}, {"options"}),
    "complex numbers": (lambda p, w: newton_removal(p, w) * (1 + 0j), {}, {"options"}),
    "no weights at all": (lambda _, w: None, {}, {"options"}),
    "raises on an option": (descends(mean_convention_alone), {}, {"options"}),
    "no phases": (Method("test", lambda *_: ()), {}, {"options"}),
    "spoils the problem": (descends(spoils_the_problem), {}, {"inputs"}),
    "spoils the weights": (descends(spoils_the_weights), {}, {"inputs"}),
    "spoils the objective": (descends(spoils_the_rows), {}, {"inputs"}),
    "spoils the start": (spoils_the_start, {}, {"inputs"}),
    "numpy's global generator": (descends(legacy_generator), {}, {"determinism"}),
    "Python's global generator": (descends(standard_generator), {}, {"determinism"}),
    "a generator without a seed": (descends(unseeded), dict(random=True), {"determinism"}),
    "seeds the global generator": (descends(reseeded), dict(random=True), {"determinism"}),
    "hides that it is random": (Method("test", drawn), {}, {"determinism"}),
    "sums for means": (descends(unnormalised), {}, {"weights' scale"}),
    "ignores the weights": (descends(unweighted), {}, {"repeated rows"}),
    "prefers the first rows": (descends(first_retained_half), {}, {"row order"}),
    "prefers a column": (descends(first_column_alone), {}, {"rotation"}),
}


@contextmanager
def global_generators_restored() -> Iterator[None]:
    numpys, pythons = np.random.get_state(), random.getstate()
    yield
    np.random.set_state(numpys)
    random.setstate(pythons)


@pytest.mark.parametrize(("method", "declared", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_methods_are_rejected(
    method: Any, declared: dict[str, bool], expected: set[str]
) -> None:
    with global_generators_restored():
        found = conformance(method, **declared)
        with pytest.raises(AssertionError) as caught:
            check_method(method, **declared)
    failed = [check for check in found if not check.passed]
    assert expected <= {check.name for check in failed}
    lines = str(caught.value).split("\n")
    assert len(lines) == len(failed)
    for check, line in zip(failed, lines, strict=True):
        # which statement, on which problem, what was expected and what came
        assert line.startswith(f"{check.name}: on EXAMPLES['")
        assert " expected " in line and ", got " in line


def test_every_check_rejects_something() -> None:
    every = {check.name for check in conformance(simultaneous(), reaches_oracle=True)}
    assert set(itertools.chain(*(expected for *_, expected in BROKEN.values()))) == every


def test_one_fault_fails_few_checks() -> None:
    """A message is of use only if the other checks do not fail with it."""
    for name in (
        "descends the forget loss",
        "ignores the retain set",
        "claims the oracle",
        "raises on divergence",
        "hides a divergence",
        "raises on an option",
        "ignores the weights",
        "prefers a column",
    ):
        method, declared, expected = BROKEN[name]
        failed = {check.name for check in conformance(method, **declared) if not check.passed}
        assert failed <= expected | {"oracle"}, name


def test_global_generators_are_as_they_were() -> None:
    before = repr((np.random.get_state(), random.getstate()))
    conformance(simultaneous())
    assert repr((np.random.get_state(), random.getstate())) == before


def test_results_print_themselves() -> None:
    found = conformance(gradient_ascent())
    assert str(found[0]) == "inputs: holds" and found[0].passed
    assert str(found[4]).startswith("retain set: on EXAMPLES['plain'] expected other weights")
    assert not found[4].passed


# --- the problems -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_solved_and_deterministic(name: str) -> None:
    one, again = EXAMPLES[name](), EXAMPLES[name]()
    assert np.array_equal(one.features, again.features)
    original, oracle = minimise(one.original()), minimise(one.oracle())
    for optimum in (original, oracle):
        assert optimum.converged and optimum.radius < 1e-6
    apart = np.linalg.norm(original.w - oracle.w)
    assert (apart > 1e-3) == (name != "copies")


def test_examples_have_what_they_are_named_for() -> None:
    problems = {name: build() for name, build in EXAMPLES.items()}
    assert problems["exponential"].loss.name == problems["steep"].loss.name == "exponential"
    assert np.ptp(problems["weighted"].weights) > 1.0
    assert np.ptp(problems["offset"].offset) > 1.0
    assert problems["sum"].normalisation == "sum"
    assert problems["free column"].unpenalised == (2,)
    assert np.all(problems["separable"].labels * problems["separable"].features[:, 0] > 0)
    assert problems["wide"].features.shape[1] > len(problems["wide"].labels)
    assert problems["one column"].features.shape[1] == 1
    assert problems["one forgotten"].forget.sum() == 1
    assert (~problems["one retained"].forget).sum() == 1
    clash = problems["contradiction"]
    signed = clash.labels[:, None] * clash.features
    assert np.array_equal(signed[clash.forget], -signed[~clash.forget][:16])
    assert not np.any(problems["silent"].features[problems["silent"].forget])
    dressed = problems["few forgotten, dressed"]
    assert dressed.weights is not None and dressed.offset is not None and dressed.unpenalised
    assert dressed.normalisation == "sum" and dressed.loss is LOGISTIC


@pytest.mark.parametrize("name", ["plain", "weighted", "contradiction", "silent"])
def test_the_step_of_the_checks_is_short(name: str) -> None:
    problem = EXAMPLES[name]()
    objectives = (problem.descent_ascent(), problem.oracle())
    step_size = default_step_size(objectives, (np.zeros(problem.features.shape[1]),))
    assert step_size > 0.2
