"""Methods by address: what is found, and one line for everything that is not there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from logreg_unlearn.testing import EXAMPLES
from logreg_unlearn.unlearn.driver import run
from logreg_unlearn.unlearn.load import load_method

SOURCE = """
from logreg_unlearn.unlearn.driver import Method, Phase

def phases(problem, generator):
    return (Phase((problem.weighted(1.0, -0.1),)),)

gentle = Method("gentle", phases)
other = Method("other", phases)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder, empty; paths and modules are as before in the end."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_method_of_the_current_folder(folder: Path) -> None:
    (folder / "mine.py").write_text(SOURCE)
    method = load_method("mine:gentle")
    assert run(method, EXAMPLES["plain"](), steps=5).method == "gentle"
    load_method("mine:other")
    assert sys.path.count(str(folder)) == 1


def test_a_method_of_a_package(folder: Path) -> None:
    (folder / "lab" / "ideas").mkdir(parents=True)
    (folder / "lab" / "ideas" / "first.py").write_text(SOURCE)
    assert load_method("lab.ideas.first:gentle").name == "gentle"


def test_the_current_folder_hides_nothing(folder: Path) -> None:
    (folder / "colorsys.py").write_text(SOURCE)
    with pytest.raises(ValueError, match="'gentle' in 'colorsys', which has no Method at all"):
        load_method("colorsys:gentle")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("da", "expected a method as module:name, got 'da'"),
        ("mine:", "expected a method as module:name, got 'mine:'"),
        (":gentle", "expected a method as module:name, got ':gentle'"),
        ("mine.py:gentle", "expected a module 'mine.py', found none"),
        ("./mine:gentle", "expected a method as module:name, got './mine:gentle'"),
        ("a b:gentle", "expected a method as module:name, got 'a b:gentle'"),
        ("nowhere:gentle", "expected a module 'nowhere', found none"),
        ("nowhere.below:gentle", "expected a module 'nowhere.below', found none"),
        ("mine:harsh", "expected 'harsh' in 'mine', which has gentle, other"),
        ("mine:phases", "expected a Method at 'mine:phases', got a function"),
        ("mine:Method", "expected a Method at 'mine:Method', got a type"),
        ("broken:gentle", "expected to import 'broken', got ModuleNotFoundError: .*'nowhere'"),
        ("wrong:gentle", "expected to import 'wrong', got SyntaxError: "),
        ("program:gentle", "expected to import 'program', got SystemExit: usage: program"),
    ],
)
def test_what_is_not_there_is_one_line(folder: Path, address: str, message: str) -> None:
    (folder / "mine.py").write_text(SOURCE)
    (folder / "broken.py").write_text("import nowhere\n" + SOURCE)
    (folder / "wrong.py").write_text("def :\n")
    (folder / "program.py").write_text("raise SystemExit('usage: program\\n  --help')\n")
    with pytest.raises(ValueError, match=message) as caught:
        load_method(address)
    assert "\n" not in str(caught.value)
