"""Forget some rows of scanned digits, learnt as chains of ink and no ink given the row above.

Compared with the joint oracle, each certified: the original, a refit with the original's messages,
rounds of message passing and logistic regression, and descent-ascent.
"""

from __future__ import annotations

from collections.abc import Sequence

from _common import entry, parser
from figures import Drawing, write
from figures.structured import alternation

import numpy as np

from logreg_unlearn import plots
from logreg_unlearn.assess.structured import Comparison
from logreg_unlearn.cli.console import interrupted, whole
from logreg_unlearn.files import writable_folder

ROUNDS = (0, 1, 2, 5, 10, alternation.ROUNDS)


def table(result: Comparison) -> str:
    """Return the comparison line by line: distance and its certified bound, over the original's."""
    names = {0: "original", 1: "frozen messages (round 1)"}
    lines = [
        (names.get(k, f"alternation, round {k}"), result.left[k], result.rounds.bounds[k])
        for k in ROUNDS
    ]
    lines.append(("joint oracle", 0.0, result.oracle.radius))
    end = result.descent_ascent
    farthest = np.linalg.norm(end.w - result.oracle.w) + end.radius + result.oracle.radius
    lines.append(("descent-ascent", result.ratio, farthest))
    unit = result.distance_original
    made = [f"  {name:28}{left:14.3g}{bound / unit:14.3g}" for name, left, bound in lines]
    return "\n".join([f"  {'':28}{'distance':>14}{'certified':>14}", *made])


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print, draw."""
    few = f"the first {alternation.IMAGES} images only"
    made = parser(__doc__ or "", "results/structured", few)
    made.add_argument("--seed", type=whole, default=0, help="which images are forgotten")
    options = made.parse_args(arguments)
    if options.seed < 0:
        raise ValueError(f"expected --seed >= 0, got {options.seed}")
    folder = writable_folder(options.out)
    with interrupted("nothing was written"):
        found = alternation.comparisons(options.quick, options.seed)
        numbers = alternation.tabulate(found)
        with plots.style():
            figure = alternation.draw(numbers)
        write("structured", Drawing(figure, numbers, alternation.CAPTION(numbers)), folder)
    print(f"Distance to the joint oracle (coupling {alternation.COUPLING}, "
          f"ridge {alternation.RIDGE}), over the original's: as found, and at most:")  # fmt: skip
    for name, result in found.items():
        print(f"\nForgetting {name}: {result.words()}.\n{table(result)}")
    print(f"\n{folder / 'structured.png'}, {folder / 'structured.csv'}")
    return 0


if __name__ == "__main__":
    entry(main)
