"""Draw the figures of the claims: PNG and SVG, each with its numbers in a CSV file."""

from __future__ import annotations

from collections.abc import Sequence

from logreg_unlearn.cli._beside import command_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command of the figures."""
    return int(command_of("figures").main(arguments))
