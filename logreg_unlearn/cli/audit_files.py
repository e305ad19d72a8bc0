"""The files of an audit: figure, page to hand on, weights, record."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from logreg_unlearn import plots
from logreg_unlearn.assess.audit import Audit
from logreg_unlearn.assess.words import loss_name
from logreg_unlearn.cli.audit_page import page
from logreg_unlearn.data import DataSet
from logreg_unlearn.data.weights import IN_USE
from logreg_unlearn.problem.adapters.affine import LinearModel
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem, SoftmaxProblem

RECORD = "audit.json"
NAMES = (
    "audit.html", "weights.csv", "audit.png", "audit.svg", "deletion.png", "deletion.svg", RECORD,
)  # fmt: skip
"""Files of every audit."""
OF_REQUESTS = ("requests.png", "requests.svg")
"""Files of an audit of numbered requests besides."""


def contents(result: Audit, data: DataSet, record: dict[str, Any]) -> dict[str, bytes]:
    """Return the files by name; the record lists them, and is the last.

    Parameters
    ----------
    result : Audit
    data : DataSet
    record : dict
        The audit as plain data.
    """
    drawn = _figures(result, data)
    made = {
        "audit.html": page(result, data, record, drawn).encode(),
        "weights.csv": weights_table(result).encode(),
        **drawn,
    }
    text = json.dumps({**record, "files": [*made, RECORD]}, indent=2)
    return {**made, RECORD: f"{text}\n".encode()}


def weights_table(result: Audit) -> str:
    """Return the weights in use and the unlearned ones as CSV, on the scale of the user's columns.

    A row per feature, the intercept last, of more than two classes for each of them; a column for
    the weights in use, for retraining, and for the second best of the advice, by its name, where
    there is one.
    """
    columns, problem = _columns(result), result.problem
    if isinstance(problem, SoftmaxProblem):
        heads, of_class = ["class", "feature"], [problem.to_user_scale(w) for w in columns.values()]
        values = problem.label_values or ()
        rows = [
            (str(value), *row)
            for k, value in enumerate(values)
            for row in _rows(problem, [models[k] for models in of_class])
        ]
    else:
        heads = ["feature"]
        rows = _rows(problem, [problem.to_user_scale(w) for w in columns.values()])
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*heads, *columns])
    writer.writerows(rows)
    return stream.getvalue()


def _rows(problem: AnyProblem, models: Sequence[LinearModel]) -> list[tuple[str, ...]]:
    """Return a row per feature and one for the intercept, a cell for each model."""
    scale = problem.user_scale
    rows: list[tuple[str, ...]] = [
        (name, *(repr(float(model.coefficients[j])) for model in models))
        for j, name in enumerate(models[0].feature_names)
    ]
    if scale is not None and scale.constant is not None:
        ones = (problem.feature_names or ("intercept",))[-1]
        rows.append((ones, *(repr(model.intercept) for model in models)))
    return rows


def columns_in_words(result: Audit) -> str:
    """Return which weights the table has."""
    *first, last = _columns(result)
    return f"the weights {', '.join(first)} and {last}"


def _columns(result: Audit) -> dict[str, Array]:
    columns = {IN_USE: result.start.w, "retrain": result.oracle.w}
    instead = result.advice.instead
    if instead is not None and instead.effect is not None:
        columns[instead.method] = instead.effect.w
    return columns


def _figures(result: Audit, data: DataSet) -> dict[str, bytes]:
    """Draw how far methods were from the oracle at every step, and removals after every request."""
    loss, ridge = loss_name(result.problem), result.problem.ridge
    with plots.style():
        unit = result.distance_original if result.resolved else None
        newton = result.newton_ratio
        title = f"{plots.plain(data.name)}, {loss} loss, ridge {ridge:g}"
        figure = plots.trajectories(
            [(o.method, o.trajectory.steps, o.trajectory.distance) for o in result.outcomes],
            newton * (unit or 0.0) if newton == newton else 0.0,
            unit,
            title,
        )
        made = plots.files(figure, "audit")
        found = result.spectrum
        drawn = plots.spectrum(found.values, np.cumsum(found.shares), found.sentence())
        made |= plots.files(drawn, "deletion")
        stream = result.requests
        if stream is not None:
            curves = [(one.method, one.ratios) for one in stream.followed if not one.failed]
            made |= plots.files(plots.request_errors(curves, title), "requests")
        return made
