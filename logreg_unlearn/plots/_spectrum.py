"""The directions of a deletion: singular values, and the share that the leading ones carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.plots._style import COLOURS, GREY, look, new_figure, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def spectrum(values: ArrayLike, shares: ArrayLike, title: str) -> Figure:
    """Draw the spectrum of one deletion.

    Parameters
    ----------
    values : array_like (k,)
        Singular values, falling, at least one of them positive; zeros are left out.
    shares : array_like (k,)
        Share carried by the leading 1, ..., k directions, in [0, 1].
    title : str
        What they say in words.
    """
    values, shares = np.asarray(values, dtype=float), np.asarray(shares, dtype=float)
    numbers = np.arange(1, len(values) + 1)
    with style():
        figure, axes = new_figure(1, 2, size=(7.2, 3.2))
        left, right = axes.flat
        shown = values > 0
        left.plot(numbers[shown], values[shown], "o-", color=look(COLOURS, 0))
        left.set_yscale("log")
        left.set_ylabel(r"singular value $\varsigma_i$")
        left.set_xlabel("direction $i$")
        right.plot(numbers, 100 * shares, "s-", color=look(COLOURS, 1))
        right.axhline(99, color=GREY, linestyle="--", linewidth=1)
        right.annotate(
            "99 %", (1, 99), (0, -4), xycoords=("axes fraction", "data"),
            textcoords="offset points", ha="right", va="top", color=GREY,
        )  # fmt: skip
        right.set_ylim(min(100 * shares[0], 95) - 4, 102)
        right.set_ylabel("share of the deletion, %")
        right.set_xlabel("leading directions $r$")
        for ax in (left, right):
            ax.xaxis.get_major_locator().set_params(integer=True)
        figure.suptitle(title)
    return figure
