"""Over random forget sets the gradients of the two losses differ by chance alone, of known size."""

import numpy as np

from logreg_unlearn.data import real
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import random_sets as theory

from .. import ink

CASES = ("breast_cancer", "digits_3v8", "anes96", "fair")
CAPTION = (
    "Root mean square, over random forget sets, of the difference between the gradients of retain "
    "and forget loss at the original model, over the size of the set (logistic loss, ridge 0.1), "
    "with the exact value. Simulation and theory agree within the error of the draws at every size "
    "and on every data set."
)


def compute(quick: bool = False) -> ink.Table:
    """Return simulated and exact root mean squares by size."""
    draws, rng, rows = 100 if quick else 1_000, np.random.default_rng(0), []
    for name in CASES:
        data = real.load(name)
        n, nobody = len(data.labels), np.arange(len(data.labels)) == 0
        problem = UnlearningProblem(data.features, data.labels, nobody, ridge=0.1)
        # the original does not depend on what is forgotten
        w = minimise(problem.original()).w
        signed = data.labels[:, None] * data.features
        gradients = -signed / (1 + np.exp(signed @ w))[:, None]
        total = gradients.sum(axis=0)
        for size in np.unique(np.round(np.geomspace(2, n // 2, 5 if quick else 10)).astype(int)):
            squares = []
            for _ in range(draws):
                gone = gradients[rng.choice(n, size, replace=False)].sum(axis=0)
                squares.append(np.sum(((total - gone) / (n - size) - gone / size) ** 2))
            exact = float(theory.random_gradient(gradients, size))
            rows.append((name, size / n, np.sqrt(np.mean(squares)), np.sqrt(exact)))
    return ink.columns(("data", "fraction", "simulated", "exact"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(7.4, 4.6))
    for k, name in enumerate(CASES):
        part = table["data"] == name
        x, label = table["fraction"][part], name.replace("_", " ")
        exact, found = (x, table["exact"][part]), (x, table["simulated"][part])
        ink.pair(ax, k, exact, found, label, ("exact", "simulated"))
    ax.set(xscale="log", yscale="log", xlabel=r"forget fraction $f$")
    ax.set_ylabel(r"root mean square of $\|\nabla(\bar\ell_R-\bar\ell_F)(w_D)\|$")
    return ink.with_legend(figure, ax, 4)
