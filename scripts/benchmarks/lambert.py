"""Time and error of Lambert's W against scipy.special.lambertw and mpmath.

Per value and in units in the last place, the largest over a sample that mpmath solves to 50
digits; process time.  Near the branch point the error of ``1 + W`` is shown as well: the
distance to -1 is what the theory needs there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from _timing import arguments, count, header, medians, one_core, ratio, row

import mpmath
import numpy as np
from scipy.special import lambertw

from logreg_unlearn.theory.lambert import one_plus_w0, one_plus_wm1, w0, wm1

DIGITS = 50
TIMED = 200
"""Values that mpmath is timed on."""


def draw(count: int, rng: np.random.Generator) -> dict[str, tuple[int, np.ndarray]]:
    """Branch and arguments of each region: near -1/e, around zero, towards the ends."""
    exponents = rng.uniform(0.0, 300.0, count)
    branch = -np.exp(-1.0) + 10.0 ** rng.uniform(-12.0, -2.0, count)
    return {
        "W0 near -1/e": (0, branch),
        "W0, -0.35 to e": (0, rng.uniform(-0.35, np.e, count)),
        "W0, e to 1e300": (0, np.e + 10.0**exponents),
        "W-1 near -1/e": (-1, branch),
        "W-1, -0.35 to -1e-300": (-1, -0.35 * 10.0**-exponents),
    }


def ulps(values: np.ndarray, exact: list[mpmath.mpf]) -> float:
    """Return the largest error in units in the last place of the exact value."""
    errors = [
        abs(mpmath.mpf(float(value)) - truth) / mpmath.mpf(float(np.spacing(abs(float(truth)))))
        for value, truth in zip(values, exact, strict=True)
    ]
    return float(max(errors))


def compare(name: str, branch: int, z: np.ndarray, sample: int, repeats: int) -> None:
    """Print the row of one region."""
    ours: Callable[[np.ndarray], np.ndarray] = w0 if branch == 0 else wm1
    plus_one = one_plus_w0 if branch == 0 else one_plus_wm1
    scipy = partial(lambertw, z, branch)
    few, checked = z[:TIMED], z[:sample]
    times = medians(
        {
            "ours": partial(ours, z),
            "scipy": scipy,
            "mpmath": lambda: [mpmath.lambertw(float(value), branch) for value in few],
        },
        repeats,
    )
    per_value = {"ours": len(z), "scipy": len(z), "mpmath": len(few)}
    step = {job: taken / per_value[job] for job, (taken, _) in times.items()}
    with mpmath.workdps(DIGITS):
        exact = [mpmath.lambertw(mpmath.mpf(float(value)), branch).real for value in checked]
        distances = [1 + value for value in exact]
        theirs = scipy().real[:sample]
        errors = [ulps(ours(checked), exact), ulps(theirs, exact)]
        errors += [ulps(plus_one(checked), distances), ulps(1.0 + theirs, distances)]
    row(
        name, f"{1e9 * step['ours']:.0f}", ratio(step["scipy"], step["ours"]),
        ratio(step["mpmath"], step["ours"]), *(f"{error:.2g}" for error in errors),
    )  # fmt: skip


def main() -> None:
    """Run the regions."""
    parser = arguments(__doc__, repeats=7)
    parser.add_argument("--count", type=count, default=100_000, help="values that are timed")
    parser.add_argument("--sample", type=count, default=2_000, help="values that are checked")
    options = parser.parse_args()
    if options.quick:
        options.count, options.sample, options.repeats = 50, 20, 1
    header(
        "region", "ours, ns", "SciPy", "mpmath, 53 bits",
        "W: ours, ulp", "SciPy, ulp", "1 + W: ours, ulp", "SciPy, ulp",
    )  # fmt: skip
    with one_core():
        rng = np.random.default_rng(options.seed)
        for name, (branch, z) in draw(options.count, rng).items():
            compare(name, branch, z, options.sample, options.repeats)


if __name__ == "__main__":
    main()
