"""An audit as plain data, as rows of a table, and as a table for a notebook.

A number that is infinite or not a number is ``None`` (``null`` in JSON): the verdict, the status
and the kind of limit beside it say why.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from logreg_unlearn.assess.outcome import Outcome
from logreg_unlearn.assess.verdict import TOLERANCE
from logreg_unlearn.assess.words import describe, free_columns, times
from logreg_unlearn.problem.losses import get_loss
from logreg_unlearn.solve.optimum import Optimum
from logreg_unlearn.unlearn.trajectory import html_table

if TYPE_CHECKING:
    from logreg_unlearn.assess.audit import Audit

HEADS = ("method", "end", "limit", "best*", "at step", "cost", "verdict")
"""Of :func:`audit_rows`: ratios at the last step, of the limit and of the closest record (which
peeks at the oracle), its step, the cost in units of retraining."""


def audit_data(audit: Audit) -> dict[str, Any]:
    """Return everything that an audit found as dicts, lists, strings and numbers for JSON."""
    problem, measured = audit.problem, audit.dependence
    mean = problem.normalisation == "mean"
    return {
        "ridge": problem.ridge,
        "loss": get_loss(problem.loss).name,
        "refit": {
            "convention": problem.normalisation,
            "ridge": problem.ridge,
            "C": None if mean else 1.0 / problem.ridge,
            "unpenalised": free_columns(problem),
            "words": audit.refit,
        },
        "original": _optimum(audit.original),
        "oracle": _optimum(audit.oracle),
        "distance_original": _finite(audit.distance_original),
        "resolved": audit.resolved,
        "coincide": audit.coincide,
        "unchanged_tolerance": TOLERANCE,
        "retraining_passes": _finite(audit.oracle.passes * float((~problem.forget).mean())),
        "methods": [_outcome(outcome) for outcome in audit.outcomes],
        "newton_step_ratio": _finite(audit.newton_ratio),
        "newton_step_cost": _finite(audit.newton_cost),
        "influence_ratio": _finite(audit.influence_ratio),
        "influence_cost": _finite(audit.influence_cost),
        "dependence": {
            "cosine_mean_gradients": measured.cosine_gradients,
            "cosine_mean_signed_rows": measured.cosine_signed,
            "cross_influence_norm": measured.cross_influence_norm,
            "cross_influence_overlap": measured.cross_influence_overlap,
        },
        "verdict": audit.sentence(),
    }


def audit_rows(audit: Audit) -> list[tuple[str, ...]]:
    """Return a row of strings under :data:`HEADS` per method, then the two removal steps."""
    rows: list[tuple[str, ...]] = [
        (
            outcome.method,
            _number(outcome.ratio),
            _number(outcome.limit_ratio),
            _number(outcome.best.ratio),
            str(outcome.best.step),
            times(outcome.cost),
            outcome.verdict if outcome.settled else f"{outcome.verdict} so far",
        )
        for outcome in audit.outcomes
    ]
    for name, ratio, cost in (
        ("Newton step", audit.newton_ratio, audit.newton_cost),
        ("influence", audit.influence_ratio, audit.influence_cost),
    ):
        rows.append((name, _number(ratio), "", "", "1", times(cost), ""))
    return rows


def audit_html(audit: Audit) -> str:
    """Return the table of :func:`audit_rows` for a notebook."""
    return html_table(audit.sentence(), HEADS, audit_rows(audit))


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "method": outcome.method,
        "verdict": outcome.verdict,
        "settled": outcome.settled,
        "verdict_at_last_step": outcome.verdict_end,
        "status": outcome.trajectory.status.name,
        "ratio_final": _finite(outcome.ratio),
        "limit": outcome.limit.kind.name,
        "limit_means": outcome.limit.kind.value,
        "ratio_limit": _finite(outcome.limit_ratio),
        "ratio_excess_retain_risk": _finite(float(outcome.ratios.excess_risk)),
        "ratio_best_stop_peeking": _finite(outcome.best.ratio),
        "best_step": outcome.best.step,
        "steps": int(outcome.trajectory.steps[-1]),
        "step_size": outcome.trajectory.step_size,
        "passes": _finite(outcome.trajectory.passes),
        "cost_in_retrainings": _finite(outcome.cost),
        "is_retraining": outcome.retraining,
        "words": describe(outcome),
    }


def _optimum(optimum: Optimum) -> dict[str, Any]:
    return {
        "gradient_norm": _finite(optimum.gradient_norm),
        "radius": _finite(optimum.radius),
        "status": optimum.status.name,
        "passes": _finite(optimum.passes),
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _number(ratio: float) -> str:
    """Return a ratio for the table; nothing where it is not known."""
    if math.isnan(ratio):
        return ""
    return times(ratio).removesuffix("x") if math.isfinite(ratio) else "inf"
