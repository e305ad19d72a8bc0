"""Check the derivations symbolically."""

from __future__ import annotations

from collections.abc import Sequence

from logreg_unlearn.cli._beside import command_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command of the proofs."""
    return int(command_of("proofs").main(arguments, "logreg-unlearn prove"))
