"""What every command shares: help, progress, errors in one line."""

from __future__ import annotations

import inspect
import re
import sys

import claims_table
import pytest

from logreg_unlearn.assess.audit import audit
from logreg_unlearn.cli import console
from logreg_unlearn.cli.sweep import VALUES
from logreg_unlearn.sweep.grid import Grid


@pytest.mark.parametrize("script", ["audit", "sweep"])
def test_help_is_of_a_page_and_says_each_default_once(run, script, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    status, out, err = run(script, "--help")
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 140  # a list of choices is not broken
    # "None" and "False" are Python's words, and say nothing of what will happen
    assert "default: None" not in out and "default: False" not in out
    assert not re.search(r"default[^)]*\)\s*\(default", out)


def test_help_names_the_defaults_of_the_lists(run, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    _, out, _ = run("sweep", "--help")
    grid = Grid()
    entries = dict(re.findall(r"^  --([a-z-]+) \S*\s+(.*(?:\n {10,}.*)*)", out, flags=re.M))
    for option in VALUES:
        values = getattr(grid, option.replace("-", "_"))
        shown = f"{values[0]:g}" if values else "around the theory's boundaries"
        assert re.search(rf"default: .*{re.escape(shown)}", entries[option]), option
    assert "default: 10" in entries["seeds"] and "default: 20000" in entries["steps"]


def test_help_of_the_audit_names_the_default_loss_and_methods(run, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    _, out, _ = run("audit", "--help")
    assert "default: logistic" in out
    default = ", ".join(inspect.signature(audit).parameters["methods"].default)
    assert f"default: {default})" in out


def test_help_of_the_claims_table(capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        claims_table.main(["--help"])
    assert ended.value.code == 0 and "--check" in capsys.readouterr().out


def test_progress_lines_are_few_and_end_at_the_total(capsys, monkeypatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    with console.progress(1000, "cases") as report:
        for _ in range(1000):
            report(1)
    assert capsys.readouterr().err.splitlines() == [f"cases: {k}00/1000" for k in range(1, 11)]
    with console.progress(3, "cases") as report:
        report(3)
    assert capsys.readouterr().err == "cases: 3/3\n"
    with console.progress(0, "cases"):
        pass
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (ValueError("expected a, got b"), 2, "x.py: expected a, got b\n"),
        (ImportError("expected p, got none"), 2, "x.py: expected p, got none\n"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_entry_answers_in_one_line(monkeypatch, capsys, error, status, text) -> None:
    monkeypatch.setattr(sys, "argv", ["/some/where/x.py"])

    def main() -> int:
        raise error

    with pytest.raises(SystemExit) as ended:
        console.entry(main)
    err = capsys.readouterr().err
    assert ended.value.code == status and err.startswith(text) and err.count("\n") == 1


def test_entry_does_not_hide_a_programming_error(monkeypatch) -> None:
    def main() -> int:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        console.entry(main)
