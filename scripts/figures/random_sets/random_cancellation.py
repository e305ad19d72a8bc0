"""On a random forget set descent-ascent has nothing but the ridge and noise to descend."""

import numpy as np

from logreg_unlearn.data import DataSet, real
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import random_sets as theory
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run

from .. import ink

RIDGE = 0.01
CAPTION = (
    "Left: retain minus forget loss at the original model over random forget sets of "
    "breast_cancer, with the exact mean 0 and standard deviation; right: what descent-ascent does "
    "to the model for one random forget set. What it optimises on average is the ridge alone, so "
    "what is left to descend is the sampling noise of one forget set: the distance to the oracle "
    "grows by orders of magnitude and the accuracy falls."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the losses' moments by size, and what one run does."""
    draws, data, rng = 200 if quick else 2_000, real.load("breast_cancer"), np.random.default_rng(0)
    n, signed = len(data.labels), data.labels[:, None] * data.features
    # the original does not depend on what is forgotten
    w = minimise(_problem(data, rng).original()).w
    losses = np.logaddexp(0.0, -signed @ w)
    sizes = np.unique(np.round(np.geomspace(5, n // 2, 12)).astype(int))
    moments = []
    for size in sizes:
        order = np.argsort(rng.random((draws, n)), axis=1)[:, :size]
        forget = losses[order].mean(axis=1)
        difference = (losses.sum() - size * forget) / (n - size) - forget
        moments.append((difference.mean(), difference.std(ddof=1)))
    problem = _problem(data, rng)
    start = minimise(problem.original()).w
    path = run(simultaneous(), problem, start, steps=2_000 if quick else 20_000)
    mean, deviation = np.array(moments).T
    return {
        "forget_size": sizes, "mean": mean, "deviation": deviation,
        "predicted_deviation": np.sqrt([theory.random_cancellation(losses, s) for s in sizes]),
        "steps": path.steps, "ratio": path.distance / path.distance[0],
        "norm_ratio": np.linalg.norm(path.w, axis=1) / np.linalg.norm(start),
        "accuracy": (path.w @ signed.T > 0).mean(axis=1), "draws": np.array([draws]),
    }  # fmt: skip


def _problem(data: DataSet, rng: np.random.Generator) -> UnlearningProblem:
    """Return the problem of forgetting a random tenth."""
    forget = np.zeros(len(data.labels), dtype=bool)
    forget[rng.choice(len(forget), len(forget) // 10, replace=False)] = True
    return UnlearningProblem(data.features, data.labels, forget, ridge=RIDGE)


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.6, 4.1))
    sizes, predicted = table["forget_size"], table["predicted_deviation"]
    left.axhline(0.0, color="black", linewidth=1.0, label="theory: mean 0")
    left.fill_between(
        sizes, -predicted, predicted, color=ink.COLOURS[0], alpha=0.2,
        label=r"theory: $\pm\sqrt{S^2 n/(n_R n_F)}$",
    )  # fmt: skip
    left.errorbar(
        sizes, table["mean"], yerr=table["deviation"], fmt="o", color=ink.COLOURS[1], mfc="white",
        capsize=2, label="simulated mean and deviation",
    )  # fmt: skip
    left.set(xscale="log", xlabel=r"size of the forget set $n_F$")
    left.set_ylabel(r"retain minus forget loss $\bar\ell_R(w_D)-\bar\ell_F(w_D)$")
    left.set_title(f"breast_cancer, {table['draws'][0]} draws each")
    left.legend(loc="upper right")
    ink.curve(right, 1, table["steps"], table["ratio"], linestyle="-")
    right.set_xscale("symlog", linthresh=1.0)
    right.set(yscale="log", xlabel="steps of descent-ascent")
    right.set_ylabel(f"{ink.RATIO} (solid)", color=ink.COLOURS[1])
    right.set_title(f"one random forget set, f = 0.1, ridge {RIDGE:g}")
    twin = right.twinx()
    ink.curve(twin, 0, table["steps"], table["accuracy"], linestyle="--")
    twin.set_ylabel("accuracy on all samples (dashed)", color=ink.COLOURS[0])
    twin.set_ylim(0.0, 1.02)
    twin.grid(False)
    return figure
