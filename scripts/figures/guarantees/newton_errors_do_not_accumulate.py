"""Over a stream of deletion requests one Newton step each keeps the error where it was."""

import numpy as np

from logreg_unlearn.data import real
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import guarantees as theory

from .. import ink

RIDGES, ROWS = (0.03, 0.3, 1.0), 17
CAPTION = (
    f"Ten requests of {ROWS} random rows each on breast_cancer (logistic loss, mean convention), "
    "each answered by one Newton step from where the last one ended: distance to the oracle of "
    "the day, and the bound where the ridge is strong enough for one. The errors do not grow "
    "with the number of requests, though only the strongest ridge is covered by the theorem."
)


def compute(quick: bool = False) -> ink.Table:
    """Return the errors of a stream, and the bound, for every ridge."""
    data = real.load("breast_cancer")
    signed = data.labels[:, None] * data.features
    requests = 5 if quick else 10
    rows = []
    for ridge in RIDGES:
        errors, bound = _stream(signed, ridge, requests)
        rows += [(ridge, k, error, bound) for k, error in enumerate(errors, 1)]
    return ink.columns(("ridge", "request", "error", "bound"), rows)


def _stream(signed: Array, ridge: float, requests: int) -> tuple[list[float], float]:
    order = np.random.default_rng(0).permutation(len(signed))
    w = oracle = minimise(Objective(signed, np.full(len(signed), 1 / len(signed)), ridge)).w
    errors, drift, rate = [], 0.0, 0.0
    for request in range(1, requests + 1):
        kept = signed[np.sort(order[ROWS * request :])]
        objective = Objective(kept, np.full(len(kept), 1 / len(kept)), ridge)
        before, oracle = oracle, minimise(objective).w
        w = w - np.linalg.solve(objective.hessian(w), objective.gradient(w))
        errors.append(float(np.linalg.norm(w - oracle)))
        drift = max(drift, float(np.linalg.norm(before - oracle)))
        cubes = (kept.T * np.linalg.norm(kept, axis=1)) @ kept / len(kept)
        top = float(np.linalg.eigvalsh(cubes)[-1])
        rate = max(rate, float(theory.newton_contraction(1.0, top, ridge, 0.0).quadratic))
    return errors, float(theory.newton_errors_do_not_accumulate(rate, drift))


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.4, 4.4))
    for k, ridge in enumerate(RIDGES):
        part = table["ridge"] == ridge
        ink.points(ax, k, table["request"][part], table["error"][part], f"ridge {ridge:g}")
        bound = table["bound"][part][0]
        if np.isfinite(bound):
            ax.axhline(bound, color=ink.COLOURS[k], linestyle="--", label=f"bound, ridge {ridge:g}")
    ax.set(yscale="log", xlabel="requests answered", ylabel="distance to the oracle of the day")
    return ink.with_legend(figure, ax, 4)
