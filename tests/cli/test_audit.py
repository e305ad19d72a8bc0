"""The audit as a person meets it: files, text, JSON, and one line for every mistake."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from logreg_unlearn.assess.words import times
from logreg_unlearn.cli.audit_files import NAMES
from logreg_unlearn.data.forget_sets import KINDS
from tests.cli.running import OWN, PNG, archive, child, refused, strict, table


def test_own_csv_with_text_labels(audit, tmp_path) -> None:
    table(tmp_path)
    status, out, err = audit("data.csv", *OWN, "--out", "made")
    assert (status, err) == (0, "")
    assert "60 rows, 3 columns, forget 7 (11.7 %); logistic loss, ridge 0.01" in out
    assert "labels: 'healthy' is -1, 'ill' is +1" in out
    assert sorted(os.listdir(tmp_path / "made")) == sorted(NAMES)
    assert (tmp_path / "made" / "audit.png").read_bytes().startswith(PNG)


def test_json_is_strict_and_says_what_the_text_says(audit, tmp_path) -> None:
    table(tmp_path)
    arguments = ("data.csv", *OWN, "--loss", "exponential")
    _, text, _ = audit(*arguments)
    status, out, err = audit(*arguments, "--json")
    assert (status, err) == (0, "")
    record = strict(out)
    assert record == strict((tmp_path / "results" / "audit" / "audit.json").read_text())
    assert record["verdict"] in text
    assert record["data"]["rows"] == 60 and record["data"]["forget"] == 7
    assert record["data"]["labels"] == {"-1": "healthy", "+1": "ill"}
    assert record["loss"] == "exponential" and record["ridge"] == 0.01
    assert f"original to oracle {record['distance_original']:.4g}" in text
    lines = [line.strip() for line in text.splitlines() if line[:1] == " " and line.strip()]
    rows: dict[str, str] = {}
    for line in lines:  # the first table: the second has the same names
        rows.setdefault(line.split()[0], line)
    assert len(record["methods"]) == 5
    for removal in record["removals"]:
        assert times(removal["ratio_final"]).removesuffix("x") in rows[removal["method"]]
    for method in record["methods"]:
        row = rows[method["method"]]
        verdict = method["verdict"] + ("" if method["settled"] else " so far")
        assert row.endswith(verdict) and str(method["best_step"]) in row
        for name in ("ratio_final", "ratio_best_stop_peeking"):
            shown = "inf" if method[name] is None else times(method[name]).removesuffix("x")
            assert shown in row
        if method["limit"] == "UNKNOWN":
            assert method["ratio_limit"] is None
    assert any(m["verdict"] == "DIVERGED" for m in record["methods"])
    assert record["what_to_do"]["words"].split(" ms")[-1] in text


def test_methods_are_those_asked_for_each_once(audit, tmp_path) -> None:
    table(tmp_path)
    _, out, _ = audit(
        "data.csv", *OWN, "--method", "neggrad+", "--method", "da", "--method", "da", "--json"
    )
    assert [m["method"] for m in strict(out)["methods"]] == ["neggrad+", "da"]


def test_bundled_data_and_a_kind_of_forget_set(audit) -> None:
    _, out, _ = audit("--dataset", "wine_0v1", "--forget", "hardest", "--fraction", 0.2, "--json")
    record = strict(out)
    assert record["data"]["name"] == "wine_0v1" and record["data"]["forget"] == 26


def test_a_kind_of_forget_set_on_an_own_file(audit, tmp_path) -> None:
    archive(tmp_path)
    _, out, _ = audit("data.npz", "--forget", "nearest", "--fraction", 0.25, "--json")
    record = strict(out)
    # the file's own forget array is neither the forget set nor a feature
    assert record["data"]["forget"] == 10 and record["data"]["columns"] == 4
    _, out, _ = audit("data.npz", "--json")
    assert strict(out)["data"]["forget"] == 5


def test_the_unpenalised_intercept_changes_the_optimum(audit, tmp_path) -> None:
    table(tmp_path)
    distances = []
    for options in ((), ("--unpenalised-intercept",)):
        _, out, _ = audit("data.csv", *OWN, "--method", "da", "--json", "--ridge", 0.5, *options)
        distances.append(strict(out)["distance_original"])
    assert distances[0] != pytest.approx(distances[1], rel=1e-3)


def test_raw_columns_are_taken_as_they_are(audit, tmp_path) -> None:
    rng = np.random.default_rng(4)
    archive(tmp_path, X=5.0 * rng.normal(size=(40, 3)) + 1.0)
    answers = []
    for options in ((), ("--raw",)):
        _, out, _ = audit("data.npz", "--method", "da", "--json", *options)
        answers.append(strict(out)["distance_original"])
    assert answers[0] != pytest.approx(answers[1], rel=1e-3)


def copies(folder: Path) -> None:
    """Write data whose original equals the oracle to the last bit, off the zero gradient."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(10, 1)), np.sign(rng.normal(size=10))
    archive(folder, X=np.r_[x, x], y=np.r_[y, y], forget=np.arange(20) < 10)


def test_an_original_at_the_oracle_gives_strict_json_and_no_infinite_words(audit, tmp_path) -> None:
    copies(tmp_path)
    with np.errstate(divide="ignore", invalid="ignore"):
        _, out, _ = audit("data.npz", "--raw", "--ridge", 0.1, "--json")
    assert strict(out)["verdict"].startswith("The original model is the retrained optimum")


def test_an_original_at_the_oracle_is_audited_without_warnings(audit, tmp_path) -> None:
    copies(tmp_path)
    status, out, err = audit("data.npz", "--raw", "--ridge", 0.1)
    assert (status, err) == (0, "")
    words = "\n".join(line for line in out.splitlines() if line[:1] != " ")
    assert "infx" not in out and "nan" not in out and "e+" not in words
    assert "What to do: nothing: the model in use is the retrained optimum to six digits." in out


def test_labels_and_names_are_printed_as_they_are(audit, tmp_path) -> None:
    table(tmp_path, "[b]data.csv", labels=("[b]low", "[/b]high"))
    status, out, err = audit("[b]data.csv", *OWN)
    assert (status, err) == (0, "")
    assert out.startswith("[b]data: 60 rows") and "'[b]low' is" in out and "'[/b]high' is" in out


def test_the_audit_fits_a_terminal_of_80_columns(audit, tmp_path, monkeypatch) -> None:
    table(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = audit("data.csv", *OWN)
    table_lines = [line for line in out.splitlines() if line[:1] == " "]
    assert len(table_lines) > 8 and max(map(len, table_lines)) <= 80
    assert "…" not in out


FOR_FILES = [kind for kind in KINDS if kind != "mislabelled"]
MISTAKES = {
    "no file": (["none.csv"], ["a readable", "none.csv"]),
    "no column": (["data.csv", "--label", "nope"], ["column 'nope'", "'outcome'"]),
    "no forget column": (["data.csv", "--label", "outcome"], ["--forget", *FOR_FILES]),
    "wrong forget column": ([*"data.csv --label outcome --forget age".split()], ["0/1", "'age'"]),
    "neither": ([], ["a file or --dataset", "neither"]),
    "both": (["data.csv", "--dataset", "anes96"], ["a file or --dataset", "both"]),
    "dataset without forget": (
        ["--dataset", "wine_0v1"],
        ["--forget", "mislabelled, nearest", "group, got none"],
    ),
    "dataset, unknown kind": (
        ["--dataset", "wine_0v1", "--forget", "x"],
        ["--forget with a kind, got 'x'"],
    ),
    "unknown kind": ("data.csv --forget rndom".split(), ["'rndom': did you mean random?", "age"]),
    "fraction 0": ("--dataset wine_0v1 --forget random --fraction 0".split(), ["(0, 1)", "0.0"]),
    "fraction 1": ("--dataset wine_0v1 --forget random --fraction 1".split(), ["(0, 1)", "1.0"]),
    "ridge 0": (["data.csv", *OWN, "--ridge", "0"], ["ridge > 0", "0.0"]),
    "ridge < 0": (["data.csv", *OWN, "--ridge=-1"], ["ridge > 0", "-1.0"]),
    "ridge nan": (["data.csv", *OWN, "--ridge", "nan"], ["ridge > 0", "nan"]),
    "steps 0": (["data.csv", *OWN, "--steps", "0"], ["steps >= 1", "got 0"]),
    "seed < 0": ("--dataset wine_0v1 --forget random --seed=-1".split(), ["seed", "-1"]),
    "format": (["data.doc"], [".csv", ".npz", "data.doc"]),
    "folder": (["data.csv", *OWN, "--out", "data.csv/x"], ["writable folder"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_answered_in_one_line(audit, tmp_path, mistake) -> None:
    table(tmp_path, to_forget=["1", "0"] * 30)
    arguments, words = MISTAKES[mistake]
    refused(audit(*arguments), *words)
    assert os.listdir(tmp_path) == ["data.csv"]


TABLES = {
    "a measurement": (
        {"outcome": [f"{i / 7:.3f}" for i in range(60)]},
        ["at most 30 values", "60: '0.000'", "a measurement"],
    ),
    "one label": ({"outcome": ["a"] * 60}, ["two values or more", "1: 'a'"]),
    "nan": ({"age": ["1", "nan", "2"] * 20}, ["finite", "'age'", "line 3"]),
    "infinite": ({"age": ["1", "2", "inf"] * 20}, ["finite", "'age'", "line 4"]),
    "a gap": ({"age": ["1", "", "2"] * 20}, ["'age'", "line 3"]),
    "text": ({"age": ["1", "old", "2"] * 20}, ["number", "'age'", "line 3", "'old'"]),
    "nothing to forget": ({"to_forget": ["0"] * 60}, ["1 to 59", "empty"]),
    "all to forget": ({"to_forget": ["1"] * 60}, ["1 to 59", "all 60"]),
    "odd flag": ({"to_forget": ["0", "1", "2"] * 20}, ["0/1", "line 4", "'2'"]),
}


@pytest.mark.parametrize("name", TABLES)
def test_bad_tables_are_answered_in_one_line(audit, tmp_path, name) -> None:
    changes, words = TABLES[name]
    table(tmp_path, **changes)
    refused(audit("data.csv", *OWN), *words)
    assert os.listdir(tmp_path) == ["data.csv"]


ARCHIVES = {
    "labels too short": ({"y": np.ones(5)}, ["'y' of shape (40,)", "(5,)"]),
    "forget too long": ({"forget": np.ones(41)}, ["'forget' of shape (40,)", "(41,)"]),
    "flat features": ({"X": np.ones(40)}, ["'X' of shape (n, d)", "(40,)"]),
    "objects": ({"y": np.array([None] * 40)}, ["array 'y'"]),
    "nan": ({"X": np.full((40, 2), np.nan)}, ["finite", "nan"]),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_bad_archives_are_answered_in_one_line(audit, tmp_path, name) -> None:
    changes, words = ARCHIVES[name]
    archive(tmp_path, **changes)
    refused(audit("data.npz"), *words)
    assert os.listdir(tmp_path) == ["data.npz"]


@pytest.mark.parametrize(("name", "word"), [("junk.csv", "UTF-8"), ("junk.npz", "junk.npz")])
def test_foreign_bytes_are_answered_in_one_line(audit, tmp_path, name, word) -> None:
    (tmp_path / name).write_bytes(b"\x89PNG\xff\xfe\x00 not a table")
    refused(audit(name), word)


@pytest.mark.parametrize("option", ["--method", "--loss", "--dataset"])
def test_unknown_audit_choices_are_refused(audit, option) -> None:
    refused(audit("data.csv", option, "nope"), option, "'nope'", "choose from", shape=False)


def test_the_interpreter_ends_with_status_2_and_no_traceback(tmp_path) -> None:
    done = child("audit", "none.csv", cwd=tmp_path)
    refused((done.returncode, done.stdout, done.stderr), "none.csv")
