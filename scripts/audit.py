"""Audit a model: what gradient ascent would do if it had to forget these samples.

Give a CSV or NPZ file with a label and a forget column, or the name of a bundled data set and a
kind of forget set.  The answer: the original and the retrained optimum with certificates, what
each ascent method and one Newton step do, and a verdict in plain words.
"""

from __future__ import annotations

import json
import math
from argparse import Namespace
from pathlib import Path
from typing import Any

from _common import entry, parser

from logreg_unlearn import plots
from logreg_unlearn.assess.audit import Audit, audit, describe
from logreg_unlearn.data import INTERCEPT, DataSet, real
from logreg_unlearn.data.files import read_table
from logreg_unlearn.data.forget_sets import KINDS, forget_set
from logreg_unlearn.problem.losses import LOSSES, Mask, get_loss
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.sweep.case import fit_original
from logreg_unlearn.sweep.store import writable_folder, write_text
from logreg_unlearn.unlearn.ascent import METHODS


def arguments() -> Namespace:
    """Read the command line."""
    made = parser(__doc__ or "", "results/audit")
    made.add_argument("data", nargs="?", help="CSV or NPZ file")
    made.add_argument("--label", default="y", metavar="COL", help="column of the labels")
    made.add_argument(
        "--forget",
        metavar="COL|KIND",
        help=f"column that marks the rows to forget, or one of {', '.join(KINDS)}",
    )
    made.add_argument("--dataset", choices=real.names(), help="bundled data instead of a file")
    made.add_argument(
        "--fraction", type=float, default=0.1, help="share to forget when --forget is a kind"
    )
    made.add_argument("--ridge", type=float, default=0.01, help="ridge parameter lambda > 0")
    made.add_argument("--loss", choices=tuple(LOSSES), default="logistic", help="pointwise loss")
    made.add_argument(
        "--method",
        action="append",
        choices=tuple(METHODS),
        help="repeatable; by default five of them",
    )
    made.add_argument("--steps", type=int, default=20_000, help="step budget per method")
    made.add_argument("--seed", type=int, default=0, help="for random forget sets and minibatches")
    made.add_argument(
        "--raw", action="store_true", help="do not standardise the columns of the file"
    )
    made.add_argument(
        "--unpenalised-intercept", action="store_true", help="leave the intercept out of the ridge"
    )
    made.add_argument("--json", action="store_true", help="print JSON instead of text")
    return made.parse_args()


def load(options: Namespace) -> DataSet:
    """Return the data set that the options name.

    Raises
    ------
    ValueError
        If neither or both of a file and a bundled data set are given.
    """
    if (options.data is None) == (options.dataset is None):
        got = "neither" if options.data is None else "both"
        raise ValueError(f"expected a file or --dataset, got {got} (see --help)")
    if options.dataset:
        return real.load(options.dataset)
    column = None if options.forget in KINDS else options.forget
    return read_table(options.data, options.label, column, standardise=not options.raw)


def forget_mask(data: DataSet, options: Namespace) -> Mask:
    """Return the rows to forget: the file's own column, or a kind of forget set.

    Raises
    ------
    ValueError
        If there is neither.
    """
    if options.forget not in KINDS:
        if data.forget is not None:
            return data.forget
        wanted = "one of " + ", ".join(KINDS)
        got = "nothing" if options.forget is None else repr(options.forget)
        raise ValueError(f"expected --forget to be a column or {wanted}, got {got}")
    model = fit_original(data, options.ridge, options.loss)
    return forget_set(
        options.forget, data.features, data.labels, fraction=options.fraction,
        seed=options.seed, model=model,
    )  # fmt: skip


def as_dict(result: Audit, data: DataSet) -> dict[str, Any]:
    """Return the audit as plain data for ``--json``; infinite ratios become null."""
    problem, measured = result.problem, result.dependence
    return {
        "data": {
            "name": data.name,
            "rows": len(problem.labels),
            "columns": problem.features.shape[1],
            "forget": int(problem.forget.sum()),
            "labels": {"-1": data.label_values[0], "+1": data.label_values[1]},
            "dropped_columns": list(data.dropped),
        },
        "ridge": problem.ridge,
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
        f"{get_loss(problem.loss).name} loss, ridge {problem.ridge:g}"
    )
    console.print(f"labels: {data.label_values[0]!r} is -1, {data.label_values[1]!r} is +1")
    if data.dropped:
        console.print(f"constant columns left out: {', '.join(data.dropped)}")
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


def main() -> int:
    """Audit the data that the command line names."""
    options = arguments()
    if options.seed < 0:
        raise ValueError(f"expected --seed >= 0, got {options.seed}")
    data = load(options)
    unpenalised: tuple[int, ...] = ()
    if options.unpenalised_intercept:
        unpenalised = (data.feature_names.index(INTERCEPT),)
    problem = UnlearningProblem(
        data.features,
        data.labels,
        forget_mask(data, options),
        ridge=options.ridge,
        loss=options.loss,
        unpenalised=unpenalised,
    )
    methods = {"methods": tuple(options.method)} if options.method else {}
    result = audit(problem, steps=options.steps, seed=options.seed, **methods)
    folder = writable_folder(options.out)
    record = json.dumps(as_dict(result, data), indent=2)
    write_text(folder / "audit.json", record + "\n")
    with plots.style():
        unit = result.distance_original if result.resolved else None
        figure = plots.trajectories(
            [(o.method, o.trajectory.steps, o.trajectory.distance) for o in result.outcomes],
            result.newton_ratio * (unit or 0.0),
            unit,
            f"{data.name}, {options.loss} loss, ridge {options.ridge:g}",
        )
        path, _ = plots.save(figure, folder, "audit")
    if options.json:
        print(record)
    else:
        show(result, data)
        print(f"\n{path}, {Path(folder) / 'audit.json'}")
    return 0


if __name__ == "__main__":
    entry(main)
