"""Wrong versions of a source file: one operator, sign, factor or condition at a time."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COMPARE = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq}
COMPARE |= {ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is}
BINARY = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}


@dataclass(frozen=True)
class Mutant:
    """One change: where it is, what it reads, and the whole file with it."""

    path: Path
    line: int
    before: str
    after: str
    source: str


def changed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield wrong versions of a node: another operator, sign, factor or condition."""
    other = copy.deepcopy(node)
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARE:
        other.ops[0] = COMPARE[type(node.ops[0])]()  # type: ignore[attr-defined]
        yield other
    elif isinstance(node, ast.BinOp) and type(node.op) in BINARY:
        other.op = BINARY[type(node.op)]()  # type: ignore[attr-defined]
        yield other
        yield node.left  # a term or a factor is dropped
    elif isinstance(node, ast.Constant) and type(node.value) is float and node.value:
        other.value = 2.0 * node.value  # type: ignore[attr-defined]
        yield other
    elif isinstance(node, ast.BoolOp):
        yield node.values[0]
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse


def counted(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and those below it that compute something."""
    if isinstance(node, ast.Raise | ast.JoinedStr | ast.AnnAssign | ast.arguments):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from counted(child)


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield every mutant of a file; annotations, messages and docstrings stay."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for parent in counted(tree):
        for name, field in ast.iter_fields(parent):
            for k, node in enumerate(field if isinstance(field, list) else [field]):
                if not isinstance(node, ast.expr) or name in ("annotation", "returns"):
                    continue
                for wrong in changed(node):
                    put(parent, name, k, wrong)
                    source = ast.unparse(tree)
                    put(parent, name, k, node)
                    yield Mutant(path, node.lineno, ast.unparse(node), ast.unparse(wrong), source)


def put(parent: ast.AST, name: str, k: int, node: ast.AST) -> None:
    """Replace a child in place."""
    if isinstance(getattr(parent, name), list):
        getattr(parent, name)[k] = node
    else:
        setattr(parent, name, node)
