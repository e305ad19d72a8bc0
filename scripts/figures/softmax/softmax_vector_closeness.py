"""Over all blocks together descent-ascent stays beyond 1/(f sqrt d), for any number of classes."""

import numpy as np

from logreg_unlearn.theory import softmax as theory

from .. import ink

F, BLOCKS, CLASSES = 0.5, 20, (2, 4, 10)
CAPTION = (
    f"Distance of descent-ascent's end point over the original's, all {BLOCKS} blocks together "
    f"(f = {F:g}, closed forms): left at random shares and ridges, over the ridge; right for the "
    "shares that come closest, over how rarely the forgotten blocks occur among the retained "
    "samples (ridge 100). The line is the bound 1/(f sqrt d), below 1 here: no point lies under "
    "it, and it is approached for every number of classes."
)


def compute(quick: bool = False) -> ink.Table:
    """Return ratios at random, and along the family that approaches the bound."""
    rng, rows, family = np.random.default_rng(0), [], []
    for k in CLASSES:
        for _ in range(40 if quick else 150):
            p, q = (rng.dirichlet(np.full(BLOCKS, 0.5)) + 1e-6 for _ in range(2))
            p, q = p / p.sum(), q / q.sum()
            ridge = 10.0 ** rng.uniform(-2, 2)
            found = theory.softmax_vector_closeness(p, q / p, ridge, F, k)
            rows.append((k, ridge, found.ratio))
        for rare in np.geomspace(1e-5, 0.5, 8 if quick else 24):
            p = np.append(1 - rare, np.full(BLOCKS - 1, rare / (BLOCKS - 1)))
            q = np.append(0.0, np.full(BLOCKS - 1, 1 / (BLOCKS - 1)))
            found = theory.softmax_vector_closeness(p, q / p, 100.0, F, k)
            family.append((k, rare, found.ratio))
    return {
        **ink.columns(("classes", "ridge", "ratio"), rows),
        **ink.columns(("family classes", "rare", "family ratio"), family),
    }


def draw(table: ink.Table) -> ink.Figure:
    figure, (left, right) = ink.panels(2, size=(9.4, 4.4), sharey=True)
    bound = 1 / (F * np.sqrt(BLOCKS))
    for i, k in enumerate(CLASSES):
        part, extreme = table["classes"] == k, table["family classes"] == k
        ink.points(left, i, table["ridge"][part], table["ratio"][part], f"K = {k}", ms=4)
        ink.curve(
            right, i, table["rare"][extreme], table["family ratio"][extreme], f"K = {k}, rare"
        )
    for ax in (left, right):
        ax.axhline(bound, color="black", linewidth=1.6, label=r"$1/(f\sqrt{d})$")
        ink.unity(ax)
        ax.set(xscale="log", yscale="log")
    left.set(xlabel=r"ridge $\lambda$", ylabel=ink.RATIO)
    right.set(xlabel="retained share of the forgotten blocks")
    return ink.with_legend(figure, [left, right], 4)
