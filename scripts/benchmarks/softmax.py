"""Time the certified softmax oracle against scikit-learn's solvers.

A peer's cell is its process time over ours, in brackets the gradient norm that it reached, and
where that is ten times ours or more the ratio to our time to the peer's norm.
"""

from __future__ import annotations

import warnings

from _peers import SKLEARN, TITLES, against, sklearn
from _timing import arguments, header, one_core, peer, positive, row

import numpy as np

from logreg_unlearn.problem.softmax import SoftmaxObjective

DATA = ("digits", "pixels", "gaussian")


def draw(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Digits with standardised columns, digits as pixels from 0 to 1, or Gaussian features."""
    if name == "gaussian":
        rng = np.random.default_rng(0)
        features, weights = rng.standard_normal((20_000, 30)), rng.standard_normal((30, 5))
        labels = (features @ weights + 2.0 * rng.gumbel(size=(20_000, 5))).argmax(axis=1)
        return features, labels
    features, labels = peer("sklearn.datasets").load_digits(return_X_y=True)
    if name == "pixels":
        return features / 16.0, labels
    return (features - features.mean(axis=0)) / np.maximum(features.std(axis=0), 1e-9), labels


def compare(name: str, C: float, repeats: int) -> None:
    """Print the row of some data and one strength."""
    features, labels = draw(name)
    count = int(labels.max()) + 1
    objective = SoftmaxObjective(features, labels, count, np.ones(len(labels)), 1.0 / C)
    row(name, f"{C:g}", *against(objective, sklearn(features, labels, C), SKLEARN, repeats))


def main() -> None:
    """Run the data and the strengths that are asked for, by default all of them."""
    parser = arguments(__doc__, repeats=7)
    parser.add_argument(
        "--data",
        nargs="+",
        default=DATA,
        choices=DATA,
        metavar="NAME",
        help=f"{', '.join(DATA)} (default: all)",
    )
    parser.add_argument(
        "--C", nargs="+", type=positive, default=(0.01, 1.0, 100.0), help="as in scikit-learn"
    )
    options = parser.parse_args()
    if options.quick:
        options.data, options.C, options.repeats = ("pixels",), (0.01,), 1
    if peer("sklearn.datasets") is None:
        options.data = ("gaussian",)
    warnings.simplefilter("ignore")  # peers that stop short say so; the norm is in the table
    header("data", "C", *TITLES, *SKLEARN)
    with one_core():
        for name in options.data:
            for strength in options.C:
                compare(name, strength, options.repeats)


if __name__ == "__main__":
    main()
