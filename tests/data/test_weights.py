"""Weights of a model of the user's own: read by name, or refused in one line."""

from __future__ import annotations

import json

import pytest

from logreg_unlearn.data.files import TableError
from logreg_unlearn.data.weights import read_class_weights, read_weights


@pytest.fixture
def write(tmp_path):
    def writer(name: str, text: str | bytes):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return writer


NAMED = {"age": 0.25, "in,come": -3e-5, "<b>": 7.0, "intercept": -5.0}


def test_both_formats_say_the_same(write) -> None:
    text = 'feature,weight\nage,0.25\n"in,come",-3e-05\n<b>, 7\n\nintercept,-5\n'
    for found in (
        read_weights(write("w.json", json.dumps(NAMED))),
        read_weights(write("w.csv", text)),
        read_weights(write("marked.csv", b"\xef\xbb\xbf" + text.encode())),
        read_weights(write("marked.json", b"\xef\xbb\xbf" + json.dumps(NAMED).encode())),
    ):
        assert found == NAMED and list(found) == list(NAMED)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("w.json", '{"a": 1, "a": 2}', "one weight for each name, got 'a' twice"),
        ("w.json", '{"a": "1"}', "finite number as the weight of 'a', got '1'"),
        ("w.json", '{"a": true}', "finite number as the weight of 'a', got True"),
        ("w.json", '{"a": null}', "finite number as the weight of 'a', got None"),
        ("w.json", '{"a": NaN}', "finite number as the weight of 'a', got nan"),
        ("w.json", '{"a": 1e400}', "finite number as the weight of 'a', got inf"),
        ("w.json", '{"a": 1' + 400 * "0" + "}", "finite number as the weight of 'a'"),
        ("w.json", "[1, 2]", "an object of names and numbers"),
        ("w.json", '{"a": ', "expected JSON in"),
        ("w.json", b"\xff\xfe\x00", "expected JSON in"),
        ("w.json", "[" * 100_000, "expected JSON in"),
        ("w.csv", "feature,weight\na,1\na,2\n", "one weight for each name, got 'a' twice"),
        ("w.csv", "feature,weight\na,one\n", "finite number as the weight of 'a', got 'one'"),
        ("w.csv", "feature,weight\na,\n", "finite number as the weight of 'a', got an empty cell"),
        ("w.csv", "feature,weight\na,1e400\n", "finite number as the weight of 'a'"),
        (
            "w.csv",
            "feature,weight\na,1,2\n",
            "a name and a weight in each row, got 3 cells in line",
        ),
        ("w.csv", "a,1\nb,2\n", "expected a header as feature,weight, got 'a,1'"),
        ("w.txt", "", r"weights in a .json or .csv file"),
    ],
)
def test_bad_weights_get_one_line(write, name, text, words) -> None:
    with pytest.raises(TableError, match=r"^expected .*got") as caught:
        read_weights(write(name, text))
    assert words in str(caught.value) and "\n" not in str(caught.value)


CLASSES = {"low": {"age": 0.25, "intercept": -5.0}, "<b>, top": {"intercept": 1.0, "age": 3e-5}}


def test_both_formats_of_classes_say_the_same(write) -> None:
    text = 'class,feature,weight\nlow,age,0.25\n"<b>, top",intercept,1\nlow, intercept ,-5\n'
    text += '\n"<b>, top",age, 3e-05\n'
    for found in (
        read_class_weights(write("w.json", json.dumps(CLASSES))),
        read_class_weights(write("w.csv", text)),
    ):
        assert found == CLASSES


def test_of_an_audits_own_table_the_weights_in_use_are_read(write) -> None:
    two = "feature,in_use,retrain,newton\nage,0.25,1,2\nintercept,-5,3,4\n"
    more = "class,feature,in_use,retrain\nlow,age,0.25,1\nlow,intercept,-5,3\n"
    assert read_weights(write("w.csv", two)) == CLASSES["low"]
    assert read_class_weights(write("more.csv", more)) == {"low": CLASSES["low"]}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("w.json", '{"low": {"a": 1, "a": 2}}', "got 'a' of the class 'low' twice"),
        ("w.json", '{"low": {"a": 1}, "low": {"a": 2}}', "got 'a' of the class 'low' twice"),
        ("w.json", '{"low": {"a": NaN}}', "as the weight of 'a' of the class 'low', got nan"),
        ("w.json", '{"low": {"a": [1]}}', "as the weight of 'a' of the class 'low', got [1]"),
        ("w.json", '{"a": 1}', "names and numbers for each class, got '1' for 'a'"),
        ("w.json", "[[1]]", "an object of names and numbers"),
        ("w.csv", "class,feature,weight\nx,a,1\nx,a,2\n", "got 'a' of the class 'x' twice"),
        ("w.csv", "class,feature,weight\nx,a,nan\n", "weight of 'a' of the class 'x', got 'nan'"),
        ("w.csv", "feature,weight\na,1\n", "a class, a name and a weight in each row, got 2"),
        ("w.csv", "x,a,1\nx,b,2\n", "expected a header as class,feature,weight, got 'x,a,1'"),
        ("w.csv", "class;feature;weight\n", "got one cell in line 1 (separate them by commas)"),
        ("w.csv", "class,feature,retrain,newton\nx,a,1,2\n", "got 4 cells in line 1"),
    ],
)
def test_bad_weights_of_classes_get_one_line(write, name, text, words) -> None:
    with pytest.raises(TableError, match=r"^expected .*got") as caught:
        read_class_weights(write(name, text))
    assert words in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("w.json", json.dumps(CLASSES), "as the weight of 'low', got an object"),
        ("w.csv", "class,feature,weight\nx,a,1\n", "a name and a weight in each row, got 3 cells"),
        ("w.csv", "class,feature,in_use,retrain\nx,a,1,2\n", "got 4 cells in line 1"),
    ],
)
def test_weights_of_classes_are_none_of_two(write, name, text, words) -> None:
    with pytest.raises(TableError, match=r"^expected .*got") as caught:
        read_weights(write(name, text))
    assert words in str(caught.value)


def test_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(TableError, match=r"expected a readable .json file, got .*none.json"):
        read_weights(tmp_path / "none.json")
