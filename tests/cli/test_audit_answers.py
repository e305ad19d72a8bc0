"""What an audit is told besides the data, and what it hands on."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from logreg_unlearn.assess.words import times
from logreg_unlearn.cli.audit_files import NAMES, OF_REQUESTS
from logreg_unlearn.data.files import read_table
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from tests.cli.running import OWN, PNG, archive, refused, strict, table

ONE = ("--method", "da")
MADE = Path("results") / "audit"


def requests() -> list[str]:
    return [str(1 + i // 14) if i % 7 == 0 else "" for i in range(60)]


def numbers(text: str) -> dict[str, dict[str, float]]:
    """Read weights.csv: columns by name, each from feature to weight."""
    rows = list(csv.DictReader(text.splitlines()))
    names = [name for name in rows[0] if name != "feature"]
    return {name: {row["feature"]: float(row[name]) for row in rows} for name in names}


# --- weights in, weights out ------------------------------------------------------------------


def test_written_weights_are_models_on_the_scale_of_the_file(audit, tmp_path) -> None:
    """Against scikit-learn on the retained rows of the raw columns' own scale."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    table(tmp_path)
    status, out, err = audit("data.csv", *OWN, *ONE, "--C", 2)
    assert (status, err) == (0, "") and "weights.csv: the weights in_use, retrain" in out
    found = numbers((tmp_path / MADE / "weights.csv").read_text())
    raw = read_table(
        tmp_path / "data.csv", "outcome", "to_forget", standardise=False, intercept=False
    )
    scaler = StandardScaler().fit(raw.features)  # preprocessing stays as it was on all rows
    for name, rows in (("in_use", slice(None)), ("retrain", ~raw.forget)):
        last = LogisticRegression(C=2.0, tol=1e-10, max_iter=1000)
        last.fit(scaler.transform(raw.features[rows]), raw.labels[rows])
        said = make_pipeline(scaler, last).decision_function(raw.features)
        w = found[name]
        mine = raw.features @ [w["age"], w["income"]] + w["intercept"]
        assert mine == pytest.approx(said, rel=1e-5, abs=1e-5)
    record = strict((tmp_path / MADE / "audit.json").read_text())
    instead = record["what_to_do"]["instead"]
    assert list(found) == ["in_use", "retrain", *([instead] if instead else [])]


@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_weights_that_are_given_are_where_it_starts(audit, tmp_path, suffix) -> None:
    table(tmp_path)
    given = {"income": 3e-5, "intercept": -4.0, "age": 0.05}
    if suffix == "json":
        (tmp_path / "w.json").write_text(json.dumps(given))
    else:
        rows = "".join(f"{name},{value!r}\n" for name, value in given.items())
        (tmp_path / "w.csv").write_text("feature,weight\n" + rows)
    status, out, err = audit("data.csv", *OWN, *ONE, "--C", 1, "--weights", f"w.{suffix}")
    assert (status, err) == (0, "") and "\nweights given: certified " in out
    found = numbers((tmp_path / MADE / "weights.csv").read_text())["in_use"]
    assert found == pytest.approx(given, rel=1e-12)
    record = strict((tmp_path / MADE / "audit.json").read_text())
    data = read_table(tmp_path / "data.csv", "outcome", "to_forget")
    problem = UnlearningProblem.from_data(data, C=1.0)
    scale = data.scale
    start = np.array([0.05 * scale[0], 3e-5 * scale[1], 0.0])
    start[2] = -4.0 + 0.05 * data.shift[0] + 3e-5 * data.shift[1]
    away = np.linalg.norm(start - minimise(problem.original()).w)
    low, high = record["weights_to_original"]
    assert low - 1e-9 <= away <= high + 1e-9 and high - low < 1e-6
    apart = np.linalg.norm(start - minimise(problem.oracle()).w)
    assert record["distance_original"] == pytest.approx(apart, rel=1e-8)
    assert sorted(record["sha256"]) == ["data", "weights"]


def test_the_weights_of_an_audit_are_read_again(audit, tmp_path) -> None:
    table(tmp_path)
    assert audit("data.csv", *OWN, *ONE, "--C", 1)[0] == 0
    written = (tmp_path / MADE / "weights.csv").read_text()
    (tmp_path / "w.csv").write_text(written)
    status, out, err = audit("data.csv", *OWN, *ONE, "--C", 1, "--weights", "w.csv")
    assert (status, err) == (0, "") and "\nweights given: certified 0 to " in out
    again = numbers((tmp_path / MADE / "weights.csv").read_text())
    assert again["in_use"] == pytest.approx(numbers(written)["in_use"], rel=1e-12)


def test_weights_of_another_training_are_asked_about(audit, tmp_path) -> None:
    table(tmp_path)
    (tmp_path / "w.json").write_text('{"age": 5, "income": 0, "intercept": 0}')
    _, out, _ = audit("data.csv", *OWN, *ONE, "--weights", "w.json")
    assert "were they trained on columns of another scale, on other rows, with another" in out


def test_weights_far_out_are_audited_as_far_as_they_can_be(audit, tmp_path) -> None:
    """Those of standardised columns, taken for the file's: every curvature underflows."""
    table(tmp_path)
    (tmp_path / "w.json").write_text('{"age": 0.6, "income": 0.7, "intercept": 0.6}')
    status, out, err = audit("data.csv", *OWN, *ONE, "--C", 1, "--weights", "w.json")
    assert (status, err) == (0, "") and "on columns of another scale" in out
    assert re.search(r"original optimum \([\d,.e+]+x of its length\): were they", out)
    assert "\nnewton failed: expected a positive definite retain Hessian, got" in out
    record = strict((tmp_path / MADE / "audit.json").read_text())
    newton = record["removals"][1]
    assert newton["method"] == "newton" and newton["ratio_final"] is None and newton["failed"]
    assert record["what_to_do"]["method"] == "retrain"
    assert record["what_to_do"]["instead"] is None


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ({"age": 1, "intercept": 0}, ["one weight for each feature", "none for 'income'"]),
        ({"age": 1, "income": 1}, ["a weight for 'intercept'", "none"]),
        ({"age": 1, "income": 1, "b": 2, "intercept": 0}, ["one for the unknown 'b'"]),
        ({"age": 1, "income": 1, "same": 2, "intercept": 0}, ["'same'", "constant", "intercept"]),
        ({"age": "1", "income": 1, "intercept": 0}, ["finite number", "'age'"]),
        ({"age": 1e308, "income": 1e308, "intercept": 0}, ["finite"]),
    ],
)
def test_weights_that_do_not_fit_are_answered_in_one_line(audit, tmp_path, weights, words) -> None:
    table(tmp_path, same=["7"] * 60)
    (tmp_path / "w.json").write_text(json.dumps(weights))
    refused(audit("data.csv", *OWN, "--weights", "w.json"), *words)
    assert sorted(os.listdir(tmp_path)) == ["data.csv", "w.json"]


# --- held-out rows, requests, what to do ------------------------------------------------------


def test_held_out_rows_have_a_column_and_nothing_is_cut(audit, tmp_path, monkeypatch) -> None:
    table(tmp_path, request=requests())
    monkeypatch.setenv("COLUMNS", "60")  # a narrow terminal: lines are broken, numbers are not
    arguments = ("data.csv", "--label", "outcome", "--requests", "request", "--drop", "to_forget")
    status, out, err = audit(*arguments, "--test", "data.csv")
    assert (status, err) == (0, "") and "held out" in out and "5 requests, one after" in out
    lines = [line for line in out.splitlines() if line[:1] == " "]
    assert len(lines) > 40 and max(map(len, lines)) <= 100 and "…" not in out
    record = strict((tmp_path / MADE / "audit.json").read_text())
    both = record["retrained"]  # the rows of the data themselves: accuracies have to agree
    whole = (9 * both["accuracy_forget"] + 51 * both["accuracy_retain"]) / 60
    assert both["accuracy_held_out"] == pytest.approx(whole)
    assert record["data"]["forget"] == 9
    assert record["requests"]["rows"] == [2, 2, 2, 2, 1]
    made = sorted(os.listdir(tmp_path / MADE))
    assert made == sorted([*NAMES, *OF_REQUESTS]) == sorted(record["files"])
    page = Page((tmp_path / MADE / "audit.html").read_text(encoding="utf-8"))
    assert [tag for tag, _ in page.tags].count("img") == 3
    status, out, err = audit(*arguments)
    assert "held out" not in out
    # what an earlier audit wrote and this one does not is gone
    audit("data.csv", *OWN, "--drop", "request")
    assert sorted(os.listdir(tmp_path / MADE)) == sorted(NAMES)


def test_the_line_of_what_to_do(audit, tmp_path) -> None:
    table(tmp_path)
    _, out, _ = audit("data.csv", *OWN, *ONE, "--tolerance", 0.2, "--epsilon", 2, "--delta", 1e-6)
    assert re.search(
        r"\nWhat to do: retrain: [\d.]+ m?s; else .+, certified within \S+ of the oracle, "
        r"noise \S+ for \(2, 1e-06\)\.\n",
        out,
    )
    _, out, _ = audit("data.csv", *OWN, *ONE, "--tolerance", 0.2, "--budget", 0)
    assert re.search(
        r"\nWhat to do: \w.+: 0\.\d+x the cost of retraining, which takes .*s\.\n", out
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["data.csv", *OWN, "--requests", "age"], ["--forget or --requests", "both"]),
        (
            ["data.csv", "--label", "outcome", "--requests", "age", "--drop", "to_forget"],
            ["number of a request", "'age'"],
        ),
        (["data.csv", "--label", "outcome", "--requests", "none"], ["column 'none'"]),
        (["--dataset", "wine_0v1", "--requests", "x"], ["--requests with a file"]),
        (
            ["--dataset", "wine_0v1", "--forget", "random", "--test", "data.csv"],
            ["--test with a file"],
        ),
        (["data.csv", *OWN, "--weights", "none.json"], ["readable .json file", "none.json"]),
        (["data.csv", *OWN, "--test", "none.csv"], ["readable .csv file", "none.csv"]),
        (["data.csv", *OWN, "--tolerance", "0"], ["tolerance in (0, 1)", "0.0"]),
        (["data.csv", *OWN, "--budget=-1"], ["seconds >= 0", "-1"]),
        (["data.csv", *OWN, "--delta", "1"], ["delta", "1"]),
        (["data.csv", *OWN, "--epsilon=-1"], ["epsilon", "-1"]),
    ],
)
def test_mistakes_are_answered_in_one_line(audit, tmp_path, arguments, words) -> None:
    table(tmp_path)
    refused(audit(*arguments), *words)
    assert os.listdir(tmp_path) == ["data.csv"]


# --- the page ---------------------------------------------------------------------------------


class Page(HTMLParser):
    """Collects tags, and the text a reader sees."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def shown(self) -> str:
        return " ".join(self.text)


HOSTILE = ('<script>alert("x")</script>', "a'b\"c", "x & y &lt;", "<img src=x onerror=alert(1)>")
KNOWN = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "br", "div", "table", "tr",
    "th", "td", "img", "footer", "code",
}  # fmt: skip


def test_the_page_shows_names_as_they_are_and_interprets_none(audit, tmp_path) -> None:
    rng = np.random.default_rng(1)
    extra = {name: [f"{v:.4f}" for v in rng.normal(size=60)] for name in HOSTILE}
    made = table(
        tmp_path, "<b>data&.csv", labels=("<i>low</i>", "\"high' & <script>1</script>"), **extra
    )
    status, out, err = audit(made.name, *OWN, *ONE)
    assert (status, err) == (0, "") and HOSTILE[0] in out
    text = (tmp_path / MADE / "audit.html").read_text(encoding="utf-8")
    page = Page(text)
    assert {tag for tag, _ in page.tags} == KNOWN
    assert not any(name.startswith("on") for _, names in page.tags for name in names)
    for name in HOSTILE:
        assert name in page.shown and name not in text
    assert "'<i>low</i>' the class +1" in page.shown and "<i>" not in text
    assert "Unlearning audit of <b>data&" in page.shown
    written = (tmp_path / MADE / "weights.csv").read_text()
    rows = list(csv.reader(written.splitlines()))
    assert [row[0] for row in rows] == ["feature", "age", "income", *HOSTILE, "intercept"]


def test_the_page_says_what_was_audited_and_by_what(audit, tmp_path) -> None:
    import scipy

    from logreg_unlearn import __version__

    made = table(tmp_path)
    audit("data.csv", *OWN)
    text = (tmp_path / MADE / "audit.html").read_text(encoding="utf-8")
    page, record = Page(text), strict((tmp_path / MADE / "audit.json").read_text())
    digest = hashlib.sha256(made.read_bytes()).hexdigest()
    assert record["sha256"] == {"data": digest} and digest in page.shown
    assert f"numpy {np.__version__}" in page.shown and f"scipy {scipy.__version__}" in page.shown
    assert f"logreg-unlearn {__version__}" in page.shown
    assert record["what_to_do"]["words"] in page.shown and record["verdict"] in page.shown
    assert "Descent-ascent, predicted before running: " in page.shown
    for method in record["methods"]:
        assert method["words"] in page.shown
    image, deletion = [names for tag, names in page.tags if tag == "img"]
    assert deletion["alt"].startswith("Spectrum of the deletion: ")
    head, data = image["src"].split(",")
    assert head == "data:image/png;base64" and base64.b64decode(data).startswith(PNG)
    assert base64.b64decode(data) == (tmp_path / MADE / "audit.png").read_bytes()
    assert image["alt"].startswith("Distance to the retrained optimum against steps")
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", text) and "@import" not in text
    assert record["files"] == list(NAMES)


def test_no_value_of_the_data_is_on_the_page_or_in_the_record(audit, tmp_path) -> None:
    made = table(tmp_path, request=requests())
    audit("data.csv", "--label", "outcome", "--requests", "request", "--drop", "to_forget")
    rows = list(csv.DictReader(made.read_text().splitlines()))
    cells = {row[column] for row in rows for column in ("age", "income")}
    assert len(cells) > 100
    for name in ("audit.html", "audit.json", "weights.csv"):
        text = (tmp_path / MADE / name).read_text(encoding="utf-8")
        text = re.sub(r"base64,[^\"]*", "", text)
        told = set(re.findall(r"(?<![\d.e+-])-?\d+\.\d+(?![\d.e+-])", text))
        assert not told & cells, name


def test_a_header_that_may_be_a_row_is_not_on_the_page(audit, tmp_path) -> None:
    rng = np.random.default_rng(2)
    cells = [
        f"{a:.4f},{b:.4f},{k % 2},{int(k < 5)}" for k, (a, b) in enumerate(rng.normal(size=(40, 2)))
    ]
    first = ["0.7351", "-1.9264", "31", "17"]
    (tmp_path / "data.csv").write_text("\n".join([",".join(first), *cells]))
    status, out, err = audit("data.csv", "--label", "31", "--forget", "17", *ONE)
    assert (status, err) == (0, "") and "is the header row missing?" in out
    text = (tmp_path / MADE / "audit.html").read_text(encoding="utf-8")
    assert "the header holds numbers only" in text
    assert not any(name in text for name in first[:2])


def test_the_hash_of_bundled_data_is_that_of_its_arrays(audit, tmp_path) -> None:
    _, out, _ = audit("--dataset", "wine_0v1", "--forget", "random", *ONE, "--json")
    first = strict(out)["sha256"]
    _, out, _ = audit("--dataset", "wine_0v1", "--forget", "nearest", *ONE, "--json")
    assert strict(out)["sha256"] == first and len(first["data"]) == 64
    _, out, _ = audit("--dataset", "iris_1v2", "--forget", "random", *ONE, "--json")
    assert strict(out)["sha256"] != first


def test_arrays_are_numbered_as_well(audit, tmp_path) -> None:
    order = np.zeros(40, dtype=int)
    order[:6] = [2, 2, 1, 1, 3, 3]
    archive(tmp_path, order=order)
    status, out, err = audit("data.npz", "--requests", "order", *ONE, "--json")
    assert (status, err) == (0, "")
    assert strict(out)["requests"]["rows"] == [2, 2, 2]


def test_what_the_original_alone_foresees_stands_beside_what_was_run(audit, tmp_path) -> None:
    arguments = ("--dataset", "digits_3v8", "--forget", "random", "--out", "seen")
    status, out, _ = audit(*arguments, "--ridge", "0.1", "--method", "da", "--steps", "20000")
    record = strict((tmp_path / "seen" / "audit.json").read_text())
    predicted, found = record["predicted"]["ratio"], record["methods"][0]["ratio_limit"]
    assert status == 0 and 1 / 2 < predicted / found < 2
    said = next(line for line in out.splitlines() if "predicted before running" in line)
    assert f"predicted before running: {times(predicted)}, run: {times(found)} (within" in said
    spectrum = record["spectrum"]
    leading = spectrum["directions_for_99_percent"]
    assert sum(spectrum["shares"][:leading]) >= 0.99 > sum(spectrum["shares"][: leading - 1])
    assert f"{leading} directions carry 99 % of this deletion" in out
    assert (tmp_path / "seen" / "deletion.png").stat().st_size > 5000
