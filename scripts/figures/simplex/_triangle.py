"""The simplex of three labels as a triangle, and the worked context that is drawn in it."""

import numpy as np

from logreg_unlearn.problem.losses import Array

from .. import ink

# One prompt with three next tokens: what is kept says mostly b, what is to go said c and a.
RETAIN, FORGET = np.array([0.30, 0.55, 0.15]), np.array([0.35, 0.05, 0.60])
F = 0.5
LABELS = "abc"
CORNERS = np.array([[0.0, 0.0], [0.5, np.sqrt(0.75)], [1.0, 0.0]])


def original(lift: float) -> Array:
    """Return the distribution of all labels."""
    counts = (1 - F) * RETAIN + F * lift * FORGET
    return counts / counts.sum()


def named(prefix: str, law: Array) -> dict[str, Array]:
    """Return the columns of a path (n, 3) of distributions."""
    return {f"{prefix} {label}": law[:, k] for k, label in enumerate(LABELS)}


def path(table: ink.Table, prefix: str) -> Array:
    """Return a path (n, 3) of the table."""
    return np.stack([table[f"{prefix} {label}"] for label in LABELS], axis=1)


def xy(law: Array) -> tuple[Array, Array]:
    """Return where distributions (..., 3) lie in the plane."""
    return law @ CORNERS[:, 0], law @ CORNERS[:, 1]


def triangle(ax: ink.Axes, title: str) -> None:
    """Draw the empty triangle."""
    ax.plot(*np.vstack([CORNERS, CORNERS[:1]]).T, color="black", linewidth=1.0)
    for label, (x, y), shift in zip(LABELS, CORNERS, (-0.05, 0.05, -0.05), strict=True):
        ax.text(x, y + shift, f"token {label}", ha="center", va="center")
    ax.set(title=title, xlim=(-0.1, 1.1), ylim=(-0.12, 0.98), aspect="equal")
    ax.axis("off")


def arrow(ax: ink.Axes, start: Array, end: Array, colour: str) -> None:
    """Draw an arrow between two distributions."""
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": 2.0, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=xy(end), xytext=xy(start), arrowprops=style)


def mark(ax: ink.Axes, law: Array, marker: str, label: str) -> None:
    """Mark one distribution."""
    look = {"ms": 14 if marker == "*" else 8, "color": "black", "mfc": "gold", "zorder": 5}
    ax.plot(*xy(law), marker, label=label, linestyle="none", **look)
