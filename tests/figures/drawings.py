"""Every figure drawn once, with few points; the tests share it."""

from __future__ import annotations

from functools import cache

from figures import Drawing, drawn

import numpy as np


@cache
def drawing(slug: str) -> Drawing:
    return drawn(slug, quick=True)


def columns(slug: str) -> dict[str, np.ndarray]:
    return dict(drawing(slug).table)


def column(slug: str, key: str) -> np.ndarray:
    return drawing(slug).table[key]
