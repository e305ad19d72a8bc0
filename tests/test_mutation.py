"""The mutations that test the tests: each is another program, and none is left behind."""

from __future__ import annotations

import ast

from _mutants import mutants

SOURCE = '''"""Text stays."""


def f(x: float = 1.0) -> float:
    if x < 2.0 and x != 0:
        return x + 3.0
    raise ValueError(f"expected {x + 1}")
'''


def test_every_mutant_is_another_valid_program(tmp_path) -> None:
    path = tmp_path / "source.py"
    path.write_text(SOURCE)
    found = list(mutants(path))
    sources = [mutant.source for mutant in found]
    assert len(set(sources)) == len(sources) > 5
    plain = ast.unparse(ast.parse(SOURCE))
    assert plain not in sources and all(ast.parse(source) for source in sources)
    assert path.read_text() == SOURCE
    changes = {(mutant.before, mutant.after) for mutant in found}
    assert {("x < 2.0", "x <= 2.0"), ("x + 3.0", "x - 3.0"), ("x + 3.0", "x")} <= changes
    assert not any("x + 1" in before for before, _ in changes), "messages stay"
