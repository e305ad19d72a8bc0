"""Files are written whole or not at all, and a run's files replace those of the run before."""

from __future__ import annotations

import json
import os
import tempfile

import pytest

from logreg_unlearn.files import check_folder, publish, write_bytes


def record(*names: str) -> bytes:
    return json.dumps({"files": names}).encode()


def test_a_run_replaces_what_the_run_before_listed_and_nothing_else(tmp_path) -> None:
    folder = tmp_path / "made" / "here"
    publish(folder, {"a.csv": b"1", "b.png": b"2", "list": record("a.csv", "b.png")}, "list")
    (folder / "mine").write_text("kept")
    publish(folder, {"a.csv": b"3", "list": record("a.csv")}, "list")
    assert sorted(os.listdir(folder)) == ["a.csv", "list", "mine"]
    assert (folder / "a.csv").read_bytes() == b"3"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"files": 3}', '{"files": ["../mine", "/mine", "..", "", 5]}', "\xff"]
)
def test_a_record_that_is_none_of_ours_removes_nothing(tmp_path, text) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    (tmp_path / "mine").write_text("kept")
    (folder / "list").write_bytes(text.encode("latin-1"))
    publish(folder, {"a": b"1", "list": record("a")}, "list")
    assert sorted(os.listdir(folder)) == ["a", "list"]
    assert (tmp_path / "mine").read_text() == "kept"


def test_a_set_that_cannot_be_written_changes_nothing(tmp_path, monkeypatch) -> None:
    publish(tmp_path, {"a": b"1", "b": b"2", "list": record("a", "b")}, "list")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    real = tempfile.mkstemp
    made: list[tuple[int, str]] = []

    def full(**options):
        if len(made) == 2:
            raise OSError(28, "No space left on device")
        made.append(real(**options))
        return made[-1]

    monkeypatch.setattr(tempfile, "mkstemp", full)
    with pytest.raises(OSError, match=r"expected to write .*list, got: No space left on device"):
        publish(tmp_path, {"a": b"5", "c": b"6", "list": record("a", "c")}, "list")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(tmp_path / "a", b"1")
    assert os.listdir(tmp_path) == []


def test_a_folder_where_a_file_should_be_is_refused_before_anything_is_replaced(tmp_path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "b").mkdir()
    with pytest.raises(ValueError, match=r"expected to write the file .*b, got a folder there"):
        publish(tmp_path, {"a": b"new", "b": b"new", "list": record("a", "b")}, "list")
    assert (tmp_path / "a").read_text() == "old"


def test_checking_a_folder_leaves_no_trace(tmp_path) -> None:
    assert check_folder(tmp_path / "x" / "y") == tmp_path / "x" / "y"
    assert os.listdir(tmp_path) == []
    with pytest.raises(ValueError, match="expected a folder to write into, got ''"):
        check_folder("")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="expected a writable folder"):
        check_folder(tmp_path / "link" / "x")
