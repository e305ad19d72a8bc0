"""Audit a model: what unlearning would do if it had to forget these samples, and what to do.

Give a table (CSV, other text or NPZ) with a label and a forget column, or the name of a bundled
data set and a kind of forget set.  The answer: the original and the retrained optimum with
certificates, what each ascent method and each removal does, what to do instead, and the unlearned
weights.
"""

from __future__ import annotations

import inspect
from argparse import Namespace
from collections.abc import Sequence

from logreg_unlearn.assess.advice import BUDGET, TOLERANCE
from logreg_unlearn.assess.audit import audit
from logreg_unlearn.cli import audit_files as files
from logreg_unlearn.cli import audit_text as text
from logreg_unlearn.cli.audit_input import hashes, held_out, load, model_in_use, problem_of
from logreg_unlearn.cli.console import interrupted, number, parser, whole
from logreg_unlearn.cli.forgetting import FRACTION, add_options
from logreg_unlearn.cli.tables import add_reading, method_name
from logreg_unlearn.data import real
from logreg_unlearn.data.forget_sets import KINDS
from logreg_unlearn.files import check_folder, publish
from logreg_unlearn.problem.losses import LOSSES
from logreg_unlearn.problem.problem import NORMALISATIONS
from logreg_unlearn.unlearn.ascent import METHODS
from logreg_unlearn.unlearn.load import load_method


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
    made.add_argument(
        "--requests",
        metavar="COL",
        help="instead of --forget: column that numbers the deletion requests, 1, 2, 3 ...; empty "
        "is kept",
    )
    add_options(made)
    add_reading(made)
    made.add_argument(
        "--weights",
        metavar="FILE",
        help=".json or .csv: the weights in use, one for each feature and the intercept, of more "
        "than two classes for each class (default: the original optimum)",
    )
    made.add_argument("--test", metavar="FILE", help="table of held-out rows, for accuracies")
    made.add_argument(
        "--dataset",
        choices=real.names(),
        metavar="NAME",
        help=f"bundled data instead of a file: {', '.join(real.names())}",
    )
    made.add_argument(
        "--fraction",
        type=number,
        help=f"share to forget when --forget is a kind (default: {FRACTION})",
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
    made.add_argument(
        "--epsilon",
        type=number,
        default=1.0,
        help="at least 0: the noise makes model and oracle (epsilon, delta)-indistinguishable",
    )
    made.add_argument("--delta", type=number, default=1e-5, help="of the same, in (0, 1)")
    made.add_argument(
        "--tolerance",
        type=number,
        default=TOLERANCE,
        help="share of the distance that what is recommended may certainly leave",
    )
    made.add_argument(
        "--budget",
        type=number,
        metavar="SECONDS",
        default=BUDGET,
        help="retraining that takes no longer is recommended",
    )
    made.add_argument("--steps", type=whole, default=20_000, help="step budget per method")
    made.add_argument(
        "--seed", type=whole, default=0, help="for random forget sets and minibatches"
    )
    made.add_argument("--json", action="store_true", help="print JSON instead of text")
    return made.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit the data that the command line names."""
    options = parse(arguments)
    if options.seed < 0:
        raise ValueError(f"expected --seed >= 0, got {options.seed}")
    folder = check_folder(options.out, (*files.NAMES, *files.OF_REQUESTS))
    with interrupted("nothing was written"):
        data = load(options)
        problem = problem_of(data, options)
        methods = {}
        if options.method:
            named = dict.fromkeys(options.method)
            methods = {"methods": [load_method(m) if ":" in m else m for m in named]}
        result = audit(
            problem,
            weights=model_in_use(options, data, problem),
            requests=data.requests,
            held_out=held_out(options, data),
            epsilon=options.epsilon,
            delta=options.delta,
            tolerance=options.tolerance,
            budget=options.budget,
            steps=options.steps,
            seed=options.seed,
            **methods,
        )
        record = text.as_dict(result, data, hashes(options, data))
        made = files.contents(result, data, record)
    with interrupted(f"{folder} may hold files of this audit and of an earlier one: run it again"):
        publish(folder, made, files.RECORD)
    with interrupted(f"every result was written into {folder}"):
        if options.json:
            print(made[files.RECORD].decode(), end="")
        else:
            text.show(result, data)
            print(f"\n{folder}: {', '.join(made)}")
            print(f"weights.csv: {files.columns_in_words(result)}, on the scale of your columns")
    return 0
