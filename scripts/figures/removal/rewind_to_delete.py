"""Rewinding on a strongly convex loss: the bound falls where the published one grows."""

import numpy as np

from logreg_unlearn.theory import removal as theory

from .. import ink
from ._slack import curvature, descend, gradient_gap, request

DATA, RIDGE, TRAINING = "breast_cancer", 0.1, 60
CAPTION = (
    f"Training of {TRAINING} gradient steps of size 1/L on {DATA} (a random twentieth forgotten, "
    f"ridge {RIDGE:g}), of which the last K are taken again without the forgotten rows: distance "
    "to the same training without them all along. It falls with K as the bound does; the "
    "published bound, for losses that need not be convex, lies many orders above."
)


def compute(quick: bool = False) -> ink.Table:
    """Return distance and bounds for every number of rewound steps."""
    problem = request(DATA, RIDGE)
    top, gap = curvature(problem, of_all=True), gradient_gap(problem)[0]
    eta, start = 1 / top, np.zeros(problem.features.shape[1])
    kept, whole = problem.oracle(), problem.original()
    again = descend(kept, start, eta, TRAINING)
    rows = []
    for rewound in range(0, TRAINING, 10 if quick else 2):
        checkpoint = descend(whole, start, eta, TRAINING - rewound)
        ended = descend(kept, checkpoint, eta, rewound)
        bound = theory.rewind_to_delete(
            gap, problem.forget_fraction, eta, TRAINING - rewound, rewound, RIDGE, top
        )
        distance = np.linalg.norm(ended - again)
        rows.append((rewound, distance, float(bound.convex), float(bound.published)))
    return ink.columns(("rewound", "distance", "convex", "published"), rows)


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.4, 4.4))
    ink.curve(ax, 0, table["rewound"], table["published"], "published")
    ink.curve(ax, 1, table["rewound"], table["convex"], "strongly convex")
    ink.points(ax, 2, table["rewound"], table["distance"], "distance")
    ax.set(yscale="log", xlabel="steps rewound", ylabel="distance to training without F")
    return ink.with_legend(figure, ax, 3)
