"""When the flow of descent-ascent passes the oracle, for more than two classes."""

import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import softmax

from logreg_unlearn.theory import softmax as theory

from .. import ink
from ._block import LIFT, corner, solved

F, S, CLASSES = 0.2, 2.0, (2, 4, 10)
SHOWN = (0.05, 0.6, 1.5)
CAPTION = (
    f"One block with one label (f = {F:g}, s = {S:g}): left ridge times the time at which the flow "
    "of descent-ascent is at the oracle, over the lift, for three numbers of classes, in closed "
    "form and integrated on all K logits; right distance over time for one lift of each phase, "
    "four classes. Only above lift 1 does the flow pass the oracle, and with more classes it does "
    "so later."
)


def compute(quick: bool = False) -> ink.Table:
    """Return times of passing and the flows of one lift of each phase."""
    times, flows = [], []
    for k in CLASSES:
        for lift in np.linspace(1.1, 4.0, 4 if quick else 9):
            times.append((k, lift, _flow(k, lift, 5.0)[2]))
    for lift in SHOWN:
        t, ratio, _ = _flow(4, lift, 1.5)
        flows += [(lift, *at) for at in zip(t, ratio, strict=True)]
    return {
        **ink.columns(("classes", "lift", "time"), times),
        **ink.columns(("flow lift", "flow time", "flow ratio"), flows),
    }


def _flow(k: int, lift: float, end: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Return times, distances over the original's, and when the oracle's margin is passed."""
    label = corner(k)
    oracle, original, _ = solved(S, lift, F, label, label)

    def field(_: float, u: np.ndarray) -> np.ndarray:
        drift: np.ndarray = S * (1 - lift) * (label - softmax(u)) - u
        return drift

    def passes(_: float, u: np.ndarray) -> float:
        return float((u - oracle) @ (original - oracle))

    run = solve_ivp(
        field, (0, end), original, events=passes, rtol=1e-9, atol=1e-11,
        t_eval=np.linspace(0, end, 1200),
    )  # fmt: skip
    distance = np.linalg.norm(run.y.T - oracle, axis=1)
    met = run.t_events[0]
    return run.t, distance / distance[0], float(met[0]) if met.size else np.inf


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.4, 4.4))
    lifts = np.linspace(1.001, 4.2, 300)
    for i, k in enumerate(CLASSES):
        part = table["classes"] == k
        exact = theory.softmax_early_stopping(S, lifts, F, k).oracle_time
        found = table["lift"][part], table["time"][part]
        ink.pair(left, i, (lifts, exact), found, f"K = {k}", ("closed form", "flow"))
    left.set(xlabel=LIFT, ylabel=r"$\lambda T$, time of passing the oracle")
    names = ("approaches", "recedes", "passes, then recedes")
    for i, (lift, name) in enumerate(zip(SHOWN, names, strict=True), 3):
        part = table["flow lift"] == lift
        curve = table["flow time"][part], table["flow ratio"][part]
        ink.curve(right, i, *curve, rf"$\rho$ = {lift:g}: {name}")
    ink.unity(right)
    right.set(xlabel=r"$\lambda t$", ylabel=ink.RATIO, yscale="log", ylim=(1e-2, None))
    return ink.with_legend(figure, [left, right], 3)
