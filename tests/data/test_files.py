"""A user's own table as text: what is read, and what one line says where it cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from logreg_unlearn.data import INTERCEPT
from logreg_unlearn.data.files import TableError, read_table

GOOD = "a,b,y,gone\n1,2,0,1\n2,1,1,0\n3,5,0,no\n4,4,1,False\n"


@pytest.fixture
def write(tmp_path):
    def writer(text, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return writer


def test_csv_is_read_standardised_with_intercept(write):
    data = read_table(write(GOOD), "y", "gone")
    raw = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [4.0, 4.0]])
    expected = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    np.testing.assert_allclose(data.features[:, :2], expected, rtol=1e-14)
    np.testing.assert_array_equal(data.features[:, 2], 1.0)
    np.testing.assert_array_equal(data.labels, [-1, 1, -1, 1])
    np.testing.assert_array_equal(data.forget, [True, False, False, False])
    assert data.feature_names == ("a", "b", INTERCEPT)
    assert data.label_values == ("0", "1")
    assert data.name == "table"


def test_raw_values_stay_as_they_are(write):
    data = read_table(write(GOOD), "y", "gone", standardise=False, intercept=False)
    np.testing.assert_array_equal(data.features, [[1, 2], [2, 1], [3, 5], [4, 4]])


@given(
    x=arrays(np.float64, (5, 2), elements=st.floats(-1e300, 1e300)),
    y=st.permutations([1, 1, 0, 0, 0]),
)
def test_csv_and_npz_of_the_same_table_agree_to_the_last_bit(tmp_path_factory, x, y):
    folder = tmp_path_factory.mktemp("same")
    rows = [f"{float(a)!r},{float(b)!r},{label}" for (a, b), label in zip(x, y, strict=True)]
    (folder / "t.csv").write_text("\n".join(["x0,x1,y", *rows]))
    np.savez(folder / "t.npz", X=x, y=np.array(y))
    one, other = (
        read_table(folder / name, standardise=False, intercept=False) for name in ("t.csv", "t.npz")
    )
    np.testing.assert_array_equal(one.features, x)
    np.testing.assert_array_equal(other.features, x)
    np.testing.assert_array_equal(one.labels, np.where(np.array(y) == 1, 1.0, -1.0))
    np.testing.assert_array_equal(one.labels, other.labels)
    assert one.feature_names == other.feature_names


def test_a_column_called_forget_is_the_forget_set_and_never_a_feature(write):
    path = write("a,forget,y\n1,1,0\n2,0,1\n4,0,1\n")
    data = read_table(path)
    np.testing.assert_array_equal(data.forget, [True, False, False])
    assert data.feature_names == ("a", INTERCEPT)
    assert read_table(write("a,y\n1,0\n2,1\n")).forget is None


@pytest.mark.parametrize(
    ("cells", "labels", "values"),
    [
        (["0", "1", "1"], [-1, 1, 1], ("0", "1")),
        (["1", "-1", "1"], [1, -1, 1], ("-1", "1")),
        (["2", "10", "2"], [-1, 1, -1], ("2", "10")),  # as numbers, not as text
        (["1", "2.0", "1.0"], [-1, 1, -1], ("1", "2.0")),
        (["yes", "no", "no"], [1, -1, -1], ("no", "yes")),
        ([" spam", "ham", "spam "], [1, -1, 1], ("ham", "spam")),
        (["True", "False", "True"], [1, -1, 1], ("False", "True")),
    ],
)
def test_any_two_labels_become_minus_and_plus_one(write, cells, labels, values):
    data = read_table(write("a,y\n" + "".join(f"{i},{c}\n" for i, c in enumerate(cells))))
    np.testing.assert_array_equal(data.labels, labels)
    assert data.label_values == values


@pytest.mark.parametrize("yes", ["1", "true", "TRUE", "Yes", " 1 ", "1.0"])
@pytest.mark.parametrize("no", ["0", "false", "False", "NO", "0.0"])
def test_flags_in_any_spelling(write, yes, no):
    data = read_table(write(f"a,y,f\n1,0,{yes}\n2,1,{no}\n"), forget="f")
    np.testing.assert_array_equal(data.forget, [True, False])


def test_spreadsheet_habits_are_understood(write):
    text = b'\xef\xbb\xbf"a, in cm", y \r\n"1",0\r\n\r\n2,1\r\n'
    data = read_table(write(text))
    assert data.feature_names == ("a, in cm", INTERCEPT)
    np.testing.assert_array_equal(data.labels, [-1, 1])


@pytest.mark.parametrize(
    ("cells", "values", "numbers"),
    [
        (["b", "a", "c"], ("a", "b", "c"), [1, 0, 2]),
        (["10", "2", "1.5"], ("1.5", "2", "10"), [2, 1, 0]),
        (["1", "2", "3", "1.0"], ("1", "2", "3"), [0, 1, 2, 0]),
        (["010", "2", "1"], ("010", "1", "2"), [0, 2, 1]),  # codes are text
        (["true", "false", "maybe"], ("false", "maybe", "true"), [2, 0, 1]),
        (["true", "false"], ("false", "true"), [1, -1]),
    ],
)
def test_labels_of_any_number_of_values(write, cells, values, numbers):
    rows = "".join(f"{i * i},{cell}\n" for i, cell in enumerate(cells * 2))
    data = read_table(write("a,y\n" + rows))
    assert data.label_values == values
    np.testing.assert_array_equal(data.labels, numbers * 2)
    assert [float(v) if v[0].isdigit() else v for v in data.given_labels] == [
        float(v) if v[0].isdigit() else v for v in cells * 2
    ]


def test_more_values_than_classes_have_are_refused(write):
    def of(count: int, times: int):
        rows = [f"{i * i % 17},{i % count / 4}\n" for i in range(times * count)]
        return write("a,y\n" + "".join(rows))

    assert read_table(of(100, 2)).count == 100
    with pytest.raises(TableError, match=r"at most 100 values in 'y', got 101: .* a measurement"):
        read_table(of(101, 9))


def test_constant_columns_give_way_to_the_intercept(write):
    path = write("one,a,zero,y\n1,2,0,0\n1,3,0,1\n1,7,0,1\n")
    data = read_table(path)
    assert data.dropped == ("one", "zero")
    assert data.feature_names == ("a", INTERCEPT)
    own = read_table(path, intercept=False)
    assert own.dropped == ()
    np.testing.assert_array_equal(own.features[:, [0, 2]], [[1, 0]] * 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a header row and data, got the empty file"),
        ("\n\n", "expected a header row and data, got the empty file"),
        ("a,y\n", "expected at least two rows of data, got 0"),
        ("a,y\n1,0\n", "expected at least two rows of data, got 1"),
        ("a,b\n1,0\n2,1\n", "expected a column 'y', got 'a', 'b'"),
        (
            "a;y\n1;0\n2;1\n",
            "expected a column 'y', got 'a;y' (separated by semicolons? give sep ';')",
        ),
        ("a,a,y\n1,1,0\n2,2,1\n", "expected distinct column names, got 'a' more than once"),
        ("y\n0\n1\n", "expected a feature column, got only 'y'"),
        ("a,y\n1,0\n2\n", "expected 2 cells in each row, as in the header, got 1 in line 3"),
        ("a,y\n1,0\n2,1,5\n", "expected 2 cells in each row, as in the header, got 3 in line 3"),
        (
            "a,y\n1,0\nx,1\n",
            "expected a finite number in line 3, column 'a', got 'x' (drop the column",
        ),
        (
            "a,y\n1,0\n,1\n",
            "expected a finite number in line 3, column 'a', got an empty cell (a miss",
        ),
        (
            "a,y\n1,0\nnan,1\n",
            "expected a finite number in line 3, column 'a', got 'nan' (a missing",
        ),
        ("a,b,y\n1,-inf,0\n2,1,1\n", "expected a finite number in line 2, column 'b', got '-inf'"),
        (
            "a,y\n1,0\n1e999,1\n",
            "expected a finite number in line 3, column 'a', got '1e999' (drop",
        ),
        ("a,y\n1,0\n2,0\n", "expected labels of two values or more in 'y', got 1: '0'"),
        (
            "a,y\n1,0\n2,1\n3,2\n",
            "expected labels of at most 2 values in 'y', got 3: '0', '1', '2' in 3 rows: is it a "
            "measurement, or an identifier?",
        ),
        (
            "a,y\n" + "".join(f"{i},{i}\n" for i in range(9)),
            "expected labels of at most 4 values in 'y', got 9: '0', '1', '2', '3', '4', ... in 9",
        ),
        ("a,y\n1,0\n2,\n3,1\n", "expected a label in line 3, column 'y', got an empty cell"),
        (
            "a,y\n1,0\n2,NaN\n3,1\n",
            "expected a label in line 3, column 'y', got 'NaN' where the others are",
        ),
        ("a,y\n1,0\n1,1\n", "expected at least one feature column that is not constant, got 'a'"),
        (
            "a,y,forget\n1,0,0\n2,1,0\n",
            "expected a forget set of 1 to 1 rows in 'forget', got an empty one",
        ),
        (
            "a,y,forget\n1,0,1\n2,1,1\n",
            "expected a forget set of 1 to 1 rows in 'forget', got all 2",
        ),
        (
            "a,y,forget\n1,0,1\n2,1,maybe\n",
            "expected 0/1, true/false or yes/no in line 3, column 'forget', got 'maybe'",
        ),
        (
            b"a,y\n\xff\xfe,0\n2,1\n",
            "expected text in UTF-8, got the byte 0xff near line 2 (in Latin-1",
        ),
    ],
)
def test_bad_csv_gets_one_line(write, text, message):
    with pytest.raises(TableError) as caught:
        read_table(write(text))
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_bad_names_and_paths_get_one_line(write, tmp_path):
    path = write(GOOD)
    cases = [
        ((path, "label"), "expected a column 'label', got 'a', 'b', 'y', 'gone'"),
        ((path, "y", "drop"), "expected a column 'drop', got 'a', 'b', 'y', 'gone'"),
        ((path, "y", "y"), "expected different names for label and forget set, got 'y' twice"),
        ((tmp_path / "no.csv",), "expected a readable .csv file, got"),
        ((tmp_path / "no.npz",), "expected a readable .npz file, got"),
        (
            (write(GOOD, "t.xlsx"),),
            "expected a file of .csv, .tsv, .tab, .txt (or these with .gz) or .npz",
        ),
        ((write(GOOD, "t.npz.gz"),), "expected a file of .csv"),
        ((write(GOOD, "t.txt"),), "expected to be told sep"),
    ]
    (tmp_path / "folder.csv").mkdir()
    cases.append(((tmp_path / "folder.csv",), "expected a readable .csv file, got"))
    for arguments, message in cases:
        with pytest.raises(TableError) as caught:
            read_table(*arguments)
        assert str(caught.value).startswith(message)
        assert "\n" not in str(caught.value)


def test_a_wide_table_is_listed_in_part(write):
    header = ",".join(f"c{i}" for i in range(30))
    with pytest.raises(TableError, match=r"'c19' and 10 more$"):
        read_table(write(header + "\n"))


def test_a_spread_that_no_weight_can_be_divided_by_is_refused(write) -> None:
    with pytest.raises(TableError, match=r"a spread of at least 1e-300, got .*e-310 in 'a'"):
        read_table(write("a,y\n1e-310,0\n2e-310,1\n4e-310,0\n"))
    assert read_table(write("a,y\n1e-310,0\n2e-310,1\n4e-310,0\n"), standardise=False).count == 2
