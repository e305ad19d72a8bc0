"""What an audit says: to a person, and to a machine."""

from __future__ import annotations

from typing import Any

from logreg_unlearn.assess.audit import Audit
from logreg_unlearn.assess.record import HEADS, audit_data, audit_rows
from logreg_unlearn.assess.words import describe
from logreg_unlearn.data import DataSet
from logreg_unlearn.problem.losses import get_loss
from logreg_unlearn.problem.problem import UnlearningProblem

_NAMED = 12  # features that the text names; audit.json has all of them


def as_dict(result: Audit, data: DataSet) -> dict[str, Any]:
    """Return the audit as plain data; infinite ratios become null."""
    problem = result.problem
    return {
        "data": {
            "name": data.name,
            "rows": len(problem.labels),
            "columns": len(data.feature_names),
            "forget": int(problem.forget.sum()),
            "labels": {"-1": data.label_values[0], "+1": data.label_values[1]},
            "features": list(data.feature_names),
            "dropped_columns": list(data.dropped),
            "notes": list(data.notes),
        },
        **audit_data(result),
    }


def show(result: Audit, data: DataSet) -> None:
    """Print the audit for a person."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    problem, measured = result.problem, result.dependence
    n, d = len(problem.labels), len(data.feature_names)
    forgotten = int(problem.forget.sum())
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(
        f"{data.name}: {n} rows, {d} columns, forget {forgotten} ({100 * forgotten / n:.1f} %); "
        f"{get_loss(problem.loss).name} loss, ridge {problem.ridge:g}{_convention(problem)}"
    )
    console.print(f"labels: {data.label_values[0]!r} is -1, {data.label_values[1]!r} is +1")
    for line in features(data):
        console.print(line)
    for name, optimum in (("original", result.original), ("oracle", result.oracle)):
        console.print(
            f"{name:8}  gradient norm {optimum.gradient_norm:.1e}, "
            f"exact optimum within {optimum.radius:.1e}"
        )
    console.print(f"distance original to oracle {result.distance_original:.4g}\n")
    table = Table(
        title="distance to the oracle / the original's", title_style="bold", title_justify="left",
        box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0),
    )  # fmt: skip
    for heading in HEADS:
        words = heading in (HEADS[0], HEADS[-1])
        table.add_column(heading, justify="left" if words else "right", no_wrap=True)
    methods = len(result.outcomes)
    for number, row in enumerate(audit_rows(result), start=1):
        table.add_row(*row, end_section=number == methods)
    console.print(table)
    console.print(
        "* closest to the oracle at any recorded step: it peeks at the oracle\n"
        "limit: where the steps would end if they went on; cost: in units of retraining\n"
    )
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


def features(data: DataSet) -> list[str]:
    """Return what the columns of a data set are, and what may be wrong with them, in lines."""
    names = ", ".join(data.feature_names[:_NAMED])
    more = len(data.feature_names) - _NAMED
    lines = [f"features: {names}" + (f" and {more} more" if more > 0 else "")]
    if data.dropped:
        lines.append(f"constant columns left out: {', '.join(data.dropped)}")
    return lines + [f"note: {note}" for note in data.notes]
