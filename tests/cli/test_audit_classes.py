"""Audits of tables and bundled sets of more than two classes, from the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from logreg_unlearn.data.files import read_table
from logreg_unlearn.problem.adapters.affine import LinearModel
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.solve.optimum import minimise
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
    assert "directions carry 99 % of this deletion" in out and "not done" not in out
    assert "nothing, as it can run off along columns without a ridge" in out
    assert (tmp_path / MADE / "deletion.png").read_bytes().startswith(b"\x89PNG")
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
    refused(audit("--dataset", "iris", "--forget", "group", "--group", "y=rose"), "it has 'setosa'")


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
    assert [one["failed"] for one in record["requests"]["removals"]] == [""] * 8
    assert record["in_use"]["accuracy_held_out"] > 0.4


def test_labels_may_be_numbers_of_an_archive(audit, tmp_path) -> None:
    archive(tmp_path, y=np.arange(40) % 4 * 0.5)
    status, out, err = audit("data.npz")
    assert (status, err) == (0, "") and "labels: 4 classes, '0.0', '0.5', '1.0', '1.5'" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--loss", "exponential"), ["--loss logistic", "3 values", "softmax", "exponential"]),
    ],
)
def test_what_two_classes_alone_have_is_refused_in_one_line(
    audit, tmp_path, arguments, words
) -> None:
    classes(tmp_path)
    refused(audit(*OWN, *arguments), *words)
    assert not (tmp_path / "results").exists()


def given(folder: Path) -> tuple[Path, dict[str, dict[str, float]]]:
    """A model of scikit-learn on the columns of the table, and the table."""
    from sklearn.linear_model import LogisticRegression

    path = classes(folder)
    raw = read_table(path, "outcome", "to_forget", standardise=False, intercept=False)
    scaled = raw.features / [10.0, 1e4]
    model = LogisticRegression(C=5.0, tol=1e-8, max_iter=2000).fit(scaled, raw.given_labels)
    named = {
        str(label): {"income": row[1] / 1e4, "intercept": one, "age": row[0] / 10.0}
        for label, row, one in zip(
            model.classes_, model.coef_.tolist(), model.intercept_.tolist(), strict=True
        )
    }
    return path, named


def as_csv(named: dict[str, dict[str, float]]) -> str:
    stream = io.StringIO()
    rows = [(k, name, repr(v)) for k, weights in named.items() for name, v in weights.items()]
    csv.writer(stream).writerows([("class", "feature", "weight"), *rows[::-1]])
    return stream.getvalue()


@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_weights_in_use_of_classes_are_where_it_starts(audit, tmp_path, suffix) -> None:
    path, named = given(tmp_path)
    # a constant for each feature on all classes changes no prediction, and nothing here
    shift = {"income": 2e-4, "age": -0.3, "intercept": 7.0}
    moved = {k: {name: v + shift[name] for name, v in w.items()} for k, w in named.items()}
    for weights in (named, moved):
        text = json.dumps(weights) if suffix == "json" else as_csv(weights)
        (tmp_path / f"w.{suffix}").write_text(text)
        status, out, err = audit(
            *OWN, "--C", 2, "--method", "da", "--method", "npo", "--weights", f"w.{suffix}"
        )
        assert (status, err) == (0, "")
        assert "\nweights given, less their mean over the classes, which changes no" in out
        with (tmp_path / MADE / "weights.csv").open(newline="") as handle:
            rows = list(csv.DictReader(handle))
        means = {name: np.mean([w[name] for w in named.values()]) for name in shift}
        for row in rows:
            own = named[row["class"]][row["feature"]] - means[row["feature"]]
            assert float(row["in_use"]) == pytest.approx(own, rel=1e-6, abs=1e-9)
        record = strict((tmp_path / MADE / "audit.json").read_text())
        assert [one["method"] for one in record["methods"]] == ["da", "npo"]
        problem = SoftmaxProblem.from_data(read_table(path, "outcome", "to_forget"), C=2.0)
        models = [
            LinearModel(
                np.array([named[k]["age"], named[k]["income"]]), named[k]["intercept"],
                ("age", "income"),
            )
            for k in problem.label_values
        ]  # fmt: skip
        start = problem.centred(problem.from_user_scale(models))
        apart = np.linalg.norm(start - minimise(problem.oracle()).w)
        assert record["distance_original"] == pytest.approx(apart, rel=1e-6)
        low, high = record["weights_to_original"]
        assert low <= np.linalg.norm(start - minimise(problem.original()).w) + 1e-9
        assert 0 < low < high < 2 * low
        said = problem.features @ problem.class_weights(start).T
        right = np.array(problem.label_values)[said.argmax(axis=1)] == problem.labels
        assert record["in_use"]["accuracy_forget"] == np.mean(right[problem.forget])
        assert sorted(record["sha256"]) == ["data", "weights"]


def test_the_weights_of_an_audit_of_classes_are_read_again(audit, tmp_path) -> None:
    classes(tmp_path)
    assert audit(*OWN, "--C", 2, "--method", "da")[0] == 0
    (tmp_path / MADE / "weights.csv").replace(tmp_path / "w.csv")
    status, out, err = audit(*OWN, "--C", 2, "--method", "da", "--weights", "w.csv")
    assert (status, err) == (0, "") and "which changes no prediction: certified 0 to " in out


def test_labels_of_numbers_name_their_class_in_any_spelling(audit, tmp_path) -> None:
    classes(tmp_path, outcome=[str(i % 3) for i in range(60)])
    weights = {name: {"age": 0, "income": 0, "intercept": 0} for name in ("2.0", "0", "1.0")}
    (tmp_path / "w.json").write_text(json.dumps(weights))
    status, _, err = audit(*OWN, "--method", "da", "--weights", "w.json")
    assert (status, err) == (0, "")
    (tmp_path / "w.json").write_text(json.dumps(weights | {"1": weights["0"]}))
    refused(audit(*OWN, "--weights", "w.json"), "got two sets of '1'")


ONE = {"age": 1, "income": 1, "intercept": 0}


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ({"low": ONE}, ["each of the classes", "none of '<b>top & \"best\"</b>', 'middle, or so'"]),
        ({k: ONE for k in [*LABELS, "high"]}, ["some of the unknown 'high'"]),
        ({k: ONE for k in [*LABELS[:2], "high"]}, ["none of", "and some of the unknown 'high'"]),
        ({k: ONE for k in LABELS} | {"low": {"age": 1, "intercept": 0}},
         ["one weight for each feature", "none for 'income'", "(class 'low')"]),
        ({k: ONE | {"b": 1} for k in LABELS}, ["one for the unknown 'b'", "(class "]),
        ({k: ONE for k in LABELS} | {"low": {"age": 1, "income": 1}},
         ["a weight for 'intercept'", "(class 'low')"]),
        ({k: ONE | {"same": 2} for k in LABELS}, ["'same'", "constant", "(class "]),
        ({k: ONE for k in LABELS} | {"low": ONE | {"age": None}}, ["'age' of the class 'low'"]),
        ({k: ONE for k in LABELS} | {"low": ONE | {"age": 1e308}}, ["finite"]),
        (ONE, ["for each class, got '1' for 'age'"]),
    ],
)  # fmt: skip
def test_weights_that_do_not_fit_are_answered_in_one_line(audit, tmp_path, weights, words) -> None:
    classes(tmp_path, same=["7"] * 60)
    (tmp_path / "w.json").write_text(json.dumps(weights))
    refused(audit(*OWN, "--weights", "w.json"), *words)
    assert not (tmp_path / "results").exists()


def test_a_weight_of_0_on_a_constant_column_adds_nothing(audit, tmp_path) -> None:
    classes(tmp_path, same=["7"] * 60)
    (tmp_path / "w.json").write_text(json.dumps({k: ONE | {"same": 0} for k in LABELS}))
    assert audit(*OWN, "--method", "da", "--weights", "w.json")[0] == 0


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
    # as known from the original alone; 20,000 steps end at 193
    assert record["predicted"]["ratio"] == pytest.approx(193, rel=0.1)
    assert len(record["spectrum"]["shares"]) == 180
    # its 45 products make a Newton step as dear as the solver's whole way
    costs = {one["method"]: one["cost_in_retrainings"] for one in record["removals"]}
    assert costs["newton-2"] == pytest.approx(2 * costs["newton"]) and costs["newton"] > 0.5


def test_weights_without_a_model_are_the_whole_length_away(audit, tmp_path) -> None:
    """Equal weights of all classes are 0 less their mean: the share is 100 %, not its rounding."""
    classes(tmp_path)
    equal = {"age": 0.1, "income": 0.2, "intercept": 0.3}
    (tmp_path / "w.json").write_text(json.dumps(dict.fromkeys(LABELS, equal)))
    _, out, _ = audit(*OWN, "--weights", "w.json", "--method", "finetune")
    assert "from the original optimum (100 % of its length): were they trained" in out
