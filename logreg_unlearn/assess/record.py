"""An audit as plain data.

A number that is infinite or not a number is ``None`` (``null`` in JSON): the verdict, the status
and the kind of limit beside it say why.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from logreg_unlearn.assess.effect import Effect
from logreg_unlearn.assess.outcome import Outcome
from logreg_unlearn.assess.removals import RemovalOutcome
from logreg_unlearn.assess.requests import RequestStream
from logreg_unlearn.assess.verdict import TOLERANCE
from logreg_unlearn.assess.words import describe, free_columns, loss_name
from logreg_unlearn.solve.optimum import Optimum

if TYPE_CHECKING:
    from logreg_unlearn.assess.advice import Advice
    from logreg_unlearn.assess.audit import Audit

EFFECT = (
    "excess_retain_risk",
    "accuracy_forget",
    "accuracy_retain",
    "accuracy_held_out",
    "loss_auc",
    "changed_decisions",
    "share_changed_held_out",
    "certified_distance",
    "certified_share",
    "noise_needed",
)
"""What is said of every model: the keys of its entry besides those of its kind."""


def audit_data(audit: Audit) -> dict[str, Any]:
    """Return everything that an audit found as dicts, lists, strings and numbers for JSON."""
    problem, measured, predicted = audit.problem, audit.dependence, audit.prediction
    mean = problem.normalisation == "mean"
    return {
        "ridge": problem.ridge,
        "loss": loss_name(problem),
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
        "weights_to_original": None
        if audit.distance_weights is None
        else [audit.distance_weights.lower, _finite(audit.distance_weights.upper)],
        "noise_for": {"epsilon": audit.advice.epsilon, "delta": audit.advice.delta},
        "in_use": _effect(audit.in_use),
        "retrained": _effect(audit.retrained),
        "methods": [_outcome(outcome) for outcome in audit.outcomes],
        "removals": [_removal(outcome) for outcome in audit.removals],
        "requests": _requests(audit.requests),
        "dependence": {
            "cosine_mean_gradients": measured.cosine_gradients,
            "cosine_mean_signed_rows": measured.cosine_signed,
            "cross_influence_norm": measured.cross_influence_norm,
            "cross_influence_overlap": measured.cross_influence_overlap,
        },
        "predicted": {
            "ratio": _finite(predicted.value),
            "by": predicted.name,
            "words": predicted.sentence,
        },
        "spectrum": {
            "singular_values": audit.spectrum.values.tolist(),
            "shares": audit.spectrum.shares.tolist(),
            "directions_for_99_percent": audit.spectrum.directions(),
        },
        "verdict": audit.sentence(),
        "what_to_do": _advice(audit.advice),
    }


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
        **_effect(outcome.effect),
    }


def _removal(outcome: RemovalOutcome) -> dict[str, Any]:
    return {
        "method": outcome.method,
        "ratio_final": _finite(outcome.ratio),
        "cost_in_retrainings": _finite(outcome.cost),
        "is_retraining": outcome.retraining,
        "failed": outcome.failed,
        **_effect(outcome.effect),
    }


def _effect(effect: Effect | None) -> dict[str, Any]:
    """Return what a model is like; every value null where there is no model."""
    if effect is None:
        return dict.fromkeys(EFFECT)
    read = effect.evaluation
    held_out = read.accuracy_held_out
    values = (
        _finite(effect.excess_risk),
        read.accuracy_forget.value,
        read.accuracy_retain.value,
        None if held_out is None else held_out.value,
        None if read.loss_auc is None else read.loss_auc.value,
        read.changed,
        read.changed_held_out,
        _finite(effect.certified),
        _finite(effect.certified_share),
        _finite(effect.noise),
    )
    return dict(zip(EFFECT, values, strict=True))


def _advice(advice: Advice) -> dict[str, Any]:
    return {
        "method": advice.method,
        "instead": None if advice.instead is None else advice.instead.method,
        "words": advice.sentence(),
        "retraining_seconds": advice.seconds,
        "budget_seconds": advice.budget,
        "tolerance": advice.tolerance,
    }


def _requests(stream: RequestStream | None) -> dict[str, Any] | None:
    if stream is None:
        return None
    return {
        "rows": list(stream.sizes),
        "distance_of_doing_nothing": [_finite(value) for value in stream.distances],
        "removals": [
            {
                "method": one.method,
                "ratios": [_finite(value) for value in one.ratios],
                "certified_distances": [_finite(value) for value in one.certified],
                "cost_in_retrainings": _finite(one.cost),
                "failed": one.failed,
            }
            for one in stream.followed
        ],
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
