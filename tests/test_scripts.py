"""The scripts as a person meets them: files, text, JSON, and one line for every mistake."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import _common

import audit as audit_script
import claims_table
import numpy as np
import pytest
import sweep_correlation

from logreg_unlearn.data.forget_sets import KINDS
from logreg_unlearn.sweep.grid import Grid

SCRIPTS = Path(audit_script.__file__).parent
MAINS = {"audit.py": audit_script.main, "sweep_correlation.py": sweep_correlation.main}
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def run(monkeypatch, capsys):
    """Return a function that runs a script in this process: status, stdout, stderr."""

    def call(script: str, *arguments) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", [script, *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            _common.entry(MAINS[script])
        captured = capsys.readouterr()
        return ended.value.code, captured.out, captured.err

    return call


@pytest.fixture
def audit(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: run("audit.py", "--steps", 300, *arguments)


@pytest.fixture
def sweep(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: run("sweep_correlation.py", "--workers", 1, *arguments)


def child(script: str, *arguments, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPTS / script), *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def table(folder: Path, name: str = "data.csv", labels=("healthy", "ill"), **changes) -> Path:
    """Write a CSV of 60 rows with text labels and a yes/no forget column."""
    rng = np.random.default_rng(4)
    features = rng.normal(size=(60, 2))
    positive = features[:, 0] + rng.normal(size=60) > 0
    columns = {
        "age": [f"{50 + 10 * v:.4f}" for v in features[:, 0]],
        "income": [f"{4e4 + 1e4 * v:.1f}" for v in features[:, 1]],
        "outcome": [labels[int(v)] for v in positive],
        "to_forget": ["yes" if i % 9 == 0 else "no" for i in range(60)],
    } | changes
    with (folder / name).open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return folder / name


def archive(folder: Path, **changes) -> Path:
    rng = np.random.default_rng(4)
    arrays = {
        "X": rng.normal(size=(40, 3)),
        "y": np.where(rng.random(40) < 0.5, -1, 1),
        "forget": np.arange(40) < 5,
    } | changes
    np.savez(folder / "data.npz", **arrays)
    return folder / "data.npz"


OWN = ("--label", "outcome", "--forget", "to_forget")


def rows_in(folder: Path) -> list[dict[str, str]]:
    with (folder / "cases.csv").open(newline="") as handle:
        return list(csv.DictReader(handle))


def strict(text: str):
    """Parse JSON without the tokens that JSON does not have."""

    def refuse(token: str):
        raise AssertionError(f"{token} is not JSON")

    return json.loads(text, parse_constant=refuse)


def refused(answer: tuple[int, str, str], *words: str, shape: bool = True) -> None:
    """Check the answer to bad input: status 2, one line, what was expected and what came."""
    status, out, err = answer
    assert status == 2 and out == ""
    assert err.endswith("\n") and err.count("\n") == 1 and "Traceback" not in err
    assert re.match(r"(audit|sweep_correlation)\.py: ", err)
    if shape:
        assert re.search(r"expected .*, got ", err), err
    for word in words:
        assert word in err, err


# --- the sweep -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """One quick run of everything through the interpreter: process, folder."""
    folder = tmp_path_factory.mktemp("sweep")
    done = child(
        "sweep_correlation.py", "--quick", "--seeds", 1, "--steps", 300, "--seed", 3, "--out",
        "made/here", cwd=folder,
    )  # fmt: skip
    return done, folder / "made" / "here"


def test_a_quick_run_writes_every_file(quick) -> None:
    done, folder = quick
    assert done.returncode == 0, done.stderr
    stems = ("blocks", "two-directions", "gaussian", "real")
    figures = [f"{stem}.{kind}" for stem in stems for kind in ("png", "svg")]
    assert sorted(os.listdir(folder)) == sorted(["cases.csv", "manifest.json", *figures])
    for stem in stems:
        image = (folder / f"{stem}.png").read_bytes()
        assert image.startswith(PNG) and len(image) > 10_000
        assert (folder / f"{stem}.svg").read_text().rstrip().endswith("</svg>")


def test_manifest_and_headline_agree_with_the_cases(quick) -> None:
    done, folder = quick
    rows = rows_in(folder)
    manifest = strict((folder / "manifest.json").read_text())
    assert manifest["seed"] == 3 and manifest["cases"] == len(rows)
    assert manifest["command"][1:] == [
        "--quick", "--seeds", "1", "--steps", "300", "--seed", "3", "--out", "made/here",
    ]  # fmt: skip
    assert manifest["grid"]["seeds"] == 1 and manifest["grid"]["steps"] == 300
    assert {"python", "numpy", "scipy", "scikit-learn"} <= set(manifest["versions"])
    farther = sum(row["verdict"] in ("HARMED", "DIVERGED") for row in rows)
    diverged = sum(row["verdict"] == "DIVERGED" for row in rows)
    assert f"\n{manifest['headline']}\n" in done.stdout
    assert manifest["headline"].startswith(f"{farther} of {len(rows)} cases (")
    assert f"{diverged} of them by diverging" in manifest["headline"]
    finite = [float(row["ratio_final"]) for row in rows if row["ratio_final"] != "inf"]
    (worst,) = re.findall(r"ended ([\d.,e+]+)x as far", manifest["headline"])
    assert float(worst.replace(",", "")) == pytest.approx(max(finite), rel=5e-3)


def test_the_table_names_every_model_and_what_its_marks_mean(quick) -> None:
    done, _ = quick
    for word in ("logistic loss", "exponential loss", "two-directions", "correlation +1.00",
                 "anes96", "influence_pc2", "best*", "farther", "diverged"):  # fmt: skip
        assert word in done.stdout
    assert "* closest to the oracle" in done.stdout and "inf: it diverged" in done.stdout
    assert "nan" not in done.stdout and "…" not in done.stdout


def test_progress_is_plain_lines_in_a_log(quick) -> None:
    done, folder = quick
    lines = done.stderr.splitlines()
    total = strict((folder / "manifest.json").read_text())["cases"]
    counts = [int(re.fullmatch(rf"cases: (\d+)/{total}", line)[1]) for line in lines]
    assert counts == sorted(counts) and counts[-1] == total and 1 < len(counts) <= 10


def test_one_worker_writes_the_same_bytes_as_two(quick, sweep, tmp_path) -> None:
    _, folder = quick
    status, _, _ = sweep(
        "--quick", "--seeds", 1, "--steps", 300, "--seed", 3, "--out", "again", "--model", "real",
        "--dataset", "anes96",
    )  # fmt: skip
    assert status == 0
    whole = (folder / "cases.csv").read_text().splitlines()
    part = [r for r in whole if r.startswith(("model,", "real,anes96,"))]
    assert (tmp_path / "again" / "cases.csv").read_text().splitlines() == part
    assert len(part) == 1 + 2 * len(KINDS)


def test_lists_on_the_command_line_win_over_quick(sweep, tmp_path) -> None:
    status, out, _ = sweep(
        "--quick", "--model", "gaussian", "--correlations=-1:1:3", "--fractions", "0.2,0.4",
        "--ridges", "2", "--seeds", 1, "--loss", "logistic", "--method", "da", "--method",
        "neggrad+", "--steps", 20,
    )  # fmt: skip
    assert status == 0
    rows = rows_in(tmp_path / "results" / "sweep_correlation")
    assert len(rows) == 2 * 3 * 2
    assert {float(row["correlation"]) for row in rows} == {-1.0, 0.0, 1.0}
    assert {row["method"] for row in rows} == {"da", "neggrad+"}
    assert {row["forget_fraction"] for row in rows} == {"0.2", "0.4"}
    assert "gaussian_da.png, gaussian_neggrad+.png" in out


def test_the_table_keeps_methods_apart(sweep) -> None:
    arguments = ("--model", "gaussian", "--correlations", 0, "--fractions", 0.2, "--ridges", 1,
                 "--seeds", 1, "--loss", "logistic", "--steps", 50)  # fmt: skip
    _, out, _ = sweep(*arguments, "--method", "da", "--method", "ascent-finetune")
    shown = out.split("* closest")[0]  # the tables, without the names of the figures below them
    assert "ascent-finetune" in shown


def test_more_ridges_than_colours_run(sweep) -> None:
    status, _, err = sweep(
        "--model", "blocks", "--lifts", 0.5, "--fractions", 0.2, "--ridges", "1:9:9", "--loss",
        "logistic", "--steps", 5,
    )  # fmt: skip
    assert status == 0, err


def test_the_default_lifts_run_with_every_method(sweep) -> None:
    status, _, err = sweep(
        "--quick", "--model", "blocks", "--method", "ga", "--steps", 5, "--ridges", 1,
        "--fractions", 0.2, "--loss", "logistic",
    )  # fmt: skip
    assert status == 0, err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--lifts", "11"], ["lifts in [0, 10]", "got 11"]),
        (["--correlations", "2"], ["correlations in [-1, 1]", "got 2"]),
        (["--alphas", "1.5"], ["alphas in [0, 1]"]),
        (["--ridges", "0"], ["ridges in (0, inf)"]),
        (["--direction-ridges", "0"], ["ridge"]),
        (["--real-ridges=-1"], ["ridges in (0, inf)"]),
        (["--fractions", "0"], ["fractions in (0, 1)"]),
        (["--real-fractions", "1"], ["fractions in (0, 1)"]),
        (["--fractions", "1.5"], ["fraction", "1.5"]),
        (["--lifts", "1,,2"], ["0,0.5,1 or start:stop:count", "'1,,2'"]),
        (["--lifts", "0:1"], ["start:stop:count", "'0:1'"]),
        (["--epsilons", "nan"], ["finite numbers"]),
        (["--seeds", "0"], ["seeds >= 1"]),
        (["--steps", "0"], ["steps >= 1"]),
        (["--workers", "0"], ["--workers >= 1"]),
        (["--seed", "-1"], ["seed"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_bad_sweeps_are_refused_before_a_folder_is_made(sweep, tmp_path, arguments, words) -> None:
    refused(sweep("--quick", "--steps", 1, *arguments), *words)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("option", ["--method", "--loss", "--model", "--dataset", "--forget"])
def test_unknown_names_are_refused_with_the_known_ones(sweep, tmp_path, option) -> None:
    refused(sweep(option, "nope"), option, "'nope'", "choose from", shape=False)
    assert os.listdir(tmp_path) == []


def test_an_unwritable_folder_is_refused(sweep, tmp_path) -> None:
    (tmp_path / "file").write_text("mine")
    refused(sweep("--quick", "--out", "file/results"), "writable folder", "file/results")
    assert (tmp_path / "file").read_text() == "mine" and os.listdir(tmp_path) == ["file"]


def test_the_table_fits_a_terminal_of_80_columns(monkeypatch, capsys, quick) -> None:
    from logreg_unlearn.sweep.case import Row
    from logreg_unlearn.sweep.summary import summarise

    _, folder = quick
    number = {"float": float, "int": int, "str": str}
    kinds = {name: number[kind] for name, kind in Row.__annotations__.items()}
    rows = [
        Row(**{name: kinds[name](value) for name, value in cells.items()})
        for cells in rows_in(folder)
    ]
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    sweep_correlation.table(summarise(rows), "logistic")
    text = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text


# --- the audit -------------------------------------------------------------------------------


def test_own_csv_with_text_labels(audit, tmp_path) -> None:
    table(tmp_path)
    status, out, err = audit("data.csv", *OWN, "--out", "made")
    assert (status, err) == (0, "")
    assert "60 rows, 3 columns, forget 7 (11.7 %); logistic loss, ridge 0.01" in out
    assert "labels: 'healthy' is -1, 'ill' is +1" in out
    assert sorted(os.listdir(tmp_path / "made")) == ["audit.json", "audit.png", "audit.svg"]
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
    rows = {line.split("│")[1].strip(): line for line in text.splitlines() if line[:1] == "│"}
    assert len(record["methods"]) == 5
    for method in record["methods"]:
        cells = [cell.strip() for cell in rows[method["method"]].split("│")[1:-1]]
        final = "inf" if method["ratio_final"] is None else f"{method['ratio_final']:.3g}"
        assert cells[1:] == [
            final, f"{method['ratio_best_stop_peeking']:.3g}", str(method["best_step"]),
            method["status"], method["verdict"],
        ]  # fmt: skip
        assert (method["verdict"] == "DIVERGED") == (method["ratio_final"] is None)
    assert any(m["ratio_final"] is None for m in record["methods"])
    assert f"{record['newton_step_ratio']:.3g}" in rows["Newton step"]


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
    assert "infx" not in out and "nan" not in out and "e+" not in out


def test_labels_and_names_are_printed_as_they_are(audit, tmp_path) -> None:
    table(tmp_path, "[b]data.csv", labels=("[b]low", "[/b]high"))
    status, out, err = audit("[b]data.csv", *OWN)
    assert (status, err) == (0, "")
    assert out.startswith("[b]data: 60 rows") and "'[b]low' is" in out and "'[/b]high' is" in out


def test_the_audit_fits_a_terminal_of_80_columns(audit, tmp_path, monkeypatch) -> None:
    table(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = audit("data.csv", *OWN)
    boxed = [line for line in out.splitlines() if line and line[0] in "┏┃┡│├└"]
    assert len(boxed) > 8 and len({len(line) for line in boxed}) == 1
    assert len(boxed[0]) <= 80 and "…" not in out


MISTAKES = {
    "no file": (["none.csv"], ["readable .csv file", "none.csv"]),
    "no column": (["data.csv", "--label", "nope"], ["column 'nope'", "'outcome'"]),
    "no forget column": (["data.csv", "--label", "outcome"], ["--forget", *KINDS]),
    "wrong forget column": ([*"data.csv --label outcome --forget age".split()], ["0/1", "'age'"]),
    "neither": ([], ["a file or --dataset", "neither"]),
    "both": (["data.csv", "--dataset", "anes96"], ["a file or --dataset", "both"]),
    "dataset without forget": (["--dataset", "wine_0v1"], ["--forget", "nothing"]),
    "dataset, unknown kind": (["--dataset", "wine_0v1", "--forget", "x"], ["--forget", "'x'"]),
    "fraction 0": ("--dataset wine_0v1 --forget random --fraction 0".split(), ["(0, 1)", "0.0"]),
    "fraction 1": ("--dataset wine_0v1 --forget random --fraction 1".split(), ["(0, 1)", "1.0"]),
    "ridge 0": (["data.csv", *OWN, "--ridge", "0"], ["ridge > 0", "0.0"]),
    "ridge < 0": (["data.csv", *OWN, "--ridge=-1"], ["ridge > 0", "-1.0"]),
    "ridge nan": (["data.csv", *OWN, "--ridge", "nan"], ["ridge > 0", "nan"]),
    "steps 0": (["data.csv", *OWN, "--steps", "0"], ["steps >= 1", "got 0"]),
    "seed < 0": ("--dataset wine_0v1 --forget random --seed=-1".split(), ["seed", "-1"]),
    "format": (["data.xlsx"], [".csv", "or .npz", "data.xlsx"]),
    "folder": (["data.csv", *OWN, "--out", "data.csv/x"], ["writable folder"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_answered_in_one_line(audit, tmp_path, mistake) -> None:
    table(tmp_path, to_forget=["1", "0"] * 30)
    arguments, words = MISTAKES[mistake]
    refused(audit(*arguments), *words)
    assert os.listdir(tmp_path) == ["data.csv"]


TABLES = {
    "three labels": ({"outcome": ["a", "b", "c"] * 20}, ["two values", "3: 'a', 'b', 'c'"]),
    "one label": ({"outcome": ["a"] * 60}, ["two values", "1: 'a'"]),
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


@pytest.mark.parametrize("name", ["junk.csv", "junk.npz"])
def test_foreign_bytes_are_answered_in_one_line(audit, tmp_path, name) -> None:
    (tmp_path / name).write_bytes(b"\x89PNG\xff\xfe\x00 not a table")
    refused(audit(name), name)


@pytest.mark.parametrize("option", ["--method", "--loss", "--dataset"])
def test_unknown_audit_choices_are_refused(audit, option) -> None:
    refused(audit("data.csv", option, "nope"), option, "'nope'", "choose from", shape=False)


def test_the_interpreter_ends_with_status_2_and_no_traceback(tmp_path) -> None:
    done = child("audit.py", "none.csv", cwd=tmp_path)
    refused((done.returncode, done.stdout, done.stderr), "none.csv")


# --- what the scripts share ------------------------------------------------------------------


@pytest.mark.parametrize("script", sorted(MAINS))
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
    _, out, _ = run("sweep_correlation.py", "--help")
    grid = Grid()
    entries = dict(re.findall(r"^  --([a-z-]+) \S*\s+(.*(?:\n {10,}.*)*)", out, flags=re.M))
    for option in sweep_correlation.VALUES:
        values = getattr(grid, option.replace("-", "_"))
        shown = f"{values[0]:g}"
        assert re.search(rf"default: .*{re.escape(shown)}", entries[option]), option
    assert "default: 10" in entries["seeds"] and "default: 20000" in entries["steps"]


def test_help_of_the_audit_names_the_default_loss_and_methods(run, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    _, out, _ = run("audit.py", "--help")
    assert "default: logistic" in out
    assert "ascent-finetune)" in out.replace("}", ")").split("default", 1)[1]


def test_help_of_the_claims_table(capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        claims_table.main(["--help"])
    assert ended.value.code == 0 and "--check" in capsys.readouterr().out


def test_progress_lines_are_few_and_end_at_the_total(capsys, monkeypatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    with _common.progress(1000, "cases") as report:
        for _ in range(1000):
            report(1)
    assert capsys.readouterr().err.splitlines() == [f"cases: {k}00/1000" for k in range(1, 11)]
    with _common.progress(3, "cases") as report:
        report(3)
    assert capsys.readouterr().err == "cases: 3/3\n"
    with _common.progress(0, "cases"):
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
        _common.entry(main)
    err = capsys.readouterr().err
    assert ended.value.code == status and err.startswith(text) and err.count("\n") == 1


def test_entry_does_not_hide_a_programming_error(monkeypatch) -> None:
    def main() -> int:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        _common.entry(main)
