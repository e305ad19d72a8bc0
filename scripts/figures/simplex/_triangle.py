"""The simplex of three labels as a triangle, and the worked context that is drawn in it."""

import numpy as np

from .. import ink

# One prompt with three next tokens: what is kept says mostly b, what is to go said c and a.
RETAIN, FORGET = np.array([0.30, 0.55, 0.15]), np.array([0.35, 0.05, 0.60])
F = 0.5
LABELS = "abc"
CORNERS = np.array([[0.0, 0.0], [0.5, np.sqrt(0.75)], [1.0, 0.0]])


def original(lift: float) -> np.ndarray:
    """Return the distribution of all labels."""
    counts = (1 - F) * RETAIN + F * lift * FORGET
    return counts / counts.sum()


def named(prefix: str, law: np.ndarray) -> dict[str, np.ndarray]:
    """Return the columns of a path (n, 3) of distributions."""
    return {f"{prefix} {label}": law[:, k] for k, label in enumerate(LABELS)}


def path(table: ink.Table, prefix: str) -> np.ndarray:
    """Return the points in the plane of a path of the table."""
    return np.stack([table[f"{prefix} {label}"] for label in LABELS], axis=1) @ CORNERS


def triangle(ax: ink.Axes, title: str) -> None:
    """Draw the empty triangle."""
    ax.plot(*np.vstack([CORNERS, CORNERS[:1]]).T, color="black", linewidth=1.0)
    for label, (x, y), shift in zip(LABELS, CORNERS, (-0.05, 0.05, -0.05), strict=True):
        ax.text(x, y + shift, f"token {label}", ha="center", va="center")
    ax.set(title=title, xlim=(-0.1, 1.1), ylim=(-0.12, 0.98), aspect="equal")
    ax.axis("off")


def arrow(ax: ink.Axes, start: np.ndarray, end: np.ndarray, colour: str) -> None:
    """Draw an arrow between two points of the plane."""
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": 2.0, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=tuple(end), xytext=tuple(start), arrowprops=style)
