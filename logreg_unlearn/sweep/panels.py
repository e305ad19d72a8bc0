"""From the sweep's rows to what its figures draw, with the theory's boundaries beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from logreg_unlearn.sweep.case import BLOCK_SHARE, Row
from logreg_unlearn.theory.cross_dimensional import da_existence
from logreg_unlearn.theory.iterations import strong_ridge_harm_correlation
from logreg_unlearn.theory.single_coordinate import (
    da_branches,
    harm_threshold,
    lambert_minimiser,
    logistic_minimiser,
)

Panel = dict[str, Any]


def blocks(rows: Sequence[Row]) -> list[Panel]:
    """Panels of ``plots.blocks``: a row per loss, a column per forget fraction."""
    theory = _is_descent_ascent(rows)
    made = []
    for loss, fraction in _values(rows, "loss", "forget_fraction"):
        part = [r for r in rows if (r.loss, r.forget_fraction) == (loss, fraction)]
        series = []
        for (ridge,) in _values(part, "ridge"):
            points = [r for r in part if r.ridge == ridge]
            strength = BLOCK_SHARE / ridge
            lift = np.array([r.correlation for r in points])
            diverged = np.array([r.verdict == "DIVERGED" for r in points])
            curve = _between(lift)
            form = lambert_minimiser if loss == "exponential" else logistic_minimiser
            solution = form(strength, curve, fraction)
            with np.errstate(divide="ignore"):
                ratio = np.abs(solution.descent_ascent - solution.oracle) / np.abs(
                    solution.original - solution.oracle
                )
            fold = None
            if loss == "exponential" and theory:
                fold = float(da_branches(strength, 0.0).fold)
                fold = fold if fold <= lift.max() else None
            series.append(
                {
                    "label": f"ridge {ridge:g}",
                    "lift": lift[~diverged],
                    "ratio": np.array([r.ratio_final for r in points])[~diverged],
                    "diverged": lift[diverged],
                    "curve_lift": curve,
                    "curve_ratio": np.where(np.isfinite(ratio), ratio, np.nan) if theory else None,
                    "fold": fold,
                }
            )
        title = f"{loss} loss, f = {fraction:g}"
        harm = float(harm_threshold(fraction)) if theory else None
        made.append({"title": title, "harm": harm, "series": series})
    return made


def directions(rows: Sequence[Row]) -> list[Panel]:
    """Panels of ``plots.directions``: one per loss and ridge."""
    made = []
    for loss, ridge in _values(rows, "loss", "ridge"):
        part = [r for r in rows if (r.loss, r.ridge) == (loss, ridge)]
        epsilon = np.unique([_tail(r.dataset) for r in part])
        alpha = np.unique([_tail(r.forget_kind) for r in part])
        ratio = np.full((len(alpha), len(epsilon)), np.nan)
        for r in part:
            i = np.searchsorted(alpha, _tail(r.forget_kind))
            ratio[i, np.searchsorted(epsilon, _tail(r.dataset))] = r.ratio_final
        fold = None
        if loss == "exponential" and _is_descent_ascent(rows):
            fine = np.linspace(epsilon.min(), epsilon.max(), 401)
            edge = da_existence(fine, 1.0 / ridge, part[0].forget_fraction).alpha
            fold = (fine, np.where(edge <= alpha.max() * 1.06, edge, np.nan))
        f = part[0].forget_fraction
        title = f"{loss} loss, ridge {ridge:g}, f = {f:g}"
        made.append(
            {"title": title, "epsilon": epsilon, "alpha": alpha, "ratio": ratio, "fold": fold}
        )
    return made


def gaussian(rows: Sequence[Row]) -> list[Panel]:
    """Panels of ``plots.gaussian``: a row per loss, a column per forget fraction."""
    theory = _is_descent_ascent(rows)
    made = []
    for loss, fraction in _values(rows, "loss", "forget_fraction"):
        part = [r for r in rows if (r.loss, r.forget_fraction) == (loss, fraction)]
        series = []
        for (ridge,) in _values(part, "ridge"):
            points = [r for r in part if r.ridge == ridge]
            correlation = np.unique([r.correlation for r in points])
            spread = [
                [
                    _quantiles([getattr(r, name) for r in points if r.correlation == c])
                    for c in correlation
                ]
                for name in ("ratio_final", "ratio_best")
            ]
            final, best = (np.array(values).T for values in spread)
            series.append(
                {
                    "label": f"ridge {ridge:g}",
                    "correlation": correlation,
                    "final": final,
                    "best": best,
                }
            )
        threshold = float(strong_ridge_harm_correlation(fraction)) if theory else np.nan
        made.append(
            {
                "title": f"{loss} loss, f = {fraction:g}",
                "overshoot": (1.0 - fraction) / fraction if theory else None,
                "strong_ridge": threshold if -1.0 < threshold < 1.0 else None,
                "series": series,
            }
        )
    return made


def real_data(rows: Sequence[Row]) -> tuple[list[Panel], float | None]:
    """Panels of ``plots.real_data``, one per data set and loss, and the predicted overshoot."""
    made: list[Panel] = []
    for loss, dataset in _values(rows, "loss", "dataset"):
        part = [r for r in rows if (r.loss, r.dataset) == (loss, dataset)]
        kinds = list(dict.fromkeys(r.forget_kind for r in part))
        made.append(
            {
                "title": f"{dataset}\n{loss} loss",
                "kinds": kinds,
                "final": [[r.ratio_final for r in part if r.forget_kind == k] for k in kinds],
                "best": [[r.ratio_best for r in part if r.forget_kind == k] for k in kinds],
            }
        )
    fractions = [r.forget_fraction for r in rows]
    same = max(fractions) - min(fractions) < 0.01 and _is_descent_ascent(rows)
    mean = float(np.mean(fractions))
    return made, (1.0 - mean) / mean if same else None


def _is_descent_ascent(rows: Sequence[Row]) -> bool:
    """Whether the theory's boundaries apply: they are those of descent-ascent alone."""
    return {row.method for row in rows} == {"da"}


def _values(rows: Sequence[Row], *names: str) -> list[tuple[Any, ...]]:
    """Distinct value tuples of the named columns, in the order in which they appear."""
    return list(dict.fromkeys(tuple(getattr(r, name) for name in names) for r in rows))


def _between(points: np.ndarray) -> np.ndarray:
    """Fine grid over the range of the points, the points themselves left out."""
    return np.setdiff1d(np.linspace(points.min(), points.max(), 1201), points)


def _tail(text: str) -> float:
    return float(text.split("=")[1])


def _quantiles(values: Sequence[float]) -> tuple[float, float, float]:
    ordered = np.sort(values)
    last = len(ordered) - 1
    return tuple(float(ordered[round(q * last)]) for q in (0.05, 0.5, 0.95))  # type: ignore[return-value]
