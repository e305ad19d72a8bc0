"""Time how long commands, the import and every script take to start.

Each is a new process that is asked for its help; wall-clock time and the process time of the
child, beside Python alone and ``import numpy``.  The files are read before: starts are warm.
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

from _timing import arguments, header, medians, row

from logreg_unlearn.cli.main import COMMANDS

SCRIPTS = Path(__file__).resolve().parent.parent
ROOT = SCRIPTS.parent


def children() -> float:
    """Process time of the children that have ended."""
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def start(arguments: list[str]) -> None:
    """Run Python and wait."""
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def commands() -> dict[str, list[str]]:
    """Arguments of Python by what they start."""
    program = ["-m", "logreg_unlearn"]
    found = {
        "python alone": ["-c", "pass"],
        "import numpy": ["-c", "import numpy"],
        "import logreg_unlearn": ["-c", "import logreg_unlearn"],
        "minimise, run": ["-c", "from logreg_unlearn import minimise, run"],
        "logreg-unlearn --help": [*program, "--help"],
    }
    for name in COMMANDS:
        found[f"logreg-unlearn {name} --help"] = [*program, name, "--help"]
    for path in sorted(SCRIPTS.glob("[a-z]*.py")):
        found[f"scripts/{path.name} --help"] = [str(path), "--help"]
    return found


def main() -> None:
    """Start everything in turn."""
    options = arguments(__doc__, repeats=7).parse_args()
    jobs = {name: partial(start, command) for name, command in commands().items()}
    if options.quick:
        jobs = {name: job for name, job in jobs.items() if "scripts" not in name}
    header("what", "wall, ms", "process, ms")
    for name, (process, wall) in medians(
        jobs, 1 if options.quick else options.repeats, children
    ).items():
        row(f"`{name}`", f"{1e3 * wall:.0f}", f"{1e3 * process:.0f}")


if __name__ == "__main__":
    main()
