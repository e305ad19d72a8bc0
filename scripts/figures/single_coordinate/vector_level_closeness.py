"""Over d blocks descent-ascent cannot come closer than 1/(f sqrt(d)) of the original's distance."""

import numpy as np

from logreg_unlearn.data.synthetic import orthogonal_blocks
from logreg_unlearn.problem.losses import Array

from .. import ink
from .._solving import minima, problem_of, ratio
from ._block import LOSSES


def CAPTION(table: ink.Table) -> str:
    random = table["ratio"][table["blocks"] == "random"]
    return (
        "Distance of descent-ascent's end point from the oracle over the original's for "
        f"{len(random)} random block problems (2 to 10 blocks, ridges 0.01 to 100), and for forget "
        "sets spread evenly over blocks that hardly occur among the retained samples. No point "
        "lies below 1/(f sqrt(d)), which the extreme problems reach, so that with f <= 1/sqrt(d) "
        f"descent-ascent always harms; of the random problems it brought {np.sum(random < 1.0)} "
        "closer to the oracle."
    )


def compute(quick: bool = False) -> ink.Table:
    """Return the ratio of distances for random and for extreme problems; infinite: diverged."""
    rng, rows = np.random.default_rng(0), []
    for k in range(60 if quick else 500):
        d = int(rng.choice([2, 3, 5, 10]))
        n_forget = int(rng.integers(10, 91))
        spread = 10.0 ** rng.uniform(-1.0, 1.0)
        share = rng.dirichlet(np.full(d, spread)) + 1e-3
        forgot = rng.dirichlet(np.full(d, spread))
        ridge = 10.0 ** rng.uniform(-2.0, 2.0)
        rows.append(_row("random", LOSSES[k % 2], share / share.sum(), forgot, n_forget, ridge))
    # towards the extreme: forgotten evenly over blocks that hardly occur in what is kept
    for loss in LOSSES:
        for d in (2, 3, 5, 10):
            share = np.append(np.full(d - 1, 1e-4 / (d - 1)), 1.0 - 1e-4)
            forgot = np.append(np.full(d - 1, 1.0 / (d - 1)), 0.0)
            sizes = (10, 30, 50, 70, 90)
            rows += [_row("extreme", loss, share, forgot, size, 1e4) for size in sizes]
    return ink.columns(("loss", "d", "fraction", "ratio", "blocks"), rows)


def _row(kind: str, loss: str, share: Array, forgot: Array, n_forget: int, ridge: float) -> tuple:
    """Solve one problem of several blocks."""
    data = orthogonal_blocks(
        list(forgot / share), list(share), n_retain=100 - n_forget, n_forget=n_forget
    )  # fmt: skip
    found = np.nan_to_num(ratio(*minima(problem_of(data, ridge, loss))), nan=np.inf)
    return loss, len(share), n_forget / 100, found, kind


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(6.8, 4.9))
    x, far = table["fraction"] * np.sqrt(table["d"]), table["ratio"]
    line = np.geomspace(0.12, 3.2, 100)
    ax.fill_between(line, 1e-2, 1.0 / line, color=ink.GREY, alpha=0.25, linewidth=0)
    ax.plot(line, 1.0 / line, color="black", label=r"theory: bound $1/(f\sqrt{d})$")
    ink.unity(ax)
    random, finite = table["blocks"] == "random", np.isfinite(far)
    for k, loss in enumerate(LOSSES):
        part = (table["loss"] == loss) & random & finite
        look = {"mfc": "none", "markersize": 4, "alpha": 0.8}
        ink.points(ax, k, x[part], far[part], f"random blocks, {loss}", **look)
    ink.points(ax, 2, x[~random], far[~random], "extreme blocks, both losses")
    lost = random & ~finite
    ax.plot(x[lost], np.full(lost.sum(), 5e3), "kx", label="diverged (exponential)")
    ax.set(xscale="log", yscale="log", xlim=(0.12, 3.2), ylim=(0.15, 1e4))
    ax.set_xticks([0.2, 0.5, 1.0, 2.0, 3.0], ["0.2", "0.5", "1", "2", "3"])
    ax.minorticks_off()
    ax.text(0.3, 0.4, "impossible", ha="center")
    ax.set_xlabel(r"$f\sqrt{d}$  (forget fraction $f$, number of blocks $d$)")
    ax.set_ylabel("distance to oracle / original's, all blocks")
    return ink.with_legend(figure, ax, 2)
