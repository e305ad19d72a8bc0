"""Proofs and figures: inside the package where it is installed, beside it in a checkout."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

_PACKAGE = Path(__file__).resolve().parent.parent
# name inside the package -> folder in a checkout
PLACES = {"proofs": "proofs", "figures": "scripts/figures"}


def command_of(name: str) -> ModuleType:
    """Return the module whose ``main`` runs the proofs or draws the figures.

    Decided by what lies beside this very file: an editable install of another checkout, or a
    stranger's package called ``proofs``, is never taken for ours.
    """
    folder = _PACKAGE.parent / PLACES[name]
    if (_PACKAGE / name).is_dir() or not folder.is_dir():
        return import_module(f"logreg_unlearn.{name}.__main__")
    if str(folder.parent) not in sys.path:
        sys.path.insert(0, str(folder.parent))
    return import_module(f"{folder.name}.__main__")
