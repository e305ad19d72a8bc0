"""Audit models, sweep the dependence, check derivations and claims, draw figures."""

from __future__ import annotations

import sys
from importlib import import_module

from logreg_unlearn import __version__
from logreg_unlearn.cli.console import entry, unknown

NAME = "logreg-unlearn"
COMMANDS = {
    "audit": "what unlearning would do to your own model",
    "sweep": "the main job: where descent-ascent helps, harms, diverges",
    "prove": "check the derivations symbolically",
    "claim": "one statement of the theory, with its numbers",
    "figures": "draw the figures of the claims",
}
HELP = f"""usage: {NAME} COMMAND ... | --help | --version

{__doc__}

""" + "".join(f"  {name:9} {text}\n" for name, text in COMMANDS.items()) + f"""
{NAME} COMMAND --help lists the options of a command.
"""  # fmt: skip


def main() -> None:
    """Run the command that the command line names, and exit."""
    entry(run)


def run() -> int:
    """Find the command and run it."""
    sys.argv[0] = NAME
    if len(sys.argv) < 2:
        raise ValueError(f"expected a command, got none (choose from {', '.join(COMMANDS)})")
    name = sys.argv[1]
    if name in ("-h", "--help"):
        print(HELP, end="")
        return 0
    if name == "--version":
        print(f"{NAME} {__version__}")
        return 0
    if name not in COMMANDS:
        raise ValueError(unknown("a command", name, COMMANDS))
    sys.argv[:2] = [f"{NAME} {name}"]
    command = import_module(f"logreg_unlearn.cli.{name}")
    entry(command.main)
