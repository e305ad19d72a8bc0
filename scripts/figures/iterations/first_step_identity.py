"""The first step usually comes closer to the oracle, and the end point is farther all the same."""

import numpy as np

from logreg_unlearn.assess.distance import cosine
from logreg_unlearn.data.forget_sets import SWEPT
from logreg_unlearn.data.synthetic import gaussian_classes
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import iterations as theory
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run

from .. import ink
from .._solving import RIDGE, problem_of, real_problem

DATASETS = ("breast_cancer", "digits_3v8", "anes96")
RANDOM, REAL = "random Gaussian problems", "real data"


def CAPTION(table: ink.Table) -> str:
    random = table["group"] == RANDOM
    away = 100 * np.mean(table["alignment"][random] < 0)
    farther = 100 * np.mean(table["ratio"][random] > 1)
    return (
        "The first step of descent-ascent, from the identity for its gradient at the original, "
        "against its end point (logistic loss; random problems of d = 5, n = 200; real ones with "
        f"f = 0.1 and ridge {RIDGE:g}). The first step moves away from the oracle in {away:.1f} % "
        f"of the random problems, yet the end point is farther than the original in {farther:.0f} "
        "% of them."
    )


def random_problem(seed: int) -> UnlearningProblem:
    """Return a Gaussian logistic problem with random correlation, fraction and ridge."""
    rng = np.random.default_rng(seed)
    correlation, fraction = rng.uniform(-1, 1), rng.uniform(0.05, 0.5)
    data = gaussian_classes(correlation, n=200, d=5, forget_fraction=fraction, seed=seed)
    return problem_of(data, 10.0 ** rng.uniform(-3, 0))


def compute(quick: bool = False) -> ink.Table:
    """Return alignment of the first step and ratio at the end point of every problem."""
    problems = [(RANDOM, random_problem(seed)) for seed in range(60 if quick else 400)]
    problems += [(REAL, real_problem(name, kind)) for name in DATASETS for kind in SWEPT]
    rows = []
    for group, problem in problems:
        start, oracle = minimise(problem.original()).w, minimise(problem.oracle())
        gradient = theory.first_step_identity(
            problem.oracle().gradient(start), start, problem.ridge, problem.forget_fraction
        )
        distance = run(simultaneous(), problem, start, oracle=oracle, steps=5_000).distance
        rows.append((group, cosine(-gradient, oracle.w - start), distance[-1] / distance[0]))
    return ink.columns(("group", "alignment", "ratio"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.6, 4.2))
    for k, group in enumerate((RANDOM, REAL)):
        part = table["group"] == group
        ink.points(ax, k, table["alignment"][part], table["ratio"][part], group)
    ink.unity(ax)
    ax.axvline(0.0, color="black", linestyle=":", label="left: first step moves away")
    ax.set(yscale="log", ylabel=f"{ink.RATIO}, end point")
    ax.set_xlabel("cosine of the first step with the way to the oracle")
    return ink.with_legend(figure, ax, 2)
