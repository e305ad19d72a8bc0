"""Along the path of minimisers forgetting more always costs more."""

from logreg_unlearn.assess.distance import excess_risk
from logreg_unlearn.solve.path import follow

from .. import ink
from .._solving import RIDGE, real_problem

CAPTION = (
    "Forget loss and excess retain risk along the minimisers of J_beta on breast_cancer (random "
    f"forget set, f = 0.1, ridge {RIDGE:g}). Both only ever rise with the ascent weight, up to the "
    "fold at which this branch of minima ends: there is no weight at which forgetting more costs "
    "less."
)


def compute(quick: bool = False) -> ink.Table:
    """Return both losses along the path."""
    problem = real_problem("breast_cancer")
    path = follow(problem, step=0.2 if quick else 0.05)
    return {
        "beta": path.beta,
        "forget_loss": problem.forget_loss(path.w),
        "excess_retain_risk": excess_risk(problem.oracle(), path.w, path.w[0]),
    }


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.4, 3.8))
    ink.curve(ax, 0, table["beta"], table["forget_loss"], r"forget loss $\bar\ell_F$")
    excess = r"excess retain risk $L_R-L_R(w_R)$"
    ink.curve(ax, 1, table["beta"], table["excess_retain_risk"], excess)
    ax.set(xlabel=r"ascent weight $\beta$  (0 oracle, 1 descent-ascent)", ylabel="loss")
    ax.legend()
    return figure
