"""Commands run in this process, in a folder of their own."""

from __future__ import annotations

import signal
import sys

import pytest

from logreg_unlearn.cli.main import main


@pytest.fixture
def run(monkeypatch, capsys):
    """Return a function that runs the command in this process: status, stdout, stderr."""

    def call(*arguments) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["logreg-unlearn", *map(str, arguments)])
        monkeypatch.setattr(signal, "signal", lambda *_: None)
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return ended.value.code or 0, captured.out, captured.err

    return call


@pytest.fixture
def audit(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: run("audit", "--steps", 300, *arguments)


@pytest.fixture
def sweep(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: run("sweep", "--workers", 1, *arguments)
