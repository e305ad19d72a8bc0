"""What an audit says: to a person, and to a machine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from logreg_unlearn.assess.audit import Audit, describe
from logreg_unlearn.data import DataSet
from logreg_unlearn.problem.losses import get_loss
from logreg_unlearn.problem.problem import UnlearningProblem

_NAMED = 12  # features that the text names; audit.json has all of them


def as_dict(result: Audit, data: DataSet) -> dict[str, Any]:
    """Return the audit as plain data; infinite ratios become null."""
    problem, measured = result.problem, result.dependence
    return {
        "data": {
            "name": data.name,
            "rows": len(problem.labels),
            "columns": problem.features.shape[1],
            "forget": int(problem.forget.sum()),
            "labels": {"-1": data.label_values[0], "+1": data.label_values[1]},
            "features": list(data.feature_names),
            "dropped_columns": list(data.dropped),
            "notes": list(data.notes),
        },
        "ridge": problem.ridge,
        "normalisation": problem.normalisation,
        "unpenalised": [data.feature_names[j] for j in problem.unpenalised],
        "loss": get_loss(problem.loss).name,
        "original": _optimum(result.original),
        "oracle": _optimum(result.oracle),
        "distance_original": result.distance_original,
        "methods": [
            {
                "method": outcome.method,
                "verdict": outcome.verdict,
                "status": outcome.trajectory.status.name,
                "ratio_final": _finite(outcome.ratio),
                "ratio_excess_retain_risk": _finite(float(outcome.ratios.excess_risk)),
                "ratio_best_stop_peeking": _finite(outcome.best.ratio),
                "best_step": outcome.best.step,
                "steps": int(outcome.trajectory.steps[-1]),
                "step_size": outcome.trajectory.step_size,
            }
            for outcome in result.outcomes
        ],
        "newton_step_ratio": _finite(result.newton_ratio),
        "dependence": {
            "cosine_mean_gradients": measured.cosine_gradients,
            "cosine_mean_signed_rows": measured.cosine_signed,
            "cross_influence_norm": measured.cross_influence_norm,
            "cross_influence_overlap": measured.cross_influence_overlap,
        },
        "verdict": result.sentence(),
    }


def _optimum(optimum: Any) -> dict[str, Any]:
    return {
        "gradient_norm": optimum.gradient_norm,
        "radius": _finite(optimum.radius),
        "status": optimum.status.name,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def show(result: Audit, data: DataSet) -> None:
    """Print the audit for a person."""
    from rich.console import Console
    from rich.table import Table

    problem, measured = result.problem, result.dependence
    n, d = problem.features.shape
    forgotten = int(problem.forget.sum())
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(
        f"{data.name}: {n} rows, {d} columns, forget {forgotten} ({100 * forgotten / n:.1f} %); "
        f"{get_loss(problem.loss).name} loss, ridge {problem.ridge:g}{_convention(problem)}"
    )
    console.print(f"labels: {data.label_values[0]!r} is -1, {data.label_values[1]!r} is +1")
    console.print(f"features: {_listed(data.feature_names)}")
    if data.dropped:
        console.print(f"constant columns left out: {', '.join(data.dropped)}")
    for note in data.notes:
        console.print(f"note: {note}")
    for name, optimum in (("original", result.original), ("oracle", result.oracle)):
        console.print(
            f"{name:8}  gradient norm {optimum.gradient_norm:.1e}, "
            f"exact optimum within {optimum.radius:.1e}"
        )
    console.print(f"distance original to oracle {result.distance_original:.4g}\n")
    table = Table(title="distance to the oracle / the original's", title_style="bold")
    table.add_column("method", no_wrap=True)
    for heading in ("end", "best*", "at step"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("status", "verdict"):
        table.add_column(heading, no_wrap=True)
    for outcome in result.outcomes:
        table.add_row(
            outcome.method,
            f"{outcome.ratio:.3g}",
            f"{outcome.best.ratio:.3g}",
            str(outcome.best.step),
            outcome.trajectory.status.name,
            outcome.verdict,
        )
    table.add_section()
    table.add_row("Newton step", f"{result.newton_ratio:.3g}", "", "1", "", "")
    console.print(table)
    console.print("* closest to the oracle at any recorded step: it peeks at the oracle\n")
    console.print(
        f"dependence of F and R: cosine of mean gradients {measured.cosine_gradients:+.3f}, "
        f"of mean signed rows {measured.cosine_signed:+.3f};\n"
        f"cross-influence norm {measured.cross_influence_norm:.3g} "
        f"(overlap {measured.cross_influence_overlap:.3f} of at most 1)\n"
    )
    console.print(result.sentence(), style="bold")
    for outcome in result.outcomes[1:]:
        console.print(f"{describe(outcome)}.")


def _convention(problem: UnlearningProblem) -> str:
    """Return what is not the default: the sum convention, and a free intercept."""
    parts = [", sum convention"] if problem.normalisation == "sum" else []
    parts += [", free intercept"] if problem.unpenalised else []
    return "".join(parts)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"
