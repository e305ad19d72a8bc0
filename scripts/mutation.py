"""Change the numerical core in one place at a time and list the changes that no test notices.

Works on a copy of the tree.  A survivor that changes a number a user sees asks for a test.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from _common import entry
from _mutants import Mutant, mutants

from logreg_unlearn.cli.console import number, parser, progress, whole

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("problem", "solve", "unlearn", "assess", "sweep")


def noticed(mutant: Mutant, tree: Path, seconds: float) -> bool:
    """Whether the tests of the mutant's room, or those of its neighbours, fail."""
    file = tree / mutant.path.relative_to(ROOT)
    original = file.read_text(encoding="utf-8")
    room = mutant.path.relative_to(ROOT / "logreg_unlearn").parts[0]
    near = {"problem": ("solve",), "solve": ("assess",), "unlearn": ("assess",), "assess": ()}
    folders = [f"tests/{each}" for each in (room, *near.get(room, ()))]
    command = [sys.executable, "-B", "-m", "pytest", "-qx", "-p", "no:cacheprovider", *folders]
    try:
        file.write_text(mutant.source, encoding="utf-8")
        return (
            subprocess.run(command, cwd=tree, capture_output=True, timeout=seconds).returncode != 0
        )
    except subprocess.TimeoutExpired:
        return True  # a loop that no longer ends is noticed
    finally:
        file.write_text(original, encoding="utf-8")


def main() -> int:
    """Run the command and return 1 where a mutant survived."""
    made = parser(__doc__ or "")
    made.add_argument(
        "--only", default="", metavar="TEXT",
        help="files whose path holds this text (default: every one)",
    )  # fmt: skip
    made.add_argument("--sample", type=whole, default=50, help="mutants to try, drawn at random")
    made.add_argument("--seed", type=whole, default=0, help="of the draw")
    made.add_argument("--timeout", type=number, default=300.0, help="seconds a mutant may take")
    options = made.parse_args()
    if options.sample < 1:
        raise ValueError(f"expected --sample >= 1, got {options.sample}")
    if not options.timeout > 0.0:
        raise ValueError(f"expected --timeout > 0, got {options.timeout}")
    files = [f for room in ROOMS for f in sorted((ROOT / "logreg_unlearn" / room).rglob("*.py"))]
    found = [m for f in files if options.only in str(f.relative_to(ROOT)) for m in mutants(f)]
    if not found:
        raise ValueError(
            f"expected --only with a part of a file's path, got {options.only!r}: no such"
        )
    drawn = random.Random(options.seed).sample(found, min(options.sample, len(found)))
    survivors = []
    with tempfile.TemporaryDirectory() as folder, progress(len(drawn), "mutants") as report:
        tree = Path(folder) / "tree"
        kept = shutil.ignore_patterns(".git", ".venv", "results", "__pycache__", "docs")
        shutil.copytree(ROOT, tree, ignore=kept)
        for mutant in drawn:
            if not noticed(mutant, tree, options.timeout):
                survivors.append(mutant)
                place = f"{mutant.path.relative_to(ROOT)}:{mutant.line}"
                print(f"survived {place}: {mutant.before}  ->  {mutant.after}", flush=True)
            report(1)
    print(
        f"{len(survivors)} of {len(drawn)} drawn from {len(found)} survived (seed {options.seed})"
    )
    return 1 if survivors else 0


if __name__ == "__main__":
    entry(main)
