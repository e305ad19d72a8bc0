"""Every bound over the truth on real data: its slack, below 1 where a published form fails."""

from __future__ import annotations

import numpy as np

from logreg_unlearn.data import real
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import guarantees, removal
from logreg_unlearn.unlearn.removal import certificate, newton_removal

DATA = ("breast_cancer", "digits_3v8", "anes96", "fair")
RIDGES = (0.01, 0.1, 1.0)
SHARE = 20
"""One in so many rows is forgotten, at random."""
STEPS, TRAINED = 10, 50


def request(name: str, ridge: float, one_in: int = SHARE) -> UnlearningProblem:
    """Return a random request of a real data set, mean convention, the same every time."""
    data = real.load(name)
    n = len(data.labels)
    forget = np.random.default_rng(0).permutation(n) < n // one_in
    return UnlearningProblem(data.features, data.labels, forget, ridge=ridge)


def gradient_gap(problem: UnlearningProblem) -> tuple[float, float]:
    """Return the bounds of the gradients' difference: by mean lengths, by the longest row."""
    size = np.linalg.norm(problem.features, axis=1)
    f = problem.forget_fraction
    means = size[problem.forget].mean() + size[~problem.forget].mean()
    return float(f * means), float(2 * f * size.max())


def descend(objective: Objective, w: Array, step_size: float, steps: int) -> Array:
    """Take gradient steps."""
    for _ in range(steps):
        w = w - step_size * objective.gradient(w)
    return w


def curvature(problem: UnlearningProblem, of_all: bool = False) -> float:
    """Return the largest curvature of the oracle's objective, or the larger of both."""
    bounds = [problem.oracle().curvature_bound()]
    return float(max(*bounds, problem.original().curvature_bound()) if of_all else bounds[0])


def slack(name: str, ridge: float) -> dict[str, float]:
    """Return every bound over what it bounds."""
    problem = request(name, ridge)
    whole = problem.original()
    kept = problem.oracle().with_rows(~problem.forget)
    original, oracle = minimise(whole).w, minimise(kept).w
    truth = float(np.linalg.norm(original - oracle))
    mean_gap, longest_gap = gradient_gap(problem)
    found = {
        "sensitivity, 2 n_F G/(n ridge)": longest_gap / ridge / truth,
        "sensitivity, mean lengths": mean_gap / ridge / truth,
        "sensitivity, gradient at the original": certificate(problem, original) / truth,
    }
    found |= _descent(problem, original, oracle, mean_gap, longest_gap)
    return found | _newton(problem, kept, original, oracle)


def _descent(
    problem: UnlearningProblem, original: Array, oracle: Array, mean_gap: float, longest: float
) -> dict[str, float]:
    kept, ridge, f = problem.oracle(), problem.ridge, problem.forget_fraction
    top = curvature(problem)
    ended = descend(kept, original, 2 / (top + ridge), STEPS)
    truth = np.linalg.norm(ended - oracle)
    bound = removal.descent_to_delete(0.0, mean_gap / ridge, ridge, top, STEPS).request
    # 8 G c^K/(ridge n (1 - c^K)): the longest row's gap is 2 n_F G/n
    one_row = 4 * longest / problem.forget.sum() / ridge
    published = removal.descent_to_delete(0.0, one_row, ridge, top, STEPS).stream
    found = {
        f"descent-to-delete, {STEPS} steps": float(bound / truth),
        "descent-to-delete, published for one row": float(published / truth),
    }
    top = curvature(problem, of_all=True)
    start = np.zeros_like(original)
    checkpoint = descend(problem.original(), start, 1 / top, TRAINED)
    rewound = descend(kept, checkpoint, 1 / top, STEPS)
    truth = np.linalg.norm(rewound - descend(kept, start, 1 / top, TRAINED + STEPS))
    both = removal.rewind_to_delete(mean_gap, f, 1 / top, TRAINED, STEPS, ridge, top)
    return found | {
        f"rewind-to-delete, {STEPS} of {TRAINED + STEPS} steps": float(both.convex / truth),
        "rewind-to-delete, published": float(both.published / truth),
    }


def _newton(
    problem: UnlearningProblem, kept: Objective, original: Array, oracle: Array
) -> dict[str, float]:
    ridge, removed = problem.ridge, newton_removal(problem, original)
    left, out = len(kept.coefficients), int(problem.forget.sum())
    rows, step = kept.signed_features, removed - original
    change, norm = rows @ step, float(np.linalg.norm(rows, 2))
    longest = float(np.linalg.norm(problem.features, axis=1).max())
    residual = np.linalg.norm(kept.gradient(removed))
    product = guarantees.published_residual_bound(
        norm, np.linalg.norm(step), np.linalg.norm(change), longest
    )
    sharp = guarantees.newton_residual(
        change, kept.loss.curvature(kept.margins(original)), 1 / left, norm / np.sqrt(left)
    )
    worst = removal.worst_case_residual(out, left, ridge, longest)
    far = np.linalg.norm(original - oracle)
    rate = guarantees.newton_contraction(longest, norm**2 / left, ridge, 0.0).quadratic
    ended = np.linalg.norm(removed - oracle)
    return {
        "Newton residual, row by row": float(sharp.per_row / residual),
        "Newton residual, fourth powers": float(sharp.quadratic / residual),
        "Newton residual, amended product": float(product.amended / left / residual),
        "Newton residual, published product": float(product.published / left / residual),
        "Newton residual, worst case": float(worst.amended / left / residual),
        "the worst case, published for one row": float(worst.published / left / residual),
        "Newton step, q times the distance squared": float(rate * far**2 / ended),
        "Newton step, gradient after it": float(certificate(problem, removed) / ended),
    }
