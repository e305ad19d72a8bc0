"""The store: every value as it was, whole groups, one writer, readers beside it, other files."""

from __future__ import annotations

import math
import os
import sqlite3
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from logreg_unlearn.sweep.database import APPLICATION, VERSION
from logreg_unlearn.sweep.datasets import TableFile
from logreg_unlearn.sweep.opening import LOCK, NAME, is_written, reading, writing
from logreg_unlearn.sweep.runner import Failure, run_cases
from tests.cli.running import ROOT
from tests.sweep.test_summary import BASE
from tests.sweep_cases import SMALL

GRID = replace(SMALL, models=("blocks",))
SOURCE = {"logreg-unlearn": "1", "numpy": "2"}
KEYS = [bytes([i]) * 16 for i in range(3)]


def begun(folder: Path, cells: int = 0) -> Path:
    """Make a store with so many cells and return its path."""
    with writing(folder, make=True) as store:
        store.begin(GRID, 4, SOURCE, ["sweep", "--x"])
        if cells:
            store.put(0, KEYS[:cells], [BASE] * cells, 1.5)
    return folder / NAME


def test_a_sweep_comes_back_as_it_was_begun(tmp_path) -> None:
    table = TableFile("a b.csv", "who", drop=("x", "y"), decimal=",")
    grid = replace(GRID, datasets=("anes96", table), lifts=(0.1 + 0.2, 1e-300))
    with writing(tmp_path, make=True) as store:
        assert not store.begun
        with pytest.raises(ValueError, match=r"expected a sweep in .*, got none"):
            store.facts  # noqa: B018
        store.begin(grid, 2**62, SOURCE, ["sweep", "é"])
    with reading(tmp_path / NAME) as store:
        facts = store.facts
        assert store.begun and facts.grid == grid and facts.cells == grid.size()
        assert (facts.seed, facts.origin, facts.command) == (2**62, SOURCE, ["sweep", "é"])
        assert (facts.seconds, facts.published) == (0.0, False)


def test_every_row_comes_back_to_the_last_bit(tmp_path) -> None:
    odd = replace(
        BASE, correlation=-0.0, ratio_final=math.inf, ratio_best=math.nan, step_size=5e-324,
        distance_final=np.float64(0.1) + 0.2, steps=np.int64(2**53 + 1), dataset='a"b\n,é',
        first_step_alignment=1.0,
    )  # fmt: skip
    rows = [odd, *run_cases(replace(SMALL, models=("gaussian",)).cases(1))]
    with writing(tmp_path, make=True) as store:
        store.begin(GRID, 0, SOURCE, [])
        store.put(0, [b"k"] * len(rows), rows, 0.1)
        assert [repr(asdict(row)) for row in store.rows()] == [
            repr({k: v.item() if isinstance(v, np.generic) else v for k, v in asdict(row).items()})
            for row in rows
        ]
        assert math.copysign(1.0, next(store.rows()).correlation) == -1.0
        wanted = [row for row in rows[1:] if row.loss == "exponential"]
        assert list(store.rows(loss="exponential", model="gaussian")) == wanted != []
        assert repr(next(store.column("ratio_best"))) == "nan"


def test_failures_keep_their_message_and_diverged_cells_are_rows(tmp_path) -> None:
    diverged = replace(BASE, verdict="DIVERGED", ratio_final=math.inf)
    with writing(tmp_path, make=True) as store:
        store.begin(GRID, 0, SOURCE, [])
        store.put(5, KEYS, [BASE, Failure("expected a, got b"), diverged], 1.0)
        assert store.count() == (3, 1)
        assert list(store.rows()) == [BASE, diverged]
        assert list(store.failures()) == [(6, "expected a, got b")]
        assert list(store.cells()) == [(5, KEYS[0], False), (6, KEYS[1], True), (7, KEYS[2], False)]
        store.put(5, KEYS, [BASE] * 3, 2.0)
        assert store.count() == (3, 0) and store.facts.seconds == 2.0


def test_a_group_is_stored_whole_or_not_at_all(tmp_path) -> None:
    nothing: Any = None
    with writing(tmp_path, make=True) as store:
        store.begin(GRID, 0, SOURCE, [])
        with pytest.raises(AttributeError):
            store.put(0, KEYS[:2], [BASE, nothing], 1.0)
        with pytest.raises(OverflowError):
            store.put(0, KEYS[:2], [BASE, replace(BASE, steps=2**70)], 1.0)
        assert store.count() == (0, 0)


def test_a_full_disk_keeps_what_was_stored(tmp_path) -> None:
    with writing(tmp_path, make=True) as store:
        store.begin(GRID, 0, SOURCE, [])
        store._connection.execute("PRAGMA max_page_count = 8")
        stored = 0
        with pytest.raises(OSError, match=f"{NAME}, got: database or disk is full"):
            for place in range(1000):
                store.put(place, KEYS[:1], [BASE], 1.0)
                stored += 1
        assert store.count() == (stored, 0) and stored > 3
    with reading(tmp_path / NAME) as store:
        assert store.count() == (stored, 0)


# --- who may open it ------------------------------------------------------------------------


def test_a_second_writer_is_refused_and_the_lock_dies_with_its_process(tmp_path) -> None:
    begun(tmp_path)
    program = (
        "import sys, time; from pathlib import Path\n"
        "from logreg_unlearn.sweep.opening import writing\n"
        f"with writing(Path({str(tmp_path)!r})):\n"
        "    print('in', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline() == b"in\n"
        assert is_written(tmp_path)
        with pytest.raises(ValueError, match="alone, got another sweep"), writing(tmp_path):
            pass
        with reading(tmp_path / NAME) as store:
            assert store.begun
        other.kill()
    assert not is_written(tmp_path)
    with writing(tmp_path) as store:
        assert store.begun
        with pytest.raises(ValueError, match="alone, got another sweep"), writing(tmp_path):
            pass


def test_readers_see_whole_groups_while_one_writes(tmp_path) -> None:
    path = begun(tmp_path)
    with writing(tmp_path) as store, reading(path) as beside:
        assert beside.count() == (0, 0)
        rows = beside.rows()
        store.put(0, KEYS, [BASE] * 3, 1.0)
        assert beside.count() == (3, 0)
        assert next(rows) == BASE
        store.put(3, KEYS, [BASE] * 3, 1.0)
        assert len(list(rows)) == 2  # as it was when reading began
        assert beside.count() == (6, 0)


def test_a_store_that_nobody_writes_is_one_file_that_can_be_read_only(tmp_path) -> None:
    path = begun(tmp_path, 3)
    with reading(path) as store:
        assert store.count() == (3, 0)
    assert sorted(os.listdir(tmp_path)) == [LOCK, NAME]


# --- other files ----------------------------------------------------------------------------


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()


def newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        connection.execute("CREATE TABLE cell (x)")
    connection.close()


def other_tables(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("CREATE TABLE cell (x)")
    connection.close()


def cut(path: Path) -> None:
    begun(path.parent, 3)
    path.write_bytes(path.read_bytes()[:-5000])


def scrambled(path: Path) -> None:
    begun(path.parent, 3)
    content = path.read_bytes()
    path.write_bytes(content[:100] + bytes(200) + content[300:])


def cells_scrambled(path: Path) -> None:
    begun(path.parent, 3)
    content = bytearray(path.read_bytes())
    content[8192 : 8192 + 60] = os.urandom(60)
    path.write_bytes(content)


OTHER = {
    "text": (lambda path: path.write_text("mine\n" * 50), "another file"),
    "empty": (lambda path: path.write_bytes(b""), "another file"),
    "foreign": (foreign, "another file"),
    "newer": (newer, f"version {VERSION}, got version {VERSION + 1}"),
    "other tables": (other_tables, "damaged"),
    "cut": (cut, "damaged"),
    "scrambled": (scrambled, "damaged"),
    "cells scrambled": (cells_scrambled, "damaged"),
}


@pytest.mark.parametrize("name", OTHER)
def test_other_files_are_refused_untouched(tmp_path, name) -> None:
    make, words = OTHER[name]
    path = tmp_path / NAME
    make(path)
    (tmp_path / LOCK).unlink(missing_ok=True)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=words), reading(path):
        pass
    assert os.listdir(tmp_path) == [NAME]
    with pytest.raises(ValueError, match=words), writing(tmp_path, make=True):
        pass
    assert path.read_bytes() == before
    assert set(os.listdir(tmp_path)) == {NAME, LOCK}


def test_what_a_removed_store_left_behind_is_not_taken_for_its_successor_s(tmp_path) -> None:
    path = begun(tmp_path)
    with writing(tmp_path) as store:
        store.put(0, KEYS, [BASE] * 3, 1.0)
        log = path.with_name(f"{NAME}-wal").read_bytes()
    path.unlink()
    path.with_name(f"{NAME}-wal").write_bytes(log)
    path.with_suffix(".part").write_text("of a run that was killed")
    with writing(tmp_path, make=True) as store:
        assert not store.begun and store.count() == (0, 0)
    assert sorted(os.listdir(tmp_path)) == [LOCK, NAME]


def test_no_store_is_a_line(tmp_path) -> None:
    for opening in (reading(tmp_path / NAME), writing(tmp_path)):
        with pytest.raises(ValueError, match="expected the store of a sweep, got no file"), opening:
            pass
    assert os.listdir(tmp_path) == []


def test_a_writer_that_is_killed_while_it_writes_keeps_what_it_reported(tmp_path) -> None:
    """The process does nothing but write groups of three, so that most kills meet a commit."""
    begun(tmp_path)
    program = (
        "from pathlib import Path\n"
        "from logreg_unlearn.sweep.opening import writing\n"
        "from tests.sweep.test_database import BASE, KEYS\n"
        f"with writing(Path({str(tmp_path)!r})) as store:\n"
        "    place = store.count()[0]\n"
        "    while True:\n"
        "        store.put(place, KEYS, [BASE] * 3, place)\n"
        "        place += 3\n"
        "        print(place, flush=True)\n"
    )
    generator, stored = np.random.default_rng(1), 0
    for _ in range(int(os.environ.get("LOGREG_UNLEARN_KILLS", "3"))):
        with subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT
        ) as writer:
            assert writer.stdout is not None
            first = int(writer.stdout.readline())
            assert first == stored + 3  # it goes on where the one before was killed
            time.sleep(generator.uniform(0.0, 0.1))
            writer.kill()
            reported = [first, *map(int, writer.stdout.read().split())][-1]
        with reading(tmp_path / NAME) as store:
            stored, failed = store.count()
            assert reported <= stored <= reported + 3 and stored % 3 == failed == 0
            places = [place for place, _, _ in store.cells()]
            assert places == list(range(stored)) and store.facts.seconds == stored - 3
