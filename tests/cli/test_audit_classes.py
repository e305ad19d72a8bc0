"""Audits of tables and bundled sets of more than two classes, from the command line."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from logreg_unlearn.data.files import read_table
from tests.cli.running import archive, refused, strict, table

LABELS = ["low", "middle, or so", '<b>top & "best"</b>']
MADE = Path("results") / "audit"


def classes(folder: Path, count: int = 3, **changes) -> Path:
    """The table of `running`, its labels of three values that follow the features."""
    rng = np.random.default_rng(9)
    age = rng.normal(size=60)
    level = np.digitize(age + 0.7 * rng.normal(size=60), [-0.5, 0.5])
    named = {"age": [f"{50 + 10 * v:.4f}" for v in age], "outcome": [LABELS[k] for k in level]}
    return table(folder, **(named | changes))


OWN = ("data.csv", "--label", "outcome", "--forget", "to_forget")


def test_a_table_of_three_labels_is_audited_to_person_and_machine(audit, tmp_path) -> None:
    classes(tmp_path)
    status, out, err = audit(*OWN, "--C", 2)
    assert (status, err) == (0, "")
    assert "softmax loss, ridge 0.5, sum convention, free intercept" in out
    assert "labels: 3 classes, '<b>top & \"best\"</b>', 'low', 'middle, or so'" in out
    assert "not done: rescaled-influence, projective, subspace-oracle" in out
    record = strict((tmp_path / MADE / "audit.json").read_text())
    assert record["data"]["labels"] == {"0": LABELS[2], "1": "low", "2": LABELS[1]}
    assert record["loss"] == "softmax"
    page = (tmp_path / MADE / "audit.html").read_text()
    assert "<b>" not in page and "&lt;b&gt;top &amp; " in page


def test_weights_are_those_of_scikit_learn_by_class_and_feature(audit, tmp_path) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    classes(tmp_path)
    assert audit(*OWN, "--C", 2)[0] == 0
    with (tmp_path / MADE / "weights.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    raw = read_table(
        tmp_path / "data.csv", "outcome", "to_forget", standardise=False, intercept=False
    )
    scaler = StandardScaler().fit(raw.features)
    said = raw.given_labels.astype(str)
    for name, kept in (("in_use", slice(None)), ("retrain", ~raw.forget)):
        model = LogisticRegression(C=2.0, tol=1e-10, max_iter=1000)
        model.fit(scaler.transform(raw.features[kept]), said[kept])
        found = {(row["class"], row["feature"]): float(row[name]) for row in rows}
        logits = [
            raw.features @ [found[k, "age"], found[k, "income"]] + found[k, "intercept"]
            for k in model.classes_
        ]
        expected = model.decision_function(scaler.transform(raw.features)).T
        assert np.array(logits) == pytest.approx(
            expected - expected.mean(axis=0), rel=1e-4, abs=1e-5
        )
    assert len(rows) == 3 * 3


def test_a_whole_class_is_a_group_of_the_label_or_the_most_frequent(audit, tmp_path) -> None:
    classes(tmp_path)
    data = read_table(tmp_path / "data.csv", "outcome", "to_forget")
    low = int(np.sum(data.given_labels == "low"))
    status, out, err = audit(
        "data.csv", "--label", "outcome", "--drop", "to_forget", "--forget", "group",
        "--group", "outcome=low",
    )  # fmt: skip
    assert (status, err) == (0, "") and f"forget {low} (" in out
    whole = ("data.csv", "--label", "outcome", "--drop", "to_forget", "--forget", "whole_class")
    most = int(np.bincount(data.classes).max())
    assert f"forget {most} (" in audit(*whole)[1]
    refused(audit(*whole, "--C", 1), "the retained rows lack the class", shape=False)
    status, out, _ = audit("--dataset", "iris", "--forget", "group", "--group", "y=virginica")
    assert status == 0 and "forget 50 (33.3 %)" in out
    refused(audit("--dataset", "iris", "--forget", "group", "--group", "y=rose"), "got 0")


@pytest.mark.parametrize("kind", ["nearest", "easiest", "hardest", "influence_pc1", "worst"])
def test_every_kind_chooses_rows_of_classes(audit, tmp_path, kind) -> None:
    status, out, err = audit("--dataset", "wine", "--forget", kind, "--method", "ga")
    assert (status, err) == (0, "") and "forget 18 (" in out


def test_labels_that_are_made_wrong_are_said_and_only_of_bundled_data(audit, tmp_path) -> None:
    status, out, _ = audit("--dataset", "iris", "--forget", "mislabelled", "--json")
    record = strict(out)
    note = "the labels of the 15 rows to forget were made wrong, at random"
    assert status == 0 and note in record["data"]["notes"]
    # the oracle is trained on right labels alone: of the forgotten ones it gets few
    assert record["retrained"]["accuracy_forget"] < 0.2 < record["retrained"]["accuracy_retain"]
    classes(tmp_path)
    refused(
        audit("data.csv", "--label", "outcome", "--drop", "to_forget", "--forget", "mislabelled"),
        "a bundled data set", "got a file",
    )  # fmt: skip


def test_requests_and_held_out_rows_of_classes(audit, tmp_path) -> None:
    classes(tmp_path, to_forget=[str(i // 4 if i < 12 else "") for i in range(60)])
    classes(tmp_path, name="test.csv", extra=["1"] * 60)
    status, out, err = audit(
        "data.csv", "--label", "outcome", "--requests", "to_forget", "--test", "test.csv"
    )
    assert (status, err) == (0, "") and "held out" in out
    record = strict((tmp_path / MADE / "audit.json").read_text())
    assert len(record["requests"]["rows"]) == 2
    assert [one["failed"] for one in record["requests"]["removals"]] == [""] * 5
    assert record["in_use"]["accuracy_held_out"] > 0.4


def test_labels_may_be_numbers_of_an_archive(audit, tmp_path) -> None:
    archive(tmp_path, y=np.arange(40) % 4 * 0.5)
    status, out, err = audit("data.npz")
    assert (status, err) == (0, "") and "labels: 4 classes, '0.0', '0.5', '1.0', '1.5'" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--loss", "exponential"), ["--loss logistic", "3 values", "softmax", "exponential"]),
        (("--weights", "w.json"), ["--weights with labels of two values", "got 3"]),
    ],
)
def test_what_two_classes_alone_have_is_refused_in_one_line(
    audit, tmp_path, arguments, words
) -> None:
    classes(tmp_path)
    (tmp_path / "w.json").write_text("{}")
    refused(audit(*OWN, *arguments), *words)
    assert not (tmp_path / "results").exists()


def test_digits_are_audited_to_the_end(audit, tmp_path) -> None:
    status, out, err = audit("--dataset", "digits", "--forget", "random", "--steps", 30)
    assert (status, err) == (0, "")
    record = strict((tmp_path / MADE / "audit.json").read_text())
    assert record["data"]["labels"] == {str(k): str(k) for k in range(10)}
    assert record["oracle"]["status"] == "CONVERGED" and record["oracle"]["radius"] < 1e-7
    assert record["what_to_do"]["method"] == "retrain"
    ratios = {one["method"]: one["ratio_final"] for one in record["removals"]}
    assert ratios["newton-3"] < 1e-3 * ratios["newton"] < 1e-3
    assert "labels: 10 classes, '0', '1'," in out
    # its 45 products make a Newton step as dear as the solver's whole way
    costs = {one["method"]: one["cost_in_retrainings"] for one in record["removals"]}
    assert costs["newton-2"] == pytest.approx(2 * costs["newton"]) and costs["newton"] > 0.5
