r"""The certified solver's numbers for a claim: a problem with its parameters, minimised.

The problems are those of ``data.synthetic``, weighted so that any share ``f`` and any strength
``s = p / lambda`` is met exactly, whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from logreg_unlearn.claims import Claim
from logreg_unlearn.cli.claim_values import flag
from logreg_unlearn.data import DataSet
from logreg_unlearn.data.synthetic import orthogonal_blocks, two_directions
from logreg_unlearn.problem.losses import Array, get_loss
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import Optimum, minimise

Values = Mapping[str, Any]

# What a problem needs, by stem or by slug (which wins); the order is that of the help.
_BLOCK = ("lift", "fraction", "ridge", "share")
_PLANE = ("epsilon", "alpha", "fraction", "ridge", "share")
_NEEDS: dict[str, tuple[str, ...]] = {
    "single_coordinate": _BLOCK,
    "vanishing_ridge": ("fraction", "ridge", "share"),  # of lift 1
    "cross_dimensional": _PLANE,
    "near_parallel_limit": ("epsilon", "ridge", "n_retain", "n_forget"),
    "strong_ridge_limit": ("mean_retain", "mean_forget", "fraction", "ridge"),
    "distance_sandwich": ("gradient_norm", "ridge"),
    "lift_conservation": (),
}
_WITHOUT = {
    "lift_conservation": "the sum of shares times lifts is arithmetic: nothing is minimised",
    "derivatives": "derivatives at a point: nothing is minimised",
    "random_sets": "a statement about the draw of the forget set: nothing is minimised",
    "alternating_fixed_point": "its ridge is 0 and its map has no objective to minimise",
    "iterations": "gradients and Hessians at one point do not determine the objective",
    "certificates": "norms and bounds alone do not determine the objective",
    "nonconvex_toy": "the toy is no logistic regression; its closed form enumerates every "
    "stationary point with a certificate of its own",
}
_OTHERS = "these numbers alone do not determine a problem to minimise"
_ROWS = 4  # of either set: weights make every share exact


def extra(claim: Claim) -> tuple[str, ...]:
    """Return what the solver needs of a claim's problem, the loss included."""
    needed = _needs(claim)
    strength = ("strength",) if "share" in needed else ()
    both = strength and "or logistic loss" in claim.statement
    return (*needed, *strength, "loss") if both else (*needed, *strength)


def complete(claim: Claim, wanted: Values, values: Values) -> dict[str, Any]:
    """Return the values with share, ridge and strength where two of them give the third.

    Raises
    ------
    ValueError
        If all of ``s``, ``p`` and ``lambda`` are given, or the share does not exist.
    """
    made = dict(values)
    if "strength" not in wanted:
        return made
    if "strength" in made and "ridge" in made:
        raise ValueError("expected --s, or --ridge with --p, got both")
    if "share" not in made and ("strength" in made or "ridge" in made):
        made["share"] = _largest_share(made)
    if "ridge" in made and np.all(np.asarray(made["ridge"]) > 0.0):
        made["strength"] = made["share"] / made["ridge"]
    elif "ridge" not in made and "strength" in made and np.all(np.asarray(made["strength"]) > 0.0):
        made["ridge"] = made["share"] / made["strength"]
    return made


def lines(claim: Claim, values: Values) -> list[str]:
    """Return the three minimisers and their distances, or why there are none."""
    needed = _needs(claim)
    if not needed:
        return [f"  none: {_WITHOUT.get(claim.slug) or _WITHOUT.get(claim.stem, _OTHERS)}"]
    values = {("fraction" if name == "forget_fraction" else name): v for name, v in values.items()}
    missing = [flag(name) for name in needed if name not in values]
    if missing:
        return [f"  give {', '.join(missing)} as well for its numbers"]
    vectors = {"vector_level_closeness", "strong_ridge_limit"}
    if claim.slug not in vectors and any(np.ndim(values[name]) for name in needed):
        return ["  give single numbers for its numbers"]
    if claim.slug == "distance_sandwich":
        return _sandwich(values)
    try:
        if claim.slug == "strong_ridge_limit":
            problem = _two_points(values)
        else:
            of_claim = "logistic" if "logistic" in claim.slug else "exponential"
            problem = _problem(values, values.get("loss", of_claim))
    except ValueError as error:
        return [f"  none: no such data set ({error})"]
    heading = f"  {get_loss(problem.loss).name} loss, ridge {problem.ridge:.6g}"
    return [heading, *_minimisers(claim, problem, values.get("epsilon"))]


def _needs(claim: Claim) -> tuple[str, ...]:
    return _NEEDS.get(claim.slug, _NEEDS.get(claim.stem, ()))


def _odds(values: Values) -> float:
    return float(values["fraction"] / (1.0 - values["fraction"]))


def _largest_share(values: Values) -> Any:
    """Return the largest share of which the lift, or alpha, leaves the forgotten ones enough."""
    f = values.get("fraction", values.get("forget_fraction"))
    times = np.asarray(values.get("lift", 1.0), dtype=float)
    if values.get("alpha") is not None and f is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            times = np.asarray(values["alpha"] * (1.0 - np.asarray(f)) / f, dtype=float)
    share = np.minimum(1.0, 1.0 / np.maximum(times, 1e-300))
    return float(share) if share.ndim == 0 else share


def _problem(values: Values, loss: str) -> UnlearningProblem:
    """Return blocks of given lifts, or two directions of given overlap."""
    if "n_retain" in values:
        n, m = float(values["n_retain"]), float(values["n_forget"])
        values = {**values, "fraction": m / (n + m), "alpha": m / n, "share": 1.0}
    odds = _odds(values)
    if "epsilon" in values:
        data = two_directions(
            values["epsilon"], values["alpha"] / odds, share=values["share"],
            n_retain=_ROWS, n_forget=_ROWS,
        )  # fmt: skip
    else:
        lifts, shares = np.atleast_1d(values.get("lift", 1.0)), np.atleast_1d(values["share"])
        rows = max(_ROWS, len(shares) + 1)
        data = orthogonal_blocks(lifts.tolist(), shares.tolist(), n_retain=rows, n_forget=rows)
    return _weighted(data, odds, float(values["ridge"]), loss)


def _weighted(data: DataSet, odds: float, ridge: float, loss: str) -> UnlearningProblem:
    assert data.forget is not None
    weights = np.ones(len(data.labels)) if data.weights is None else data.weights
    weights = np.where(data.forget, odds, 1.0) * weights
    return UnlearningProblem(
        data.features, data.labels, data.forget, ridge=ridge, loss=loss, weights=weights
    )


def _two_points(values: Values) -> UnlearningProblem:
    """Return one retained and one forgotten row, of these signed means."""
    slope = values.get("slope", 0.5)
    loss = {0.5: "logistic", 1.0: "exponential"}.get(slope)
    if loss is None:
        raise ValueError(
            f"a slope of 0.5 is the logistic loss, 1 the exponential loss, not {slope}"
        )
    rows = np.array([np.atleast_1d(values["mean_retain"]), np.atleast_1d(values["mean_forget"])])
    f = values["fraction"]
    return UnlearningProblem(
        rows, np.ones(2), np.array([False, True]), ridge=float(values["ridge"]), loss=loss,
        weights=np.array([1.0 - f, f]),
    )  # fmt: skip


def _minimisers(claim: Claim, problem: UnlearningProblem, epsilon: float | None) -> list[str]:
    """Return the three minimisers and their distances, in the letters of the closed form."""
    oracle, original = minimise(problem.oracle()), minimise(problem.original())
    ascent = minimise(problem.descent_ascent(), original.w)
    points = {"oracle w_R": oracle, "original w_D": original, "descent-ascent w_DA": ascent}
    made = [_line(name, optimum) for name, optimum in points.items()]
    for name, optimum in points.items():
        word = name.split()[0]
        if not optimum.converged:
            continue
        if epsilon is not None:
            x, y = optimum.w @ [1.0, epsilon], optimum.w @ [epsilon, 1.0]
            made.append(f"  {'x, y of ' + word:28} {x:.12g}, {y:.12g}")
        if claim.slug == "strong_ridge_limit":
            made.append(f"  {'ridge times ' + word:28} {_numbers(problem.ridge * optimum.w)}")
    before = float(np.linalg.norm(original.w - oracle.w))
    made.append(f"  {'|w_D - w_R|':28} {before:.12g}")
    if ascent.converged:
        after = float(np.linalg.norm(ascent.w - oracle.w))
        made.append(f"  {'|w_DA - w_R|':28} {after:.12g}")
        if before > original.radius + oracle.radius:
            made.append(f"  {'their ratio':28} {after / before:.12g}")
    return made


def _line(name: str, optimum: Optimum) -> str:
    if not optimum.converged:
        return f"  {name:28} none reached: {optimum.status.value}"
    return f"  {name:28} {_numbers(optimum.w)} (within {optimum.radius:.1e})"


def _numbers(values: Array) -> str:
    return ", ".join(f"{value:.12g}" for value in values)


def _sandwich(values: Values) -> list[str]:
    """Return the distance of a point of this gradient norm, in one block of this smoothness."""
    from scipy.optimize import brentq

    ridge, norm = float(values["ridge"]), float(values["gradient_norm"])
    smoothness = float(values.get("smoothness", np.inf))
    share = min(1.0, 4.0 * (smoothness - ridge))
    if share <= 0.0:
        return ["  none: the smoothness of the logistic loss is above the ridge"]
    objective = _problem(
        {"lift": 1.0, "share": share, "fraction": 0.5, "ridge": ridge}, "logistic"
    ).oracle()
    optimum = minimise(objective)
    start = float(optimum.w[0])

    def excess(w: float) -> float:
        return float(objective.gradient(np.array([w]))[0]) - norm

    w = brentq(excess, start, start + 2.0 * norm / ridge, xtol=1e-14) if norm > 0.0 else start
    return [
        f"  logistic loss, one block of share {share:.6g}, ridge {ridge:.6g}",
        f"  {'distance to w_R':28} {abs(w - start):.12g} (within {optimum.radius:.1e})",
    ]
