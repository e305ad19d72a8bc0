"""How an audit reads a table, and which refit it compares with."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from logreg_unlearn.cli.audit_files import NAMES
from logreg_unlearn.data.files import read_table
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from tests.cli.running import OWN, archive, refused, strict, table

ONE = ("--method", "da", "--json")


def rewritten(folder: Path, name: str, sep: str, decimal: str = ".") -> Path:
    """Write the table again in another dialect."""
    with (folder / "data.csv").open(newline="") as handle:
        rows = [[cell.replace(".", decimal) for cell in row] for row in csv.reader(handle)]
    with (folder / name).open("w", newline="") as handle:
        csv.writer(handle, delimiter=sep).writerows(rows)
    return folder / name


# --- the table -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sep", "decimal", "options"),
    [
        ("data.tsv", "\t", ".", ()),
        ("semi.csv", ";", ".", ("--sep", ";")),
        ("semi.txt", ";", ",", ("--sep", ";", "--decimal", ",")),
        ("tab.txt", "\t", ".", ("--sep", "\\t")),
    ],
)
def test_any_dialect_that_is_named_gives_the_same_audit(
    audit, tmp_path, name, sep, decimal, options
) -> None:
    table(tmp_path)
    rewritten(tmp_path, name, sep, decimal)
    want = strict(audit("data.csv", *OWN, *ONE)[1])
    status, out, err = audit(name, *OWN, *ONE, *options)
    assert (status, err) == (0, "")
    got = strict(out)
    assert got["distance_original"] == want["distance_original"]
    assert got["methods"] == want["methods"]


def test_features_and_doubts_are_said_to_person_and_machine(audit, tmp_path) -> None:
    table(tmp_path, **{"": [str(i) for i in range(60)]})
    _, out, _ = audit("data.csv", *OWN)
    assert "\nfeatures: age, income, column 5, intercept\n" in out
    assert "\nnote: the feature 'column 5' has no name in the file" in out
    record = strict((tmp_path / "results" / "audit" / "audit.json").read_text())
    assert record["data"]["features"] == ["age", "income", "column 5", "intercept"]
    assert len(record["data"]["notes"]) == 1
    assert record["files"] == list(NAMES)
    _, out, _ = audit("data.csv", *OWN, "--drop", "column 5")
    assert "features: age, income, intercept\n" in out and "note:" not in out


def test_many_features_are_counted_beyond_a_dozen(audit, tmp_path) -> None:
    archive(tmp_path, X=np.random.default_rng(0).normal(size=(40, 20)))
    _, out, _ = audit("data.npz", "--method", "da")
    assert "features: x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11 and 9 more\n" in out


def test_a_column_named_like_a_kind_wins_and_is_said(audit, tmp_path) -> None:
    table(tmp_path, random=["1", *["0"] * 59])
    arguments = ("data.csv", "--label", "outcome", "--drop", "to_forget", "--forget", "random")
    record = strict(audit(*arguments, *ONE)[1])
    assert record["data"]["forget"] == 1
    assert any("'random'" in note for note in record["data"]["notes"])
    record = strict(audit(*arguments, "--drop", "random", *ONE)[1])
    assert record["data"]["forget"] == 6 and record["data"]["notes"] == []
    assert record["data"]["features"] == ["age", "income", "intercept"]


@pytest.mark.parametrize(
    "option", [["--sep", ";"], ["--decimal", ","], ["--drop", "x"], ["--raw"], ["--label", "y"]]
)
def test_options_for_files_are_refused_with_bundled_data(audit, tmp_path, option) -> None:
    refused(
        audit("--dataset", "wine_0v1", "--forget", "random", *option),
        option[0],
        "file",
        shape=False,
    )
    assert os.listdir(tmp_path) == []


# --- the refit -------------------------------------------------------------------------------


def test_c_is_the_refit_of_scikit_learn(audit, tmp_path) -> None:
    from sklearn.linear_model import LogisticRegression

    table(tmp_path)
    record = strict(audit("data.csv", *OWN, "--C", 0.7, *ONE)[1])
    assert record["refit"]["convention"] == "sum" and record["ridge"] == pytest.approx(1 / 0.7)
    assert record["refit"]["unpenalised"] == ["intercept"]
    data = read_table(tmp_path / "data.csv", "outcome", "to_forget", intercept=False)
    keep = ~data.forget
    weights = []
    for rows in (np.ones(60, dtype=bool), keep):
        model = LogisticRegression(C=0.7, tol=1e-10, max_iter=1000)
        model.fit(data.features[rows], data.labels[rows])
        weights.append(np.append(model.coef_, model.intercept_))
    apart = np.linalg.norm(weights[0] - weights[1])
    assert record["distance_original"] == pytest.approx(apart, rel=1e-5)


def test_normalisation_chooses_what_the_ridge_means(audit, tmp_path) -> None:
    table(tmp_path)
    data = read_table(tmp_path / "data.csv", "outcome", "to_forget")
    for normalisation in ("mean", "sum"):
        problem = UnlearningProblem(
            data.features, data.labels, data.forget, ridge=0.3, normalisation=normalisation
        )
        apart = np.linalg.norm(minimise(problem.original()).w - minimise(problem.oracle()).w)
        _, out, _ = audit("data.csv", *OWN, "--ridge", 0.3, "--normalisation", normalisation, *ONE)
        assert strict(out)["distance_original"] == pytest.approx(apart, rel=1e-8)
        _, out, _ = audit("data.csv", *OWN, "--ridge", 0.3, "--normalisation", normalisation)
        assert ("sum convention" in out) == (normalisation == "sum")


@pytest.mark.parametrize("option", [["--unpenalised-intercept"], ["--C", "2"]])
def test_the_appended_intercept_is_freed_not_a_feature_of_that_name(
    audit, tmp_path, option
) -> None:
    rng = np.random.default_rng(0)
    table(tmp_path, intercept=[f"{value:.3f}" for value in rng.normal(size=60)])
    record = strict(audit("data.csv", *OWN, *option, *ONE)[1])
    assert record["refit"]["unpenalised"] == ["intercept (appended)"]


@pytest.mark.parametrize("kind", ["easiest", "hardest"])
def test_margins_are_those_of_the_model_that_is_audited(audit, tmp_path, kind) -> None:
    # eight rows far out, the others of the other label: under a strong ridge w is small, so a free
    # intercept decides every margin, while a penalised one decides none
    labels = np.where(np.arange(40) < 32, 1.0, -1.0)
    far = 10.0 + np.arange(40) / 100
    archive(tmp_path, X=(labels * np.where(labels < 0, far, 1.0 / far))[:, None], y=labels)
    arguments = ("data.npz", "--raw", "--forget", kind, "--ridge", 50, *ONE)
    chosen = [
        strict(audit(*arguments, *option)[1])["dependence"]["cosine_mean_signed_rows"]
        for option in ([], ["--unpenalised-intercept"])
    ]
    assert abs(chosen[0] - chosen[1]) > 0.01


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--C", "0"], ["--C > 0", "0.0"]),
        (["--C", "nan"], ["--C > 0", "nan"]),
        (["--C", "1", "--normalisation", "mean"], ["sum", "mean"]),
        (["--decimal", ";"], ["decimal", "';'"]),
        (["--sep", ""], ["sep"]),
        (["--drop", "nope"], ["'nope'"]),
    ],
)
def test_mistakes_are_answered_in_one_line(audit, tmp_path, options, words) -> None:
    table(tmp_path)
    refused(audit("data.csv", *OWN, *options), *words)
    assert os.listdir(tmp_path) == ["data.csv"]


def test_ridge_and_c_are_two_names_of_one_thing(audit, tmp_path) -> None:
    table(tmp_path)
    refused(audit("data.csv", *OWN, "--C", 1, "--ridge", 1), "--C", "--ridge", shape=False)


@pytest.mark.parametrize(
    ("name", "words"),
    [("dda", ["did you mean da?"]), ("no_such:thing", ["module 'no_such'"]), ("a:b:c", ["a:b:c"])],
)
def test_unknown_methods_are_answered_in_one_line(audit, tmp_path, name, words) -> None:
    table(tmp_path)
    refused(audit("data.csv", *OWN, "--method", name), *words, shape=False)
