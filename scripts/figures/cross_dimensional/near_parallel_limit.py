"""As two samples become parallel descent-ascent has a limit only for ridges above a threshold."""

import numpy as np

from logreg_unlearn.data.synthetic import two_directions
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.theory import cross_dimensional as theory

from .. import ink
from .._solving import minima, problem_of
from ._plane import EPSILON

N_RETAIN, N_FORGET = 9, 1
SHARE, F = 1 / N_RETAIN, N_FORGET / (N_RETAIN + N_FORGET)
RIDGES, MIDDLE = (4.0, 5.0, 8.0), 5.0
LIMIT = float(theory.near_parallel_limit(1.0, 1.0, N_RETAIN, N_FORGET).least_ridge)
CAPTION = (
    "One retained sample (1, epsilon) and one forgotten (epsilon, 1) among nine retained and one "
    "forgotten (exponential loss): the sum of the weights, exact and by the certified solver, and "
    "the ridges for which descent-ascent has a minimum. As the samples become parallel "
    "descent-ascent tends to the limit W_0(2(A_R - A_F)) of the paper, but only for ridges above "
    f"{LIMIT:.2f}; below that there is nothing to tend to."
)


def _problem(epsilon: float, ridge: float) -> UnlearningProblem:
    data = two_directions(epsilon, 1.0, share=SHARE, n_retain=N_RETAIN, n_forget=N_FORGET)
    return problem_of(data, ridge, "exponential")


def compute(quick: bool = False) -> ink.Table:
    """Return sums of weights against epsilon, and the ridges with a minimum."""
    epsilon = np.linspace(0.3, 1.0, 100 if quick else 300)
    chosen = np.linspace(0.35, 0.98, 6 if quick else 12)
    table = {"epsilon": epsilon, "point_epsilon": chosen}
    for ridge in RIDGES:
        exact, _ = theory.da_stationary_points(epsilon, SHARE / ridge, 1.0, F)
        solved = np.array([minima(_problem(e, ridge)) for e in chosen]).sum(axis=-1)
        limit = theory.near_parallel_limit(1.0, ridge, N_RETAIN, N_FORGET).da_sum_limit
        table[f"sum ridge={ridge:g}"] = exact.w.sum(axis=-1)
        table[f"point sum ridge={ridge:g}"] = solved[:, 2]
        table[f"limit ridge={ridge:g}"] = np.atleast_1d(limit)
        if ridge == MIDDLE:
            known = theory.near_parallel_limit(epsilon, ridge, N_RETAIN, N_FORGET)
            table |= {"original": known.original.sum(axis=-1), "point original": solved[:, 1]}
            table |= {"oracle": known.oracle.sum(axis=-1), "point oracle": solved[:, 0]}
    ridges = np.linspace(1.0, 8.0, 200 if quick else 500)
    wide = np.linspace(0.0, 1.3, 60 if quick else 200)
    spare = theory.da_existence(wide[None, :], SHARE / ridges[:, None], F).log_alpha_k
    level, count = np.log(N_RETAIN / N_FORGET), 7 if quick else 13
    heights = np.linspace(1.5, 7.5, count)
    spots = [(e, ridge) for e in np.linspace(0.05, 1.25, count) for ridge in heights]
    exists = [bool(np.all(np.isfinite(minima(_problem(*spot))[2]))) for spot in spots]
    return table | {
        "map_epsilon": wide,
        "least_ridge": np.array([np.interp(level, column, ridges) for column in spare.T]),
        "map_point_epsilon": np.array(spots)[:, 0], "map_point_ridge": np.array(spots)[:, 1],
        "map_point_exists": np.array(exists),
    }  # fmt: skip


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(10.0, 4.9))
    epsilon, chosen = table["epsilon"], table["point_epsilon"]
    for k, ridge in enumerate(RIDGES):
        label = rf"descent-ascent, $\lambda$ = {ridge:g}"
        ink.curve(left, k, epsilon, table[f"sum ridge={ridge:g}"], label)
        ink.points(left, k, chosen, table[f"point sum ridge={ridge:g}"])
        end = {"color": ink.COLOURS[k], "markersize": 12, "clip_on": False, "zorder": 5}
        left.plot(1.0, table[f"limit ridge={ridge:g}"][0], "*", **end)
    for name, line in (("original", ":"), ("oracle", (0, (5, 1)))):
        label = rf"{name}, $\lambda$ = {MIDDLE:g}"
        ink.curve(left, 6, epsilon, table[name], label, linestyle=line)
        left.plot(chosen, table[f"point {name}"], "k.")
    left.plot([], [], "*", color=ink.GREY, markersize=10, label=r"limit $W_0(2(A_R-A_F))$")
    left.set(xlim=(0.3, 1.0), xlabel=EPSILON, ylabel="sum of the weights $w_1+w_2$")
    least = table["least_ridge"]
    right.plot(table["map_epsilon"], least, "k-", label="theory: least ridge with a minimum")
    label = r"limit $2e(1/n_F-1/n_R)$"
    right.plot(1.0, LIMIT, "*", color=ink.COLOURS[3], markersize=13, zorder=5, label=label)
    at, exists = (table["map_point_epsilon"], table["map_point_ridge"]), table["map_point_exists"]
    ink.kind(right, exists, at, "o", ink.COLOURS[0], "solver: a minimum")
    ink.kind(right, ~exists, at, "x", ink.COLOURS[1], "solver: unbounded below")
    right.set(xlabel=EPSILON, ylabel=r"ridge $\lambda$")
    return ink.with_legend(figure, [left, right], 4)
