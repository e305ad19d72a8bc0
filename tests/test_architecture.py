"""Who may import whom, what must not be loaded, and where every claim stands.

The directions are data; the sources are read, not run, except for the one question that only
running answers: what ``import logreg_unlearn`` loads.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from logreg_unlearn.claims import PLACES, STEMS, Claim, Verdict, load_claims

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "logreg_unlearn"
NUMERICS = {"numpy", "scipy"}

# Room -> rooms it may import, besides itself.  The five in the middle tell the user's story.
DIRECTIONS: dict[str, set[str]] = {
    "__init__": {"problem", "solve", "unlearn", "assess", "data"},  # lazily
    "files": set(),
    "claims": set(),
    "plots": {"files"},
    "data": set(),
    "problem": {"data"},
    "theory": {"problem"},
    "solve": {"problem"},
    "unlearn": {"problem", "solve"},
    "assess": {"problem", "solve", "unlearn", "theory"},
    "sweep": {"problem", "solve", "unlearn", "assess", "data", "theory"},
    "testing": {"problem", "solve", "unlearn", "data"},
    "cli": {
        "problem",
        "solve",
        "unlearn",
        "assess",
        "sweep",
        "data",
        "theory",
        "claims",
        "plots",
        "files",
    },
    "__main__": {"cli"},
}
# Narrower than a room: of `problem` the theory may know the losses alone.
ONLY: dict[str, set[str]] = {"theory": {"problem.losses"}}


# Room -> packages from outside the standard library that it may import; else NUMERICS.
OUTSIDE: dict[str, set[str]] = {
    "__init__": set(),
    "claims": set(),
    "data": NUMERICS | {"sklearn", "statsmodels"},
    "cli": NUMERICS | {"rich", "threadpoolctl", "matplotlib"},
    "plots": {"numpy", "matplotlib"},
    "solve": NUMERICS | {"threadpoolctl"},
    "assess": NUMERICS | {"sklearn"},
    "sweep": NUMERICS | {"distributed", "threadpoolctl"},
    "testing": NUMERICS | {"hypothesis"},
}

# Never at the top of a module of the package: they take longer to load than most work takes.
HEAVY = (
    "sympy",
    "matplotlib",
    "sklearn",
    "statsmodels",
    "pandas",
    "dask",
    "distributed",
    "rich",
    "scipy.linalg",
    "scipy.optimize",
    "scipy.stats",
    "scipy.sparse",
    "scipy.integrate",
)


def source_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted names a tree imports; ``from a import b`` gives ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # proofs are imported under two names: beside the package, and inside it when installed
            top = "proofs." * (node.level > 0) + (node.module or "")
            yield from (f"{top}.{alias.name}" for alias in node.names)


def relative(source: str) -> bool:
    return any(isinstance(n, ast.ImportFrom) and n.level for n in ast.walk(ast.parse(source)))


def at_top(tree: ast.Module) -> Iterator[str]:
    """Yield what runs at import: not in functions, not under ``if TYPE_CHECKING``."""
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from imported(node)


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / PACKAGE).parts[0].removesuffix(".py")


def forbidden(source: str, room: str) -> list[str]:
    """Return what ``source``, standing in ``room``, imports against the directions."""
    wrong = []
    for name in imported(ast.parse(source)):
        top, *rest = name.split(".")
        if top == PACKAGE:
            allowed = not rest or rest[0] in {*DIRECTIONS[room], room} or rest == ["__version__"]
            inside = ONLY.get(room, set())
            if rest and rest[0] in {only.split(".")[0] for only in inside}:
                allowed = ".".join(rest[:2]) in inside
        else:
            allowed = top in sys.stdlib_module_names or top in OUTSIDE.get(room, NUMERICS)
        if not allowed:
            wrong.append(name)
    return wrong


def heavy_at_top(source: str) -> list[str]:
    names = list(at_top(ast.parse(source)))
    return [name for name in names if any((name + ".").startswith(h + ".") for h in HEAVY)]


@pytest.mark.parametrize("path", source_files(PACKAGE), ids=lambda p: str(p.relative_to(ROOT)))
def test_package_imports_only_in_the_stated_directions(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not relative(source), "imports are absolute in the package"
    assert room_of(path) in DIRECTIONS, "a new room needs its line in DIRECTIONS"
    assert forbidden(source, room_of(path)) == []
    assert heavy_at_top(source) == []


@pytest.mark.parametrize(
    "path", source_files("proofs"), ids=lambda p: str(p.relative_to(ROOT / "proofs"))
)
def test_proofs_are_independent_of_the_numerical_code(path: Path) -> None:
    allowed = {"sympy", "mpmath", "proofs", "rich"} | sys.stdlib_module_names
    source = path.read_text(encoding="utf-8")
    assert "from proofs" not in source and "import proofs" not in source, "imports are relative"
    for name in imported(ast.parse(source)):
        assert name.startswith(f"{PACKAGE}.claims") or name.split(".")[0] in allowed, name


def test_the_rules_can_be_broken() -> None:
    assert forbidden("from logreg_unlearn.problem.problem import X", "theory") != []
    assert forbidden("from logreg_unlearn.problem.losses import LOGISTIC", "theory") == []
    assert forbidden("from logreg_unlearn.assess.audit import audit", "unlearn") != []
    assert forbidden("def f():\n    import sympy", "problem") != []
    assert forbidden("import sklearn", "solve") != []
    assert forbidden("from logreg_unlearn.solve.optimum import minimise", "unlearn") == []
    assert heavy_at_top("from scipy import linalg") == ["scipy.linalg"]
    assert heavy_at_top("import matplotlib.figure") == ["matplotlib.figure"]
    assert heavy_at_top("def f():\n    import sympy") == []
    assert heavy_at_top("from scipy.special import lambertw") == []
    assert relative("from . import x") and relative("from ..a import x")
    assert not relative("from logreg_unlearn import claims")


@pytest.mark.parametrize("path", source_files(PACKAGE), ids=lambda p: str(p.relative_to(ROOT)))
def test_nobody_asks_a_loss_for_its_name(path: Path) -> None:
    """What depends on a loss belongs to it (``problem.losses.Loss``)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
            named = {"'logistic'", "'exponential'"} & set(sides)
            assert not named and not any(side.endswith("loss.name") for side in sides), sides


def test_directions_have_no_cycle() -> None:
    remaining = dict(DIRECTIONS)
    while remaining:
        free = {room for room, needs in remaining.items() if not needs & set(remaining)}
        assert free, f"cycle among {sorted(remaining)}"
        remaining = {room: needs for room, needs in remaining.items() if room not in free}


def test_importing_the_package_loads_nothing_heavy() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in source_files(PACKAGE)
    ]
    heavy = [name for name in HEAVY if not name.startswith("scipy.")]
    program = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        f"print(*[name for name in {heavy!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_tests_run_with_errors_that_raise_and_one_blas_thread() -> None:
    for operation, point in ((np.exp, 1e3), (np.log, 0.0), (np.sqrt, -1.0)):
        with pytest.raises(FloatingPointError):
            operation(np.array(point))
    assert os.environ["OPENBLAS_NUM_THREADS"] and os.environ["OMP_NUM_THREADS"]


def names_defined(path: Path) -> set[str]:
    """Return the names at the top of a file; none where there is no file."""
    if not path.is_file():
        return set()
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize("claim", load_claims(), ids=lambda claim: claim.slug)
def test_every_place_of_a_claim_exists_or_is_a_declared_gap(claim: Claim) -> None:
    assert set(claim.gaps) <= set(PLACES)
    for kind in PLACES:
        path, _, name = claim.place(kind).partition("::")
        # a figure is a file of its own, with the names that every figure has
        names = {name} if name else {"compute", "draw", "CAPTION"}
        exists = names <= names_defined(ROOT / path)
        if name:
            folder = ROOT / PLACES[kind].format(stem=claim.stem).removesuffix(".py")
            homes = [file for file in folder.glob("*.py") if name in names_defined(file)]
            assert len(homes) <= 1, f"{kind}: {name} is defined twice, in {homes}"
        if kind in claim.gaps:
            assert claim.gaps[kind].strip(), f"{kind}: a gap needs a reason"
            assert not exists, f"{kind}: {claim.place(kind)} exists, the gap is stale"
        else:
            assert exists, f"{kind}: {claim.place(kind)} is missing and not declared"


@pytest.mark.parametrize("claim", load_claims(), ids=lambda claim: claim.slug)
def test_a_claim_that_did_not_simply_hold_says_what_was_found(claim: Claim) -> None:
    assert claim.finding.strip() or claim.verdict is Verdict.HOLDS


def test_claims_are_named_once_and_use_only_claims() -> None:
    claims = load_claims()
    slugs = [claim.slug for claim in claims]
    assert len(set(slugs)) == len(slugs)
    for claim in claims:
        assert claim.stem in STEMS
        assert set(claim.uses) <= set(slugs) - {claim.slug}, claim.slug


def test_the_reference_lists_every_public_room_and_nothing_else() -> None:
    reference = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").split()
    listed = {word for word in reference if word.startswith(f"{PACKAGE}.")}
    rooms = {room_of(path) for path in source_files(PACKAGE)}
    assert listed == {f"{PACKAGE}.{room}" for room in rooms if not room.startswith("_")}
