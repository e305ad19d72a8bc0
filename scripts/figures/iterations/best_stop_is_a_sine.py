"""The closest that descent-ascent comes is, to first order, a sine that its first step knows."""

import numpy as np

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.theory import iterations as theory
from logreg_unlearn.unlearn.ascent import simultaneous
from logreg_unlearn.unlearn.driver import run

from .. import ink
from .._solving import real_problem

DATA = ("breast_cancer", "digits_3v8", "anes96", "wine_0v1")
KINDS = ("random", "one_class", "nearest", "influence_pc1")
RIDGES = (0.01, 0.1, 1.0)
SHOWN = (("breast_cancer", "nearest"), ("digits_3v8", "one_class"), ("anes96", "nearest"))
CAPTION = (
    "Left: distance to the oracle along small steps of descent-ascent (solid) and along the line "
    "of its first step (dashed), over the best time of that line (logistic loss, a tenth to "
    "forget, ridge 1); right: the closest point of the path against the sine, filled, and where "
    "the Rayleigh rule stops, hollow, over four data sets, four kinds of forget set and ridges "
    "0.01, 0.1 and 1. The best stop is the sine almost everywhere and harm begins again at about "
    "twice its time; the rule, which knows no oracle, stops close to it everywhere and harms "
    "nowhere."
)


def compute(quick: bool = False) -> ink.Table:
    """Return paths with their lines, and best stops against the sine."""
    rows, curves = [], []
    for ridge in RIDGES[1:] if quick else RIDGES:
        for name in DATA:
            for kind in KINDS:
                case = f"{name} {kind}"
                times, far, line, sine, ruled = _stops(real_problem(name, kind, ridge))
                rows.append((case, ridge, sine, min(far), ruled))
                if ridge == 1.0 and (name, kind) in SHOWN:
                    curves += [(case, *at) for at in zip(times, far, line, strict=True)]
    return {
        **ink.columns(("case", "ridge", "sine", "best", "rayleigh"), rows),
        **ink.columns(("path", "time", "ratio", "line"), curves),
    }


def _stops(problem: UnlearningProblem) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, float]:
    """Return times over the best one, path, line, their best, and where the rule stops."""
    small = run(simultaneous(), problem, steps=1)
    original, oracle = small.w[0], small.oracle.w
    g = problem.descent_ascent().gradient(original)
    e, bend = original - oracle, 1.0 / small.step_size
    before = float(np.linalg.norm(e))
    best = theory.best_stop_is_a_sine(g, original, oracle, bend)
    retain = problem.oracle()
    rule = float(theory.rayleigh_stop(g, retain.gradient(original), retain.hessian(original)))
    # twenty steps to the earlier of both times, at most as long as the stable one
    size = min([small.step_size, *(t / 20 for t in (float(best.time), rule) if t > 0)])
    steps = int(np.ceil(max(4 * float(best.time), rule) / size))
    path, w = [before], original
    ruled = before
    for k in range(steps):
        w = w - size * problem.descent_ascent().gradient(w)
        path.append(float(np.linalg.norm(w - oracle)))
        if k == round(rule / size) - 1:
            ruled = path[-1]
    times = size * np.arange(steps + 1)
    line = np.linalg.norm(e - times[:, None] * g, axis=1)
    unit = float(best.time) or 1.0
    sine = float(best.distance)
    return times / unit, np.array(path) / before, line / before, sine / before, ruled / before


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.8, 4.8))
    for k, case in enumerate(dict.fromkeys(table["path"])):
        part, label = table["path"] == case, str(case).replace("_", " ")
        ink.curve(left, k, table["time"][part], table["ratio"][part], label, linestyle="-")
        ink.curve(left, k, table["time"][part], table["line"][part], linestyle="--")
    left.plot([], [], "-", color=ink.GREY, label="path of descent-ascent")
    left.plot([], [], "--", color=ink.GREY, label="line of its first step")
    left.axvline(1.0, color="black", linewidth=0.8)
    left.axvline(2.0, color="black", linewidth=0.8, linestyle=":")
    ink.unity(left)
    left.set(xlim=(0, 3.2), ylim=(0, 2.2), ylabel=ink.RATIO)
    left.set_xlabel(r"time of the flow $t/t^*$")
    right.plot([0, 1], [0, 1], "k-", linewidth=1.0, label="the sine itself")
    for k, ridge in enumerate(dict.fromkeys(table["ridge"])):
        part, look = table["ridge"] == ridge, {"mfc": ink.COLOURS[k + 3]}
        at = table["sine"][part]
        name = rf"$\lambda$ = {ridge:g}"
        ink.points(right, k + 3, at, table["best"][part], f"{name}, best stop", **look)
        ink.points(right, k + 3, at, table["rayleigh"][part], f"{name}, Rayleigh stop")
    right.axhline(1.0, color="black", linewidth=0.8, linestyle=":")
    right.set(xlim=(0, 1.03), ylim=(0, 1.1), ylabel=ink.RATIO)
    right.set_xlabel(r"$\sin\theta$ of the first step")
    return ink.with_legend(figure, [left, right], 4)
