"""Over real lifts the best stopping time of descent-ascent still leaves most of the distance."""

import numpy as np
from scipy.integrate import solve_ivp

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import iterations
from logreg_unlearn.theory import single_coordinate as theory

from .. import ink
from .._solving import real_problem

DATA = ("breast_cancer", "digits_3v8", "anes96")
KINDS = ("random", "one_class", "nearest", "influence_pc1")
BLOCKS, SHOWN = 10, ("breast_cancer", "nearest")
RIDGE = 0.1
RULES = {
    "best": ("o", ink.COLOURS[0], "best stopping time, which peeks at the oracle"),
    "rayleigh": ("^", ink.COLOURS[1], "Rayleigh rule"),
    "losses": ("s", ink.COLOURS[2], "forget loss reaches the loss on all data"),
}
CAPTION = (
    "Left: distance to the oracle along the flow of descent-ascent over ten blocks, as a whole "
    "and in each block, with the lifts that a forget set of breast_cancer (a row and its nearest "
    "ones, a tenth) has on tenths of a column; right: where the best stopping time and two rules "
    "that know no oracle end over real lifts, with the bound below them all (logistic loss, ridge "
    "0.1). Blocks pass their oracle at times of their own and others never come closer, so even "
    "the best time leaves most of the distance; the Rayleigh rule finds that time, and waiting "
    "for the losses to meet gains next to nothing."
)


def lifts_of(name: str, kind: str) -> tuple[Array, Array]:
    """Return retain and forget shares on tenths of the column that varies most."""
    problem = real_problem(name, kind)
    column = problem.features[:, int(np.argmax(np.ptp(problem.features, axis=0)))]
    # ties are split by the order of the rows, so that all tenths are of one size
    cell = np.argsort(np.argsort(column, kind="stable")) * BLOCKS // len(column)
    counts = [
        np.bincount(cell[rows], minlength=BLOCKS) for rows in (~problem.forget, problem.forget)
    ]
    return counts[0] / counts[0].sum(), counts[1] / counts[1].sum()


def compute(quick: bool = False) -> ink.Table:
    """Return one flow block by block, and best distances with their bound."""
    rows, curves = [], []
    for name in DATA:
        for kind in KINDS:
            p, q = lifts_of(name, kind)
            keep = p > 0
            if np.any(q[~keep] > 0):
                continue
            p, q = p[keep], q[keep]
            problem = real_problem(name, kind)
            f = problem.forget_fraction
            time, gaps = _flow(p, q, f, 400 if quick else 4_000)
            distance = np.linalg.norm(gaps, axis=0)
            distance /= distance[0]
            floor = theory.no_stopping_time(p, q / p, RIDGE, f, "logistic")
            rules = [np.interp(t, time, distance) for t in _rules(p, q, f, time, gaps)]
            before = np.linalg.norm(gaps[:, 0])
            rows.append((f"{name} {kind}", distance.min(), floor / before, np.ptp(q / p), *rules))
            if (name, kind) == SHOWN:
                shown = np.unique(np.linspace(0, len(time) - 1, 60 if quick else 300).astype(int))
                for j, lift in enumerate(q / p):
                    far = np.abs(gaps[j]) / before
                    curves += [
                        (f"{j}", lift, *at) for at in zip(time[shown], far[shown], strict=True)
                    ]
                whole = zip(time[shown], distance[shown], strict=True)
                curves += [("all", 1.0, *at) for at in whole]
    return {
        **ink.columns(("case", "best", "floor", "spread", "rayleigh", "losses"), rows),
        **ink.columns(("block", "lift", "time", "distance"), curves),
    }


def _flow(p: Array, q: Array, f: float, count: int) -> tuple[Array, Array]:
    """Return ridge times time, and every block's way to its oracle (blocks, times)."""
    at = theory.logistic_minimiser(p / RIDGE, q / p, f)

    def speed(_: float, w: Array) -> Array:
        return (p - q) / (1 + np.exp(w)) - RIDGE * w

    times = np.append(0.0, np.geomspace(1e-3, 3.0, count))
    flow = solve_ivp(
        speed, (0, 3.0 / RIDGE), at.original, t_eval=times / RIDGE, rtol=1e-9, atol=1e-12
    )  # fmt: skip
    return times, flow.y - at.oracle[:, None]


def _rules(p: Array, q: Array, f: float, time: Array, gaps: Array) -> tuple[float, float]:
    """Return ridge times the times at which two rules stop that know no oracle."""
    at = theory.logistic_minimiser(p / RIDGE, q / p, f)
    psi = 1 / (1 + np.exp(at.original))
    retain, bend = RIDGE * at.original - p * psi, p * psi * (1 - psi) + RIDGE
    rayleigh = float(iterations.rayleigh_stop(retain + q * psi, retain, np.diag(bend))) * RIDGE
    losses = np.logaddexp(0.0, -(gaps + at.oracle[:, None]))
    reached = q @ losses >= ((1 - f) * p + f * q) @ losses
    return rayleigh, float(time[np.argmax(reached)]) if reached.any() else float(time[-1])


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(10.2, 4.8))
    for name in dict.fromkeys(table["block"]):
        part = table["block"] == name
        look = {"color": "black", "linewidth": 2.0, "label": "all blocks"}
        if name != "all":
            above = table["lift"][part][0] > 1
            text = "one block, lift above 1" if above else "one block, lift at most 1"
            look = {"color": ink.HARMED if above else ink.HELPED, "linewidth": 0.8, "label": text}
        left.plot(table["time"][part], np.maximum(table["distance"][part], 1e-5), **look)
    left.set(xscale="log", yscale="log", xlim=(1e-3, 3.0), ylim=(1e-3, 20.0))
    left.set(xlabel=r"time $\lambda t$ of the flow", ylabel="distance / original's")
    height = np.arange(len(table["case"]))
    for rule, (marker, colour, label) in RULES.items():
        right.plot(table[rule], height, marker, color=colour, mfc="none", label=label)
    right.axvline(1.0, color="black", linewidth=0.8)
    right.plot(table["floor"], height, "|", color="black", ms=12, label="bound, one time per block")
    right.set_yticks(height, [str(case).replace("_", " ") for case in table["case"]])
    right.set(xlim=(0.2, 1.05), xlabel=ink.RATIO)
    ink.unity(left)
    return ink.with_legend(figure, [left, right], 3)
