"""Held-out rows and numbered requests, read from tables."""

from __future__ import annotations

import numpy as np
import pytest

from logreg_unlearn.data.files import TableError, read_table
from logreg_unlearn.data.held_out import read_held_out

TRAIN = "a,b,same,y,req\n1,2,7,no,2\n2,1,7,yes,\n3,5,7,no,0\n4,4,7,yes,1\n6,0,7,no, \n"
TEST = "b,y,a,remark\n10,no,-1,x\n20,yes,3,y\n30,yes,5,z\n"


@pytest.fixture
def write(tmp_path):
    def writer(name: str, text: str):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return writer


def test_held_out_rows_are_on_the_scale_of_the_data(write) -> None:
    data = read_table(write("train.csv", TRAIN), requests="req")
    features, labels = read_held_out(write("test.csv", TEST), data)
    a, b = np.array([1.0, 2, 3, 4, 6]), np.array([2.0, 1, 5, 4, 0])
    expected = [
        (np.array([-1.0, 3, 5]) - a.mean()) / a.std(),
        (np.array([10.0, 20, 30]) - b.mean()) / b.std(),
        np.ones(3),
    ]
    assert features == pytest.approx(np.column_stack(expected))
    assert labels.tolist() == [-1.0, 1.0, 1.0]


def test_held_out_arrays_and_raw_columns(tmp_path) -> None:
    rng = np.random.default_rng(0)
    arrays = dict(X=rng.normal(size=(8, 2)), y=np.arange(8) % 2)
    np.savez(tmp_path / "train.npz", **arrays, forget=np.arange(8) < 2)
    np.savez(tmp_path / "test.npz", X=arrays["X"][:4] + 1.0, y=arrays["y"][:4], more=np.ones(3))
    data = read_table(tmp_path / "train.npz", standardise=False, intercept=False)
    features, labels = read_held_out(tmp_path / "test.npz", data)
    assert features.tolist() == (arrays["X"][:4] + 1.0).tolist()
    assert labels.tolist() == [-1.0, 1.0, -1.0, 1.0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,y\n1,no\n2,yes\n", "expected the features of the data in .*, got none called 'b'"),
        ("x0,y\n1,no\n2,yes\n", "in .*, got none called 'a', 'b'"),
        ("y\nno\nyes\n", "in .*, got none called 'a', 'b'"),
        ("a,b,y\n1,1,no\n2,2,maybe\n", "expected the labels 'no', 'yes' in .* got also 'maybe'"),
        ("a,b,y\n1,1,no\n2,x,yes\n", "finite number in line 3, column 'b'"),
        ("a,b,z\n1,1,no\n2,x,yes\n", "expected a column 'y'"),
    ],
)
def test_held_out_rows_that_do_not_fit_get_one_line(write, text, words) -> None:
    data = read_table(write("train.csv", TRAIN), requests="req")
    with pytest.raises(TableError, match=words) as caught:
        read_held_out(write("test.csv", text), data)
    assert "\n" not in str(caught.value)


def test_held_out_rows_may_lack_a_class_and_have_its_number(write) -> None:
    data = read_table(write("train.csv", "a,y\n1,u\n2,v\n4,w\n3,u\n1,v\n5,w\n"))
    labels = read_held_out(write("test.csv", "a,y\n2,w\n3,v\n1,w\n4,v\n"), data)[1]
    np.testing.assert_array_equal(labels, [2.0, 1.0, 2.0, 1.0])
    with pytest.raises(TableError, match=r"labels 'u', 'v', 'w' in .*, got also 'x'"):
        read_held_out(write("test.csv", "a,y\n2,x\n3,v\n1,x\n4,v\n"), data)


def test_requests_are_numbers_and_what_they_ask_for_is_forgotten(write) -> None:
    data = read_table(write("train.csv", TRAIN), requests="req")
    assert data.requests.tolist() == [2, 0, 0, 1, 0]
    assert data.forget.tolist() == [True, False, False, True, False]
    assert data.feature_names == ("a", "b", "intercept") and data.dropped == ("same",)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["1", "x", "", ""], "the number of a request, .*line 3, column 'req', got 'x'"),
        (["1", "-1", "", ""], "got '-1'"),
        (["1", "1.5", "", ""], "got '1.5'"),
        (["1", "nan", "", ""], "got 'nan'"),
        (["1", "1e30", "", ""], "got '1e30'"),
        (["", "0", "", ""], "requests for 1 to 3 rows in 'req', got none"),
        (["1", "2", "3", "4"], "requests for 1 to 3 rows in 'req', got all of them"),
    ],
)
def test_requests_that_are_none_get_one_line(write, cells, words) -> None:
    rows = "".join(f"{j},{j % 2},{cell}\n" for j, cell in enumerate(cells))
    with pytest.raises(TableError, match=words):
        read_table(write("t.csv", "a,y,req\n" + rows), requests="req")


def test_forget_and_requests_are_two_names_of_one_thing(write) -> None:
    with pytest.raises(TableError, match="expected forget or requests, got both: 'a' and 'req'"):
        read_table(write("train.csv", TRAIN), forget="a", requests="req")
