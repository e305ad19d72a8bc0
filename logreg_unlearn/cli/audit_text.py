"""What an audit says: to a person, and to a machine."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterator, Mapping
from typing import Any

from logreg_unlearn import __version__
from logreg_unlearn.assess.audit import Audit
from logreg_unlearn.assess.record import audit_data
from logreg_unlearn.assess.tables import (
    DISGUISED,
    HEADS,
    audit_rows,
    model_heads,
    model_rows,
    request_heads,
    request_rows,
)
from logreg_unlearn.assess.words import describe, loss_name, times, weights_words
from logreg_unlearn.data import DataSet
from logreg_unlearn.problem.checks import listed
from logreg_unlearn.problem.multiclass import AnyProblem
from logreg_unlearn.sweep.export import versions

_WIDE = 1000  # columns, more than any table has
_NAMED = 12  # features that the text names; audit.json has all of them


def as_dict(result: Audit, data: DataSet, hashes: Mapping[str, str]) -> dict[str, Any]:
    """Return the audit as plain data; infinite ratios become null.

    Parameters
    ----------
    result : Audit
    data : DataSet
    hashes : mapping of str to str
        SHA-256 of every input, by what it is.
    """
    problem = result.problem
    return {
        "sha256": dict(hashes),
        "versions": {
            "python": platform.python_version(),
            **versions(),
            # what runs, which need not be what is installed
            "logreg-unlearn": __version__,
        },
        "data": {
            "name": data.name,
            "rows": len(problem.labels),
            "columns": len(data.feature_names),
            "forget": int(problem.forget.sum()),
            "labels": dict(zip(_numbers(data), data.label_values, strict=True)),
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
        f"{loss_name(problem)} loss, ridge {problem.ridge:g}{_convention(problem)}"
    )
    console.print(f"labels: {labels_in_words(data)}")
    for line in features(data):
        console.print(line)
    for name, optimum in (("original", result.original), ("oracle", result.oracle)):
        console.print(
            f"{name:8}  gradient norm {optimum.gradient_norm:.1e}, "
            f"exact optimum within {optimum.radius:.1e}"
        )
    console.print(f"distance original to oracle {result.distance_original:.4g}\n")
    said = weights_words(result)
    if said:
        console.print(f"{said}\n")
    for title, heads, rows, ends in tables(result):
        table = Table(
            title=title, title_style="bold", title_justify="left",
            box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0),
        )  # fmt: skip
        for heading in heads:
            words = heading in (HEADS[0], HEADS[-1])
            table.add_column(heading, justify="left" if words else "right", no_wrap=True)
        for number, row in enumerate(rows, start=1):
            table.add_row(*row, end_section=number in ends)
        # in a narrow terminal a line breaks; rich would cut the numbers short
        table.width = console.measure(table, options=console.options.update(width=_WIDE)).maximum
        console.print(table)
    for line in footnotes(result):
        console.print(line)
    console.print()
    console.print(
        f"dependence of F and R: cosine of mean gradients {measured.cosine_gradients:+.3f}, "
        f"of mean signed rows {measured.cosine_signed:+.3f};\n"
        f"cross-influence norm {measured.cross_influence_norm:.3g} "
        f"(overlap {measured.cross_influence_overlap:.3f} of at most 1)"
    )
    for line in foreseen(result):
        console.print(line)
    console.print()
    console.print(result.sentence(), style="bold")
    for outcome in result.outcomes[1:]:
        console.print(f"{describe(outcome)}.")
    console.print(f"\nWhat to do: {result.advice.sentence()}.", style="bold")


def _numbers(data: DataSet) -> tuple[str, ...]:
    """Return what stands for each label."""
    return ("-1", "+1") if data.count == 2 else tuple(map(str, range(data.count)))


def labels_in_words(data: DataSet) -> str:
    """Return which label is which, or of more than two the classes."""
    if data.count == 2:
        return f"{data.label_values[0]!r} is -1, {data.label_values[1]!r} is +1"
    return f"{data.count} classes, {listed(data.label_values, most=_NAMED)}"


def foreseen(result: Audit) -> list[str]:
    """Return what the original alone says: how descent-ascent will end, and in how many ways."""
    lines = []
    # a quotient of distances says nothing where the original is where it should be
    found = None if result.coincide or not result.resolved else result.prediction
    if found is not None and found.missing:
        lines.append(f"descent-ascent: {found.sentence}")
    elif found is not None:
        ran = [o.limit_ratio for o in result.outcomes if o.method == "da"]
        run = f", run: {times(ran[0])}" if ran and math.isfinite(ran[0]) else ""
        lines.append(
            f"descent-ascent, predicted before running: {times(found.value)}{run} (within "
            f"{found.off:.2f}x in half of the\ncases measured, {found.off_90:.2f}x in nine of ten)"
        )
    return [*lines, result.spectrum.sentence()]


def tables(
    result: Audit,
) -> Iterator[tuple[str, tuple[str, ...], list[tuple[str, ...]], tuple[int, ...]]]:
    """Yield title, heads and rows of each table, and after which rows a section ends."""
    methods = len(result.outcomes)
    yield (
        "Where it ends: distance to the oracle / the original's",
        HEADS,
        audit_rows(result),
        (methods,),
    )
    yield "What it does to the model", model_heads(result), model_rows(result), (1, methods + 1)
    stream = result.requests
    if stream is not None:
        count = len(stream.sizes)
        title = f"{count} request{'' if count == 1 else 's'}, one after another: the same ratio"
        yield title, request_heads(stream), request_rows(stream), ()


def footnotes(result: Audit) -> list[str]:
    """Return what the heads of the tables mean."""
    advice = result.advice
    lines = [
        "F: the rows to forget; R: the others; oracle: the optimum on R, what retraining gives",
        "da: descent-ascent; ga: gradient ascent; a sentence below says what each method did",
        "* closest to the oracle at any recorded step: it peeks at the oracle",
        f"{DISGUISED} retraining in disguise: it descends the oracle's objective, or costs as much",
        "limit: where the steps would end if they went on",
        "cost: in units of retraining, the certificate not counted",
        "risk: excess retain risk; F, R right: rows classified as labelled, to be read beside "
        "retrain;",
        "changed: rows that retrain decides otherwise",
        "certified: no farther from the oracle than this, known without retraining; inf: unknown",
        "noise: its standard deviation on every weight; it hides the rest for "
        f"(epsilon, delta) = ({advice.epsilon:g}, {advice.delta:g})",
        "(both for the columns as the model sees them: standardised, unless they were left raw)",
    ]
    if result.requests is not None:
        lines.append("over the requests the cost includes a gradient after each, as a certificate")
    failed = [f"{one.method} failed: {one.failed}" for one in result.removals if one.failed]
    if result.requests is not None:
        removed = {one.method for one in result.removals if one.failed}
        failed += [
            f"{one.method} failed over the requests: {one.failed}"
            for one in result.requests.followed
            if one.failed and one.method not in removed
        ]
    return lines + failed


def _convention(problem: AnyProblem) -> str:
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
