"""Audit a model: what gradient ascent would do if it had to forget these samples.

Give a table (CSV, other text or NPZ) with a label and a forget column, or the name of a bundled
data set and a kind of forget set.  The answer: the original and the retrained optimum with
certificates, what each ascent method and one Newton step do, and a verdict in plain words.
"""

from __future__ import annotations

import inspect
import json
import math
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from logreg_unlearn import plots
from logreg_unlearn.assess.audit import audit
from logreg_unlearn.cli import audit_text as text
from logreg_unlearn.cli.console import interrupted, number, parser, whole
from logreg_unlearn.cli.forgetting import add_options, by_column, load_by_column
from logreg_unlearn.cli.tables import add_reading, method_name, reading
from logreg_unlearn.data import DataSet, real
from logreg_unlearn.data.files import read_table, table_columns
from logreg_unlearn.data.forget_sets import KINDS, NEEDS_MODEL, FittedModel, forget_set
from logreg_unlearn.files import check_folder, publish
from logreg_unlearn.problem.losses import LOSSES, Mask, get_loss
from logreg_unlearn.problem.problem import NORMALISATIONS, UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.ascent import METHODS
from logreg_unlearn.unlearn.load import load_method

if TYPE_CHECKING:
    from logreg_unlearn.assess.audit import Audit

FILES = ("audit.png", "audit.svg", "audit.json")


def parse(arguments: Sequence[str] | None) -> Namespace:
    """Read the command line."""
    made = parser(__doc__ or "", "results/audit")
    made.add_argument("data", nargs="?", help="table: .csv, .tsv, .txt (also .gz) or .npz")
    made.add_argument(
        "--forget",
        metavar="COL|KIND",
        help=f"column that marks the rows to forget, or one of {', '.join(KINDS)}, "
        "oldest (--order), group (--group)",
    )
    add_options(made)
    add_reading(made)
    made.add_argument("--dataset", choices=real.names(), help="bundled data instead of a file")
    made.add_argument(
        "--fraction", type=number, default=0.1, help="share to forget when --forget is a kind"
    )
    strength = made.add_mutually_exclusive_group()
    strength.add_argument("--ridge", type=number, help="ridge lambda > 0 (default: 0.01)")
    strength.add_argument(
        "--C",
        type=number,
        help="as in scikit-learn: ridge 1/C on a sum over the samples, free intercept",
    )
    made.add_argument(
        "--normalisation",
        choices=NORMALISATIONS,
        help="loss as a mean (the ridge is the same whatever the set) or as a sum over the "
        "samples (default: mean, sum with --C)",
    )
    made.add_argument(
        "--unpenalised-intercept", action="store_true", help="leave the intercept out of the ridge"
    )
    made.add_argument("--loss", choices=tuple(LOSSES), default="logistic", help="pointwise loss")
    default = inspect.signature(audit).parameters["methods"].default
    made.add_argument(
        "--method",
        action="append",
        type=method_name,
        metavar="NAME",
        help=f"{', '.join(METHODS)}, or your own as module:name; repeatable "
        f"(default: {', '.join(default)})",
    )
    made.add_argument("--steps", type=whole, default=20_000, help="step budget per method")
    made.add_argument(
        "--seed", type=whole, default=0, help="for random forget sets and minibatches"
    )
    made.add_argument("--json", action="store_true", help="print JSON instead of text")
    return made.parse_args(arguments)


def load(options: Namespace) -> DataSet:
    """Return the data set that the options name, without a mask where a kind is to choose.

    Raises
    ------
    ValueError
        If neither or both of a file and a bundled data set are given, or a bundled one with
        options for files.
    """
    if (options.data is None) == (options.dataset is None):
        got = "neither" if options.data is None else "both"
        raise ValueError(f"expected a file or --dataset, got {got} (see --help)")
    how = reading(options, is_file=options.data is not None)
    if by_column(options):
        return load_by_column(options, how)
    if options.dataset:
        return real.load(options.dataset)
    by_kind = options.forget in KINDS and options.forget not in set(
        table_columns(options.data, sep=how["sep"])
    ) - set(how["drop"])
    data = read_table(options.data, forget=None if by_kind else options.forget, **how)
    return replace(data, forget=None) if by_kind else data


def problem_of(data: DataSet, options: Namespace) -> UnlearningProblem:
    """Return the problem of the data set and the options.

    Raises
    ------
    ValueError
        If there are no rows to forget, or a value is out of its range.
    """
    how = convention(options)
    free = options.C is not None or options.unpenalised_intercept
    how["unpenalised"] = (data.intercept,) if free and data.intercept is not None else ()

    def with_mask(mask: Mask) -> UnlearningProblem:
        return UnlearningProblem(
            data.features, data.labels, mask, loss=options.loss,
            feature_names=data.feature_names, label_values=data.label_values, **how,
        )  # fmt: skip

    if data.forget is not None:
        return with_mask(data.forget)
    if options.forget not in KINDS:
        got = "nothing" if options.forget is None else repr(options.forget)
        raise ValueError(
            f"expected --forget to be a column or one of {', '.join(KINDS)}, got {got}"
        )
    model = None
    if options.forget in NEEDS_MODEL:
        # which rows are forgotten does not matter to the original model
        any_mask = np.arange(len(data.labels)) == 0
        model = fitted(with_mask(any_mask))
    mask = forget_set(
        options.forget, data.features, data.labels, fraction=options.fraction,
        seed=options.seed, model=model,
    )  # fmt: skip
    return with_mask(mask)


def convention(options: Namespace) -> dict[str, Any]:
    """Return ridge and normalisation; ``--C`` is scikit-learn's sum convention.

    Raises
    ------
    ValueError
        If ``--C`` is not positive, or comes with the mean convention.
    """
    if options.C is None:
        ridge = 0.01 if options.ridge is None else options.ridge
        return {"ridge": ridge, "normalisation": options.normalisation or "mean"}
    if not (math.isfinite(options.C) and options.C > 0.0):
        raise ValueError(f"expected --C > 0, got {options.C}")
    if options.normalisation == "mean":
        raise ValueError("expected --C with --normalisation sum, got mean (use --ridge)")
    return {"ridge": 1.0 / options.C, "normalisation": "sum"}


def fitted(problem: UnlearningProblem) -> FittedModel:
    """Return the original model, its ridge that of a mean objective."""
    n = len(problem.labels) if problem.normalisation == "sum" else 1
    w = minimise(problem.original()).w
    return FittedModel(w, problem.ridge / n, get_loss(problem.loss))


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit the data that the command line names."""
    options = parse(arguments)
    if options.seed < 0:
        raise ValueError(f"expected --seed >= 0, got {options.seed}")
    folder = check_folder(options.out, FILES)
    with interrupted("nothing was written"):
        data = load(options)
        problem = problem_of(data, options)
        methods = {}
        if options.method:
            named = dict.fromkeys(options.method)
            methods = {"methods": [load_method(m) if ":" in m else m for m in named]}
        result = audit(problem, steps=options.steps, seed=options.seed, **methods)
        record = json.dumps({**text.as_dict(result, data), "files": FILES}, indent=2)
        files = draw(result, data) | {"audit.json": f"{record}\n".encode()}
    with interrupted(f"{folder} may hold files of this audit and of an earlier one: run it again"):
        publish(folder, files, "audit.json")
    with interrupted(f"every result was written into {folder}"):
        if options.json:
            print(record)
        else:
            text.show(result, data)
            print(f"\n{folder / 'audit.png'}, {folder / 'audit.json'}")
    return 0


def draw(result: Audit, data: DataSet) -> dict[str, bytes]:
    """Draw how far each method was from the oracle at every step, as files."""
    loss, ridge = get_loss(result.problem.loss).name, result.problem.ridge
    with plots.style():
        unit = result.distance_original if result.resolved else None
        figure = plots.trajectories(
            [(o.method, o.trajectory.steps, o.trajectory.distance) for o in result.outcomes],
            result.newton_ratio * (unit or 0.0),
            unit,
            f"{plots.plain(data.name)}, {loss} loss, ridge {ridge:g}",
        )
        return plots.files(figure, "audit")
