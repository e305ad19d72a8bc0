"""On a random forget set the oracle's accuracy is that on new data, up to Lemma 1's bound."""

import numpy as np
from scipy.special import ndtr

from logreg_unlearn.theory import random_sets as theory

from .. import ink

SIZES = (10, 50, 250)


def CAPTION(table: ink.Table) -> str:
    return (
        "How often an oracle's accuracy on a random forget set misses its test accuracy by "
        f"epsilon, in {table['draws'][0]} draws for each forget set size, under the bound 2 exp(-2 "
        "n_F epsilon^2). The frequencies stay below the bound everywhere, which is loose by a "
        "growing factor because the accuracy here is far from one half."
    )


def compute(quick: bool = False) -> ink.Table:
    """Return simulated frequencies of ``|Acc_T - Acc_F| >= eps`` and their bounds."""
    draws, rng = 2_000 if quick else 20_000, np.random.default_rng(0)
    deviation = np.linspace(0.0, 0.4, 161)
    # accuracy of the rule sign(direction . x) on y x ~ N(direction, I): known exactly
    length = float(np.linalg.norm([1.0, 0.5]))
    table = {"deviation": deviation, "draws": np.array([draws])}
    for size in SIZES:
        miss = np.abs((rng.normal(size=(draws, size)) < length).mean(axis=1) - ndtr(length))
        table[f"bound n_F={size}"] = theory.random_forget_accuracy(deviation, size)
        table[f"frequency n_F={size}"] = (miss[None, :] >= deviation[:, None]).mean(axis=1)
    return table


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.6, 4.4))
    deviation = table["deviation"]
    for k, size in enumerate(SIZES):
        ink.curve(ax, k, deviation, table[f"bound n_F={size}"], rf"bound, $n_F={size}$")
        frequency = table[f"frequency n_F={size}"]
        seen = frequency > 0
        label = rf"simulated, $n_F={size}$"
        ink.points(ax, k, deviation[seen], frequency[seen], label, markevery=6)
    ax.set(yscale="log", ylim=(0.5 / table["draws"][0], 1.6))
    ax.set_xlabel(r"deviation $\varepsilon$ between forget and test accuracy")
    ax.set_ylabel(r"probability of $|Acc_T-Acc_F|\geq\varepsilon$")
    return ink.with_legend(figure, ax, 3)
