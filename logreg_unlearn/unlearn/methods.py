"""Every unlearning method and what runs it: the namespace ``logreg_unlearn.methods``."""

from __future__ import annotations

from logreg_unlearn.unlearn.ascent import (
    METHODS,
    alternating,
    ascent_then_finetune,
    calibrated,
    get_method,
    gradient_ascent,
    neggrad_plus,
    simultaneous,
)
from logreg_unlearn.unlearn.driver import Method, Phase
from logreg_unlearn.unlearn.load import load_method
from logreg_unlearn.unlearn.npo import npo
from logreg_unlearn.unlearn.removal import (
    REMOVALS,
    certificate,
    finetune,
    influence_removal,
    newton_removal,
    stream,
)
from logreg_unlearn.unlearn.scrub import scrub

__all__ = [
    "METHODS",
    "REMOVALS",
    "Method",
    "Phase",
    "alternating",
    "ascent_then_finetune",
    "calibrated",
    "certificate",
    "finetune",
    "get_method",
    "gradient_ascent",
    "influence_removal",
    "load_method",
    "neggrad_plus",
    "newton_removal",
    "npo",
    "scrub",
    "simultaneous",
    "stream",
]
