"""What noisy steps hide, by the rate and as published; and a clip that undoes the contraction."""

import numpy as np

from logreg_unlearn.theory import removal as theory

from .. import ink
from ._slack import curvature, gradient_gap, request

RIDGES, DELTA = (0.03, 0.3), 1e-5
STEP, CLIP = 0.25, 1.0
CAPTION = (
    "Left, epsilon at delta = 1e-5 after K noisy steps of size 1/L on breast_cancer (a twentieth "
    "forgotten), the noise such that the rate is 1 before them: by the rate (lines) and as "
    "published (markers), which is never smaller. Right, two states of one weight without data, "
    "ridge 1: with the ridge inside of the clip they keep their distance until the clip lets go."
)


def compute(quick: bool = False) -> ink.Table:
    """Return epsilons over the steps, and distances of clipped chains."""
    rows = []
    for ridge in RIDGES:
        problem = request("breast_cancer", ridge)
        top, gap = curvature(problem, of_all=True), gradient_gap(problem)[0]
        noise = np.sqrt(theory.noisy_descent(gap, 1.0, 1 / top, 0, ridge, top, DELTA).rate)
        # a unit of epochs in which the slowest direction shrinks by e
        for units in np.linspace(0, 8, 9 if quick else 33):
            steps = round(units * top / ridge)
            found = theory.noisy_descent(gap, noise, 1 / top, steps, ridge, top, DELTA)
            scaled = steps * ridge / top
            rows.append((ridge, scaled, float(found.epsilon), float(found.published)))
    pairs, inside, outside = [], np.array([4.0, 5.0]), np.array([4.0, 5.0])
    for k in range(25):
        pairs.append((k, float(np.diff(inside)[0]), float(np.diff(outside)[0])))
        inside = inside - STEP * np.clip(inside, -CLIP, CLIP)
        outside = outside - STEP * outside
    return {
        **ink.columns(("ridge", "steps", "epsilon", "published"), rows),
        **ink.columns(("clipped steps", "inside", "outside"), pairs),
    }


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.4, 4.4))
    for k, ridge in enumerate(RIDGES):
        part = table["ridge"] == ridge
        at, label = table["steps"][part], f"ridge {ridge:g}"
        ink.curve(left, k, at, table["epsilon"][part], f"{label}, by the rate")
        ink.points(left, k, at, table["published"][part], f"{label}, published")
    left.set(
        yscale="log",
        xlabel=r"steps $\times\ \eta\lambda$",
        ylabel=r"$\varepsilon$ at $\delta=10^{-5}$",
    )
    ink.points(right, 2, table["clipped steps"], table["inside"], "ridge inside of the clip")
    ink.points(right, 3, table["clipped steps"], table["outside"], "ridge outside")
    right.set(yscale="log", xlabel="steps", ylabel="distance of two states")
    return ink.with_legend(figure, [left, right], 3)
