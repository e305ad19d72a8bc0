"""NPO of any number of classes: against its formula, exact arithmetic and the binary method."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.testing.examples import EXAMPLES
from logreg_unlearn.unlearn.ascent import gradient_ascent
from logreg_unlearn.unlearn.driver import run
from logreg_unlearn.unlearn.npo import NpoObjective, npo
from tests.strategies import seeds


def draw(seed: int, n: int = 40, d: int = 3, count: int = 4, **options: Any) -> SoftmaxProblem:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, d))
    y = (x @ rng.standard_normal((d, count)) + rng.gumbel(size=(n, count))).argmax(axis=1)
    y[-count:] = np.arange(count)
    return SoftmaxProblem(x, y, np.arange(n) < 8, **{"ridge": 0.1, **options})


def objective_of(method: Any, problem: Any) -> NpoObjective:
    ((objective,),) = (p.objectives for p in method.phases(problem, np.random.default_rng(0)))
    return objective


def twin(binary: UnlearningProblem) -> SoftmaxProblem:
    """The same problem as one of two classes."""
    offset = None
    if binary.offset is not None:
        offset = np.column_stack([-0.5 * binary.offset, 0.5 * binary.offset])
    return SoftmaxProblem(
        binary.features, binary.labels, binary.forget, ridge=2.0 * binary.ridge, offset=offset,
        weights=binary.weights, normalisation=binary.normalisation,
        unpenalised=binary.unpenalised, label_values=(-1.0, 1.0),
    )  # fmt: skip


def doubled(w: Array) -> Array:
    return np.concatenate([-0.5 * w, 0.5 * w], axis=-1)


LOGISTIC = [name for name, make in EXAMPLES.items() if make().loss.softmax]


@pytest.mark.parametrize("name", LOGISTIC)
@pytest.mark.parametrize("b", [0.1, 2.0])
def test_two_classes_have_the_binary_method(name: str, b: float) -> None:
    """On every problem of the conformance suite: what it demands is demanded of classes too."""
    binary = EXAMPLES[name]()
    softmax, rng = twin(binary), np.random.default_rng(0)
    start = minimise(binary.original()).w
    methods = npo(b, reference=start), npo(b, reference=doubled(start))
    theirs, ours = objective_of(methods[0], binary), objective_of(methods[1], softmax)
    d = len(start)
    for _ in range(3):
        w = start + rng.normal(size=d)
        assert ours.value(doubled(w)) == pytest.approx(float(theirs.value(w)), rel=1e-12)
        rows = ours.gradient(doubled(w)).reshape(2, d)
        assert np.allclose(rows[1], theirs.gradient(w), rtol=1e-9, atol=1e-13)
        assert np.allclose(rows[0], -rows[1], rtol=1e-9, atol=1e-13)
    # half the ridge, twice the step: the weights of a class move by half of what w moves
    one = run(methods[0], binary, start, steps=30, step_size=0.02)
    two = run(methods[1], softmax, doubled(start), steps=30, step_size=0.01)
    rows = softmax.class_weights(two.w)
    assert np.allclose(rows[:, 1] - rows[:, 0], one.w[: len(two.w)], atol=1e-8)
    assert one.passes == two.passes


@pytest.mark.parametrize("b", [0.1, 3.0])
@pytest.mark.parametrize("retain", [0.0, 0.7])
@pytest.mark.parametrize("normalisation", ["mean", "sum"])
def test_against_its_formula_and_differences(
    rng: np.random.Generator, b: float, retain: float, normalisation: str
) -> None:
    problem = draw(
        1, weights=rng.uniform(0.5, 2.0, 40), offset=rng.normal(size=(40, 4)),
        normalisation=normalisation, unpenalised=(2,),
    )  # fmt: skip
    objective = objective_of(npo(b, retain), problem)
    reference, f = minimise(problem.original()).w, problem.forget
    c = np.asarray(problem.weights)[f]
    c = c / c.sum() if normalisation == "mean" else c

    def chances(w: Array) -> Array:
        logits = problem.features @ problem.class_weights(w).T + problem.offset
        pi = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        return pi[np.arange(40), problem.classes][f]

    for w in (reference, rng.normal(size=12), 3.0 * rng.normal(size=12)):
        odds = b * np.log(chances(w) / chances(reference))
        value = (2.0 / b) * c @ np.log1p(np.exp(odds))
        if retain:
            kept = problem.weighted(retain, 0.0, ridge=True)
            value += float(kept.value(w))
        assert objective.value(w) == pytest.approx(value, rel=1e-10)
        assert objective.value(w) <= objective.magnitude(w) * (1 + 1e-12)
        hessian, h = objective.hessian(w), 1e-5
        for v in np.eye(12)[::2]:
            slope = (objective.value(w + h * v) - objective.value(w - h * v)) / (2 * h)
            assert objective.gradient(w) @ v == pytest.approx(slope, rel=1e-6, abs=1e-7)
            bend = (objective.gradient(w + h * v) - objective.gradient(w - h * v)) / (2 * h)
            assert np.allclose(hessian @ v, bend, rtol=1e-5, atol=1e-7)
            assert np.allclose(objective.hessian_vector(w, v), hessian @ v, atol=1e-12)
        assert np.abs(np.linalg.eigvalsh(hessian)).max() <= objective.curvature_bound()
        other = w + 0.3 * rng.normal(size=12)
        moved = np.linalg.norm(objective.hessian(other) - hessian, 2)
        assert moved <= objective.hessian_lipschitz(w, 2.0) * np.linalg.norm(other - w)
        whole = np.abs(objective.gradient(w))
        assert np.all(whole <= objective.slope_sizes() + problem.ridge * np.abs(w).max() + 1e-12)


@given(
    seed=seeds,
    size=st.sampled_from([0.0, 1.0, 30.0, 1e3]),
    b=st.sampled_from([0.05, 1.0, 20.0, 1e6]),
)
def test_every_entry_is_exact_in_the_tails(seed: int, size: float, b: float) -> None:
    """Against 60 digits: entries to their own digits, and both errors within their bounds."""
    rng = np.random.default_rng(seed)
    problem = draw(seed % 50, n=14, d=2, count=3)
    w0 = rng.normal(size=6)
    # beside the reference the exponent is all that rounding can move
    w = size * rng.normal(size=6) if size else w0 + rng.normal(size=6) / b
    objective = objective_of(npo(b, 0.0, reference=w0), problem)
    gradient, hessian = exact(problem, objective, w, b)
    found = objective.gradient(w)
    off = np.abs(found - gradient)
    assert np.linalg.norm(off) <= objective.gradient_error(w) + 1e-300
    # of one row nothing cancels: every entry has the digits that its exponent leaves
    one = problem.forgetting(np.arange(14) == 0)
    alone = objective_of(npo(b, 0.0, reference=w0), one)
    single, _ = exact(one, alone, w, b)
    losses = float(alone.reference[0]) + float(one.forget_loss(w))
    assert np.allclose(alone.gradient(w), single, rtol=1e-13 * (1 + b * losses + 10 * size), atol=0)
    change = np.linalg.norm(objective.hessian(w) - hessian, 2)
    assert change <= objective.hessian_error(w) + 1e-300


def exact(
    problem: SoftmaxProblem, objective: NpoObjective, w: Array, b: float
) -> tuple[Array, Array]:
    """Gradient and Hessian of plain NPO, from the loss alone."""
    with mp.workdps(60):
        at = [mp.mpf(float(v)) for v in w]
        k, d = problem.count, problem.features.shape[1]
        gradient, hessian = [mp.mpf(0)] * (k * d), mp.zeros(k * d)
        rows = zip(
            problem.features[problem.forget], problem.classes[problem.forget],
            objective.forgotten.coefficients, objective.reference, strict=True,
        )  # fmt: skip
        for x, y, c, reference in rows:
            u = [mp.fsum(at[d * j + i] * mp.mpf(x[i]) for i in range(d)) for j in range(k)]
            total = mp.fsum(map(mp.exp, u))
            pi = [mp.exp(v) / total for v in u]
            loss = mp.log(total) - u[int(y)]
            s = 1 / (1 + mp.exp(-b * (mp.mpf(float(reference)) - loss)))
            slopes = list(pi)  # the label's is minus the others': 60 digits are relative
            slopes[int(y)] = -mp.fsum(p for j, p in enumerate(pi) if j != y)
            g = [slopes[j] * mp.mpf(x[i]) for j in range(k) for i in range(d)]
            for a in range(k * d):
                gradient[a] -= 2 * mp.mpf(c) * s * g[a]
                for e in range(k * d):
                    (j, i), (l, m) = divmod(a, d), divmod(e, d)
                    bend = -pi[j] * pi[l]
                    if j == l:
                        bend = pi[j] * mp.fsum(p for o, p in enumerate(pi) if o != j)
                    bend *= mp.mpf(x[i]) * mp.mpf(x[m])
                    hessian[a, e] += 2 * mp.mpf(c) * s * (b * (1 - s) * g[a] * g[e] - bend)
        return np.array(gradient, float), np.array(hessian.tolist(), float)


def one_row(b: float, reference: Array, count: int = 3) -> NpoObjective:
    problem = SoftmaxProblem(
        np.ones((2, 1)), [0, 1], [True, False], ridge=1.0, label_values=tuple(range(count))
    )
    return objective_of(npo(b, retain=0.0, reference=reference), problem)


@pytest.mark.parametrize(
    ("b", "start", "w"),
    [
        # a label that has become unlikely, the factor one half
        (8.0, [-20.0, 0.0, -99.0], [-20.0, 0.0, -99.0]),
        # a label as likely as one other, the factor 1
        (0.1, [-5000.0, 0.0, -99.0], [0.0, 0.0, -99.0]),
    ],
)
def test_the_curvature_bound_is_attained(b: float, start: list[float], w: list[float]) -> None:
    objective = one_row(b, np.array(start))
    assert objective.curvature_bound() == pytest.approx(max(1.0, b))
    largest = np.abs(np.linalg.eigvalsh(objective.hessian(np.array(w)))).max()
    assert largest == pytest.approx(max(1.0, b), rel=1e-6)


def test_the_bound_of_the_third_derivative_is_attained() -> None:
    """Where the factor is 1: a third central moment, of two values as far apart as can be."""
    objective, chance = one_row(1e-6, np.array([-1e9, 0.0, -99.0])), 0.5 - 1 / np.sqrt(12)
    w, way = np.array([np.log(chance / (1 - chance)), 0.0, -99.0]), np.array([1.0, -1.0, 0.0])
    way, h = way / np.sqrt(2.0), 1e-4
    ends = [way @ objective.hessian(w + sign * h * way) @ way for sign in (1.0, -1.0)]
    third = abs(ends[0] - ends[1]) / (2 * h)
    assert third == pytest.approx(objective.hessian_lipschitz(w, 0.0), rel=1e-5)


def test_it_starts_as_ascent_and_its_slope_fades() -> None:
    problem = draw(3)
    w = minimise(problem.original()).w
    plain = objective_of(npo(1.0, retain=0.0), problem)
    ascent = gradient_ascent().phases(problem, np.random.default_rng(0))[0].objectives[0]
    assert np.allclose(plain.gradient(w), ascent.gradient(w), rtol=1e-9)
    far = w - 40.0 * ascent.gradient(w)
    assert np.linalg.norm(plain.gradient(far)) < 0.2 * np.linalg.norm(ascent.gradient(far))


def test_minima_are_certified_and_are_where_the_steps_end() -> None:
    problem = draw(4)
    objective, done = objective_of(npo(0.5), problem), run(npo(0.5), problem, steps=4_000)
    found = minimise(objective, done.w[-1])
    assert found.converged and found.radius < 1e-6
    assert np.linalg.norm(done.w[-1] - found.w) < 1e-6
    assert problem.forget_loss(done.w[-1]) > problem.forget_loss(done.w[0])
    # the rows of a start that sum to 0 go on doing so
    assert np.abs(problem.class_weights(done.w[-1]).sum(axis=0)).max() < 1e-10
