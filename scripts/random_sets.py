"""Figures of random forget sets: Lemma 1's bound, and what descent-ascent optimises on average."""

from __future__ import annotations

from _common import entry
from _figures import Drawing, run

import numpy as np
from scipy.special import ndtr

from logreg_unlearn import plots
from logreg_unlearn.data import real
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import random_sets as theory
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run as iterate


def random_forget_accuracy(quick: bool = False) -> Drawing:
    """Lemma 1's bound on ``P(|Acc_T - Acc_F| >= eps)`` over simulated frequencies."""
    trials, sizes = (2_000 if quick else 20_000), (10, 50, 250)
    rng = np.random.default_rng(0)
    direction = np.array([1.0, 0.5])
    deviation = np.linspace(0.0, 0.4, 161)
    # accuracy of the rule sign(direction . x) on y x ~ N(direction, I): known exactly
    length = float(np.linalg.norm(direction))
    truth = float(ndtr(length))
    columns: dict[str, np.ndarray] = {"deviation": deviation}
    with plots.style():
        figure, axes = plots.new_figure(size=(6.6, 4.2))
        ax = axes[0, 0]
        ax.set_yscale("log")
        for k, size in enumerate(sizes):
            correct = rng.normal(size=(trials, size)) < length
            miss = np.abs(correct.mean(axis=1) - truth)
            frequency = (miss[None, :] >= deviation[:, None]).mean(axis=1)
            bound = theory.random_forget_accuracy(deviation, size)
            columns[f"bound n_F={size}"] = bound
            columns[f"frequency n_F={size}"] = frequency
            colour = plots.COLOURS[k]
            ax.plot(
                deviation, bound, color=colour, linestyle=plots.LINES[k],
                label=rf"bound, $n_F={size}$",
            )  # fmt: skip
            seen = frequency > 0
            ax.plot(
                deviation[seen], frequency[seen], plots.MARKERS[k], color=colour, mfc="white",
                markevery=6, label=rf"simulated, $n_F={size}$",
            )  # fmt: skip
        ax.set_ylim(0.5 / trials, 1.6)
        ax.set_xlabel(r"deviation $\varepsilon$ between forget and test accuracy")
        ax.set_ylabel(r"probability of $|Acc_T-Acc_F|\geq\varepsilon$")
        figure.legend(loc="outside right upper")
    caption = (
        f"How often an oracle's accuracy on a random forget set misses its test accuracy by "
        f"epsilon, in {trials} draws for each forget set size, under the bound "
        "2 exp(-2 n_F epsilon^2). The frequencies stay below the bound everywhere, which is "
        "loose by a growing factor because the accuracy here is far from one half."
    )
    return Drawing(figure, columns, caption)


def random_cancellation(quick: bool = False) -> Drawing:
    """The descent-ascent loss over random forget sets, and what it does to a real model."""
    draws = 200 if quick else 2_000
    data = real.load("breast_cancer")
    n, ridge, rng = len(data.labels), 0.01, np.random.default_rng(0)
    signed = data.labels[:, None] * data.features
    everything = _problem(data.features, data.labels, rng, n // 10, ridge)
    w = minimise(everything.original()).w
    losses = np.logaddexp(0.0, -signed @ w)
    sizes = np.unique(np.round(np.geomspace(5, n // 2, 12)).astype(int))
    mean, deviation, predicted = [], [], []
    for size in sizes:
        order = np.argsort(rng.random((draws, n)), axis=1)[:, :size]
        forget = losses[order].mean(axis=1)
        difference = (losses.sum() - size * forget) / (n - size) - forget
        mean.append(difference.mean())
        deviation.append(difference.std(ddof=1))
        predicted.append(np.sqrt(theory.random_cancellation(losses, size)))
    problem = _problem(data.features, data.labels, rng, n // 10, ridge)
    start = minimise(problem.original()).w
    path = iterate(simultaneous(), problem, start, steps=2_000 if quick else 20_000)
    norms = np.linalg.norm(path.w, axis=1) / np.linalg.norm(start)
    accuracy = (path.w @ signed.T > 0).mean(axis=1)
    with plots.style():
        figure, axes = plots.new_figure(1, 2, size=(9.6, 3.9))
        left, right = axes[0]
        left.set_xscale("log")
        left.axhline(0.0, color="black", linewidth=1.0, label="theory: mean 0")
        left.fill_between(
            sizes, -np.array(predicted), predicted, color=plots.COLOURS[0], alpha=0.2,
            label=r"theory: $\pm\sqrt{S^2 n/(n_R n_F)}$",
        )  # fmt: skip
        left.errorbar(
            sizes, mean, yerr=deviation, fmt="o",
            color=plots.COLOURS[1], mfc="white", capsize=2, label="simulated mean and deviation",
        )  # fmt: skip
        left.set_xlabel(r"size of the forget set $n_F$")
        left.set_ylabel(r"$\bar\ell_R(w_D)-\bar\ell_F(w_D)$")
        left.set_title(f"breast_cancer, {draws} draws each")
        left.legend(loc="upper right")
        right.set_xscale("symlog", linthresh=1.0)
        right.plot(path.steps, path.distance / path.distance[0], color=plots.COLOURS[1])
        right.set_yscale("log")
        right.set_xlabel("steps of descent-ascent")
        right.set_ylabel("distance to oracle / original's", color=plots.COLOURS[1])
        right.set_title(f"one random forget set, f = 0.1, ridge {ridge:g}")
        twin = right.twinx()
        twin.plot(path.steps, accuracy, color=plots.COLOURS[0], linestyle="--")
        twin.set_ylabel("accuracy on all samples (dashed)", color=plots.COLOURS[0])
        twin.set_ylim(0.0, 1.02)
        twin.grid(False)
    caption = (
        "Left: retain minus forget loss at the original model over random forget sets of breast_"
        "cancer, with the exact mean 0 and standard deviation; right: what descent-ascent does "
        "to the model for one random forget set. What it optimises on average is the ridge "
        "alone, so what is left to descend is the sampling noise of one forget set: the distance "
        "to the oracle grows by orders of magnitude and the accuracy falls."
    )
    table = {
        "forget_size": sizes, "mean": mean, "deviation": deviation,
        "predicted_deviation": predicted, "steps": path.steps,
        "ratio": path.distance / path.distance[0], "norm_ratio": norms, "accuracy": accuracy,
    }  # fmt: skip
    return Drawing(figure, table, caption)


def _problem(
    features: np.ndarray, labels: np.ndarray, rng: np.random.Generator, size: int, ridge: float
) -> UnlearningProblem:
    forget = np.zeros(len(labels), dtype=bool)
    forget[rng.choice(len(labels), size, replace=False)] = True
    return UnlearningProblem(features, labels, forget, ridge=ridge)


FIGURES = (random_forget_accuracy, random_cancellation)

if __name__ == "__main__":
    entry(lambda: run("random_sets", __doc__ or "", FIGURES))
