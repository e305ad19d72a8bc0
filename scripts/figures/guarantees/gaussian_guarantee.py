"""Distance over noise decides what a released model gives away."""

import numpy as np

from logreg_unlearn.theory import guarantees as theory

from .. import ink

RATIOS = (0.5, 1.0, 2.0, 4.0)
CAPTION = (
    "Two models under the same Gaussian noise: left the exact delta at every epsilon for four "
    "ratios of distance over noise, right what the best attacker achieves, with points from "
    "draws of the noise in three dimensions. The points lie on the curves; with noise of twice "
    "the distance he still has an advantage of a fifth."
)


def compute(quick: bool = False) -> ink.Table:
    """Return rates of events among draws of two models under noise."""
    rng, draws = np.random.default_rng(0), 20_000 if quick else 400_000
    epsilons = np.linspace(0, 4, 5 if quick else 9)
    released, oracle = rng.standard_normal((2, draws, 3))
    along = np.array([2.0, -1.0, 2.0]) / 3
    curve, attack = [], []
    for ratio in np.geomspace(0.1, 8, 7 if quick else 12):
        attack.append((ratio, *_attack(released @ along, oracle @ along, ratio)))
    for ratio in RATIOS:
        scores = [ratio * (x @ along) + s * ratio**2 / 2 for x, s in ((released, 1), (oracle, -1))]
        for epsilon in epsilons:
            hit, miss = (np.mean(score > epsilon) for score in scores)
            curve.append((ratio, epsilon, hit - np.exp(epsilon) * miss))
    return {
        **ink.columns(("ratio", "epsilon", "delta"), curve),
        **ink.columns(("distance over noise", "advantage", "auc"), attack),
    }


def _attack(released: np.ndarray, oracle: np.ndarray, ratio: float) -> tuple[float, float]:
    """Return advantage and area under the ROC curve of the score along the difference."""
    advantage = np.mean(released + ratio > ratio / 2) - np.mean(oracle > ratio / 2)
    below = np.searchsorted(np.sort(oracle), released + ratio)
    return float(advantage), float(np.mean(below) / len(oracle))


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.4, 4.4))
    epsilon, ratio = np.linspace(0, 4, 200), np.geomspace(0.08, 10, 200)
    for k, each in enumerate(RATIOS):
        part = table["ratio"] == each
        ink.curve(left, k, epsilon, theory.gaussian_guarantee(each, epsilon).delta)
        found = table["epsilon"][part], np.maximum(table["delta"][part], 1e-9)
        ink.points(left, k, *found, f"distance / noise = {each:g}")
    exact = theory.gaussian_guarantee(ratio, 0.0)
    for k, name in enumerate(("advantage", "auc")):
        label = ("advantage", "area under ROC curve")[k]
        at = table["distance over noise"], table[name]
        ink.pair(right, k, (ratio, getattr(exact, name)), at, label, by=("closed form", "draws"))
    left.set(yscale="log", ylim=(2e-3, 1.5), xlabel=r"$\varepsilon$", ylabel=r"exact $\delta$")
    left.set_title("the curve (lines: closed form, points: draws)")
    right.set(xscale="log", xlabel="distance / noise", title="the best attacker", ylabel="rate")
    return ink.with_legend(figure, [left, right], 4)
