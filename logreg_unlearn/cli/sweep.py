"""Sweep the dependence between forget and retain set: where descent-ascent helps, harms, diverges.

Four models: one block of samples with a given lift (closed form drawn over the iterations), two
correlated directions, Gaussian classes with correlated means, and real data with seven kinds of
forget set.  Every case starts at the original optimum and is measured against the certified
retrained optimum, the oracle.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from logreg_unlearn.cli import sweep_stores as stores
from logreg_unlearn.cli.console import interrupted, parser, unknown, whole
from logreg_unlearn.cli.sweep_run import add_workers, begin, check_workers, connected, go_on
from logreg_unlearn.cli.sweep_text import figure_names
from logreg_unlearn.cli.tables import add_reading, method_name, reading
from logreg_unlearn.data import real
from logreg_unlearn.data.files import table_columns
from logreg_unlearn.data.forget_sets import KINDS
from logreg_unlearn.files import check_folder, writable_folder
from logreg_unlearn.problem.losses import LOSSES
from logreg_unlearn.sweep.case import MODELS
from logreg_unlearn.sweep.datasets import TableFile
from logreg_unlearn.sweep.grid import Grid, parse_values
from logreg_unlearn.sweep.opening import LOCK, NAME, writing
from logreg_unlearn.unlearn.ascent import METHODS

VALUES = {
    "lifts": "lifts of the block model, 0 ... 10",
    "epsilons": "overlaps of the two directions",
    "alphas": "forgotten per retained sample of the two directions, 0 ... 1",
    "correlations": "correlations of the Gaussian class means, -1 ... 1",
    "fractions": "forget fractions of the block and Gaussian models",
    "ridges": "ridges of the block and Gaussian models",
    "real-fractions": "forget fractions on real data",
    "real-ridges": "ridges on real data",
    "direction-ridges": "ridges of the two directions",
}
# Models that an option is about; the others have nothing of the kind
OF_MODELS = {
    "lifts": ("blocks",),
    "epsilons": ("two-directions",),
    "alphas": ("two-directions",),
    "direction-ridges": ("two-directions",),
    "correlations": ("gaussian",),
    "fractions": ("blocks", "gaussian"),
    "ridges": ("blocks", "gaussian"),
    "real-fractions": ("real",),
    "real-ridges": ("real",),
    "dataset": ("real",),
    "forget": ("real",),
}
NAMES = {
    "model": ("models", MODELS),
    "loss": ("losses", tuple(LOSSES)),
    "method": ("methods", None),
    "dataset": ("datasets", None),
    "forget": ("kinds", None),
}
# What else an option takes, beside the names of its default
ALSO = {
    "method": f"{', '.join(METHODS)}, or your own as module:name",
    "dataset": f"{', '.join(real.names())}, or a table of your own, which is then all that is "
    "swept unless --model says otherwise",
    "forget": f"{', '.join(KINDS)}, or the column of a table that marks the rows",
}


def parse(arguments: Sequence[str] | None) -> Namespace:
    """Read the command line."""
    grid = Grid()
    first = (__doc__ or "").partition("\n\n")[0]
    made = parser(
        f"{first}  Instead of options list, show, export or resume: see sweeps or go on with one.",
        "results/sweep_correlation",
        "a coarser grid that runs in a few seconds",
    )
    made.add_argument("--seed", type=whole, default=0, help="first seed of the random cases")
    for option, what in (("seeds", "draws per random case"), ("steps", "step budget per case")):
        made.add_argument(
            f"--{option}",
            type=whole,
            help=f"{what} (default: {getattr(grid, option)}, fewer with --quick)",
        )
    add_workers(made)
    made.set_defaults(retry_failed=False)
    for option, (name, choices) in NAMES.items():
        default = ", ".join(getattr(grid, name))
        also = f"{ALSO[option]}; " if option in ALSO else ""
        made.add_argument(
            f"--{option}",
            action="append",
            choices=choices,
            type=method_name if option == "method" else str,
            metavar="NAME" if option in ALSO else None,
            help=f"{also}repeatable (default: {default})",
        )
    add_reading(made)
    for option, what in VALUES.items():
        made.add_argument(
            f"--{option}",
            metavar="LIST",
            help=f"{what}: 0,0.5,1 or start:stop:count "
            f"(default: {_listed(getattr(grid, option.replace('-', '_')))})",
        )
    return made.parse_args(arguments)


def _listed(values: tuple[float, ...]) -> str:
    """Return a default list as it would be typed."""
    if not values:
        return "around the theory's boundaries"
    if len(values) > 4:
        return f"{values[0]:g}:{values[-1]:g}:{len(values)}"
    return ",".join(f"{value:g}" for value in values)


def grid_of(options: Namespace) -> Grid:
    """Return the grid that the options ask for; whatever is given wins over ``--quick``.

    Raises
    ------
    ValueError
        If a value is out of its range, or an option is about a model that is not swept.
    """
    grid = Grid().quick() if options.quick else Grid()
    chosen: dict[str, Any] = {}
    for option, (name, _) in NAMES.items():
        if (given := getattr(options, option)) and option not in ("dataset", "forget"):
            chosen[name] = tuple(dict.fromkeys(given))
    chosen |= sources(options)
    for option in VALUES:
        name = option.replace("-", "_")
        if (given := getattr(options, name)) is not None:
            chosen[name] = parse_values(given)
    for name in ("seeds", "steps"):
        if (given := getattr(options, name)) is not None:
            chosen[name] = given
    made = replace(grid, **chosen)
    for option, models in OF_MODELS.items():
        given = getattr(options, option.replace("-", "_"))
        if given is not None and not set(models) & set(made.models):
            raise ValueError(
                f"expected --{option} with --model {' or '.join(models)}, "
                f"got it with {' and '.join(made.models)} alone"
            )
    return made


def sources(options: Namespace) -> dict[str, Any]:
    """Return the data sets and kinds of forget set that the options name, as fields of the grid.

    Raises
    ------
    ValueError
        If a name is neither that of a bundled set nor of a file, or a forget set is none.
    """
    names = tuple(dict.fromkeys(options.dataset or ()))
    wanted = tuple(dict.fromkeys(options.forget or ()))
    files = [name for name in names if name not in real.names()]
    for name in files:
        if not os.path.exists(name) and not os.path.splitext(name)[1]:
            raise ValueError(unknown("--dataset to be a known one or a file", name, real.names()))
    how = reading(options, is_file=bool(files))
    tables = {name: _table(name, wanted, how) for name in files}
    columns = {table.forget for table in tables.values()}
    kinds = tuple(name for name in wanted if name in KINDS)
    for name in wanted:
        if name not in kinds and name not in columns:
            raise ValueError(unknown("--forget to be a kind or a column of a table", name, KINDS))
    made: dict[str, Any] = {"datasets": tuple(tables.get(name, name) for name in names)}
    made |= {"kinds": kinds} if kinds else {}
    made |= {"models": ("real",)} if files and not options.model else {}
    return made if names else {name: value for name, value in made.items() if name == "kinds"}


def _table(name: str, wanted: Sequence[str], how: dict[str, Any]) -> TableFile:
    """Return the address of a table: a column wins over a kind of forget set of its name."""
    columns = [c for c in table_columns(name, sep=how["sep"]) if c not in how["drop"]]
    marks = [column for column in wanted if column in columns]
    if len(marks) > 1:
        raise ValueError(f"expected one column of rows to forget, got {', '.join(marks)}")
    forget = marks[0] if marks else None
    return TableFile(name, forget=forget, by_kind=bool(wanted) and not marks, **how)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sweep, write its files, print its table and headline."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words and not words[0].startswith("-"):
        if words[0] not in stores.COMMANDS:
            raise ValueError(unknown("an option or a subcommand", words[0], stores.COMMANDS))
        return stores.main(words)
    options = parse(words)
    check_workers(options)
    grid = grid_of(options)
    suffixed = [f"{name}.{suffix}" for name in figure_names(grid) for suffix in ("png", "svg")]
    folder = check_folder(options.out, ["cases.csv", *suffixed, "manifest.json", NAME, LOCK])
    with interrupted("nothing was written"), connected(options) as cluster:
        grid.stream(options.seed)  # says what is wrong with it
        with writing(writable_folder(folder), make=True) as store:
            begin(store, folder, grid, options.seed, sys.argv)
            return go_on(store, folder, options, cluster)
