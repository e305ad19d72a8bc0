"""The flow of ascent takes short rows out later than long ones, and so it misses the oracle."""

import numpy as np
from scipy.integrate import solve_ivp

from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import calibrated_ascent as theory

from .. import ink

RIDGE = 1.0
LENGTHS = ((2.0, 2.0), (1.5, 2.5), (1.0, 4.0))
CAPTION = (
    "Left: distance to the oracle along the gradient flow of ascent, for two forgotten rows "
    "orthogonal to the retained one and to one another (logistic loss, sum convention, ridge 1); "
    "right: when the flow has taken a row out, against its margin in the original. Rows of equal "
    "length are taken out at once and the flow passes through the oracle; otherwise it misses "
    "it, though one step of size 1/lambda does not."
)


def compute(quick: bool = False) -> ink.Table:
    """Return distances along the flow, and the time of a row by its margin."""
    rows = []
    for pair in LENGTHS:
        features = np.diag([1.5, *pair])
        forget = np.array([False, True, True])
        problem = UnlearningProblem(
            features, np.ones(3), forget, ridge=RIDGE, normalisation="sum"
        )  # fmt: skip
        oracle, original = minimise(problem.oracle()).w, minimise(problem.original()).w
        crossing = theory.orthogonal_ascent_flow(original[1:] * pair) / RIDGE
        # the times of both rows are among those drawn
        times = np.unique(np.concatenate([np.linspace(0, 1.2, 41 if quick else 161), crossing]))
        ascent = problem.forget_ascent()
        flow = solve_ivp(
            lambda _, w, ascent=ascent: -ascent.gradient(w), (0, 1.2), original,
            t_eval=times, rtol=1e-11, atol=1e-13,
        )  # fmt: skip
        distance = np.linalg.norm(flow.y - oracle[:, None], axis=0)
        label = f"lengths {pair[0]:g} and {pair[1]:g}"
        rows += [(label, *row) for row in zip(times, distance / distance[0], strict=True)]
    margins = np.geomspace(0.01, 30.0, 20 if quick else 80)
    clocks = {
        f"time {loss}": theory.orthogonal_ascent_flow(margins, loss)
        for loss in ("logistic", "exponential")
    }
    return {**ink.columns(("case", "time", "ratio"), rows), "margin": margins, **clocks}


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.4, 4.4))
    for k, case in enumerate(dict.fromkeys(table["case"])):
        part = table["case"] == case
        far = np.maximum(table["ratio"][part], 1e-8)
        ink.curve(left, k, table["time"][part], far, str(case))
    ink.unity(left)
    left.set(yscale="log", xlabel=r"time $\lambda t$ of the flow", ylabel=ink.RATIO)
    for k, loss in enumerate(("logistic", "exponential"), start=3):
        ink.curve(right, k, table["margin"], table[f"time {loss}"], f"{loss} loss, closed form")
    right.set(xscale="log", xlabel=r"margin $z$ of the row at the original")
    right.set_ylabel(r"time $\lambda t^*$ at which it is out")
    return ink.with_legend(figure, [left, right], 3)
