"""The cross-influence norm stays where it is while the ratio goes from 0 to infinity."""

import numpy as np

from logreg_unlearn.assess.dependence import dependence
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.theory import prediction as theory

from .. import ink
from .._solving import ratio

ROWS, RIDGE = 40, 1.0
QUIET = (0.1, 0.3, 0.5)
CAPTION = (
    "Logistic loss, ridge 1, 40 rows retained and 40 to forget, half of each of them loud rows "
    "that pull no model anywhere: on the left the norm of the cross-influence matrix, which the "
    "loud rows set, and on the right the ratio of distances, which a quiet block of the retained "
    "share s sets by its lift. Problems of one and the same norm end at the oracle, or infinitely "
    "farther from it than the original."
)


def problem_of(quiet: int, forgotten: int) -> UnlearningProblem:
    """Return so many quiet rows retained and forgotten, loud ones and zeros."""

    def side(count: int) -> np.ndarray:
        features = np.zeros((ROWS, 2))
        features[:count, 0] = 1.0
        features[ROWS // 2 :, 1] = np.sqrt(8.0) * (-1.0) ** np.arange(ROWS // 2)
        return features

    features = np.vstack([side(quiet), side(forgotten)])
    return UnlearningProblem(features, np.ones(2 * ROWS), np.arange(2 * ROWS) >= ROWS, ridge=RIDGE)


def compute(quick: bool = False) -> ink.Table:
    """Return norms and ratios, solved and in closed form."""
    rows = []
    for share in QUIET:
        quiet = round(share * ROWS)
        for forgotten in range(0, quiet + 1, 2 if quick else 1):
            problem = problem_of(quiet, forgotten)
            oracle, original, end = (
                minimise(o).w
                for o in (problem.oracle(), problem.original(), problem.descent_ascent())
            )
            norm = dependence(problem, original).cross_influence_norm / ROWS
            lift = forgotten / quiet
            alike = forgotten == quiet  # the original is the oracle, up to its last digits
            found = np.inf if alike else ratio(oracle, original, end)
            rows.append((share, lift, norm, found))
    return ink.columns(("share", "lift", "norm", "ratio"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.4, 4.4))
    lift = np.linspace(0.0, 0.999, 300)
    for k, share in enumerate(QUIET):
        exact = theory.influence_norm_is_blind(share / RIDGE, 4.0, lift, 0.5)
        part = table["share"] == share
        x = table["lift"][part]
        for ax, of_theory, name in ((left, exact.by_slopes, "norm"), (right, exact.ratio, "ratio")):
            ink.pair(ax, k, (lift, of_theory), (x, table[name][part]), f"s = {share:g}")
    left.set(ylim=(0.0, 1.0), ylabel=r"cross-influence norm / $\sqrt{n_R n_F}$")
    right.set_yscale("symlog", linthresh=1.0)
    right.set(ylabel=ink.RATIO, ylim=(-0.05, 1e3))
    ink.unity(right)
    for ax in (left, right):
        ax.set_xlabel(r"lift $\rho$ of the quiet block")
    return ink.with_legend(figure, [left, right], 4)
