"""From the sweep's rows to what its figures draw, with the theory's boundaries beside them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from logreg_unlearn.problem.losses import get_loss
from logreg_unlearn.sweep.boundary import equal_distance
from logreg_unlearn.sweep.case import BLOCK_SHARE
from logreg_unlearn.sweep.regions import overlap_and_share
from logreg_unlearn.sweep.row import Row
from logreg_unlearn.theory.cross_dimensional import da_existence
from logreg_unlearn.theory.single_coordinate import (
    da_branches,
    harm_threshold,
    lambert_minimiser,
    logistic_minimiser,
)

Panel = dict[str, Any]

MINIMISERS = {"logistic": logistic_minimiser, "exponential": lambert_minimiser}
"""Closed forms of the block model, by loss."""


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
            solution = MINIMISERS[loss](strength, curve, fraction)
            with np.errstate(divide="ignore"):
                ratio = np.abs(solution.descent_ascent - solution.oracle) / np.abs(
                    solution.original - solution.oracle
                )
            fold = None
            if get_loss(loss).unbounded and theory:
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
    theory = _is_descent_ascent(rows)
    made = []
    for loss, ridge in _values(rows, "loss", "ridge"):
        part = [r for r in rows if (r.loss, r.ridge) == (loss, ridge)]
        place = np.array([overlap_and_share(r) for r in part])
        epsilon, alpha = np.unique(place[:, 0]), np.unique(place[:, 1])
        ratio = np.full((len(alpha), len(epsilon)), np.nan)
        i, j = np.searchsorted(alpha, place[:, 1]), np.searchsorted(epsilon, place[:, 0])
        ratio[i, j] = [r.ratio_final for r in part]
        f, top = part[0].forget_fraction, alpha.max() * 1.06
        fine = np.linspace(epsilon.min(), epsilon.max(), 73)
        equal, fold = None, None
        if theory and top > 0.0:
            equal = (fine, equal_distance(loss, fine, ridge, f, top))
        if theory and get_loss(loss).unbounded:
            edge = da_existence(fine, 1.0 / ridge, f).alpha
            fold = (fine, np.where(edge <= top, edge, np.nan))
        made.append(
            {
                "title": f"{loss} loss, ridge {ridge:g}, f = {f:g}",
                "epsilon": epsilon,
                "alpha": alpha,
                "ratio": ratio,
                "equal": equal,
                "fold": fold,
            }
        )
    return made


def gaussian(rows: Sequence[Row]) -> list[Panel]:
    """Panels of ``plots.gaussian``: a row per loss, a column per forget fraction."""
    theory = _is_descent_ascent(rows)
    made = []
    for loss, fraction in _values(rows, "loss", "forget_fraction"):
        part = [r for r in rows if (r.loss, r.forget_fraction) == (loss, fraction)]
        cosine = np.unique([r.correlation for r in part])
        series, medians = [], {}
        for (ridge,) in _values(part, "ridge"):
            spread = [
                [
                    _quantiles(
                        [getattr(r, name) for r in part if (r.ridge, r.correlation) == (ridge, c)]
                    )
                    for c in cosine
                ]
                for name in ("ratio_final", "ratio_best")
            ]
            final, best = (np.array(values).T for values in spread)
            medians[ridge] = final[1]
            series.append(
                {"label": f"ridge {ridge:g}", "cosine": cosine, "final": final, "best": best}
            )
        made.append(
            {
                "title": f"{loss} loss, f = {fraction:g}",
                "limit": _strong_ridge(cosine, fraction, medians) if theory else None,
                "series": series,
            }
        )
    return made


STRONG = 0.2
"""Where all medians lie within this share of the strong-ridge limit, the ridge counts as strong;
the deviation falls like 1/ridge, and a fifth is about the height of a marker."""


def _strong_ridge(
    cosine: np.ndarray, fraction: float, medians: dict[float, np.ndarray]
) -> Panel | None:
    """Return the strong-ridge limit of the ratio, None where no ridge is strong.

    ``||m_F||/(f ||m_F - m_R||)`` of `strong_ridge_limit`: the means of this model have equal
    norms, so it is ``1/(f sqrt(2 - 2c))``, which is 1 at `strong_ridge_harm_correlation`.
    """
    below = cosine < 1.0  # at 1 the limit is infinite: the means agree
    if not below.any():
        return None
    limit = 1.0 / (fraction * np.sqrt(2.0 - 2.0 * cosine[below]))
    strong = []
    for ridge in sorted(medians, reverse=True):
        if not np.all(np.abs(medians[ridge][below] / limit - 1.0) <= STRONG):
            break
        strong.append(ridge)
    if not strong:
        return None
    fine = np.linspace(cosine[below].min(), min(float(cosine.max()), 0.995), 200)
    return {
        "cosine": fine,
        "ratio": 1.0 / (fraction * np.sqrt(2.0 - 2.0 * fine)),
        "label": rf"strong-ridge limit $1/(f\sqrt{{2-2c}})$ (ridge $\geq$ {strong[-1]:g}: "
        rf"to {100 * STRONG:g} %)",
    }


def real_data(rows: Sequence[Row]) -> list[Panel]:
    """Panels of ``plots.real_data``, one per loss and data set."""
    kinds = list(dict.fromkeys(r.forget_kind for r in rows))
    made: list[Panel] = []
    # three classes or more have one loss alone: the place of the other stays empty
    losses, datasets = _values(rows, "loss"), _values(rows, "dataset")
    for (loss,), (dataset,) in product(losses, datasets):
        part = [r for r in rows if (r.loss, r.dataset) == (loss, dataset)]
        made.append(
            {
                "title": f"{dataset}\n{'' if part else 'has no '}{loss} loss",
                "kinds": kinds,
                "final": [[r.ratio_final for r in part if r.forget_kind == k] for k in kinds],
                "best": [[r.ratio_best for r in part if r.forget_kind == k] for k in kinds],
            }
        )
    return made


MEASURES = {
    "correlation": r"$\cos(\nabla\bar\ell_R,\nabla\bar\ell_F)$ at the original, measured",
    "influence_overlap": "cross-influence overlap at the original, measured",
}
"""The measures of dependence among a row's columns, and what an axis calls them."""


def real_dependence(rows: Sequence[Row]) -> list[Panel]:
    """Panels of ``plots.real_dependence``: a row per loss, a column per measure."""
    made: list[Panel] = []
    for (loss,) in _values(rows, "loss"):
        for name, label in MEASURES.items():
            series = []
            for (kind,) in _values(rows, "forget_kind"):
                part = [r for r in rows if (r.loss, r.forget_kind) == (loss, kind)]
                series.append(
                    {
                        "label": kind,
                        "measure": np.array([getattr(r, name) for r in part]),
                        "ratio": np.array([r.ratio_final for r in part]),
                    }
                )
            made.append({"title": f"{loss} loss", "label": label, "series": series})
    return made


def _is_descent_ascent(rows: Sequence[Row]) -> bool:
    """Whether the theory's boundaries apply: they are those of descent-ascent alone."""
    return {row.method for row in rows} == {"da"}


def _values(rows: Sequence[Row], *names: str) -> list[tuple[Any, ...]]:
    """Distinct value tuples of the named columns, in the order in which they appear."""
    return list(dict.fromkeys(tuple(getattr(r, name) for name in names) for r in rows))


def _between(points: np.ndarray) -> np.ndarray:
    """Fine grid over the range of the points, the points themselves left out.

    Even on the square-root scale on which it is drawn.
    """
    low, high = np.sqrt(points.min()), np.sqrt(points.max())
    return np.setdiff1d(np.linspace(low, high, 1201) ** 2, points)


def _quantiles(values: Sequence[float]) -> tuple[float, float, float]:
    ordered = np.sort(values)
    last = len(ordered) - 1
    return tuple(float(ordered[round(q * last)]) for q in (0.05, 0.5, 0.95))  # type: ignore[return-value]
