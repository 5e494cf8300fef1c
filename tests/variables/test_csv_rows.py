import math

import pytest

from harness.errors import InputError
from harness.variables.csv_rows import parse_csv, typed


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("007", 7),
        ("0x10", 0),
        ("1e3", 1000),
        ("+3", 3),
        ("-4", -4),
        ("1.50", 1.5),
        (".5", 0.5),
        ("0", 0),
        ("12345678901234567890", 12345678901234567890.0),
        ("", ""),
        ("true", "true"),
        ("null", "null"),
        ("Infinity", "Infinity"),
        ("1e400", "1e400"),
        ("1_000", "1_000"),
        ("2024-01-01", "2024-01-01"),
        ("12abc", "12abc"),
    ],
)
def test_unquoted_cells_are_typed_as_newman_types_them(cell, value):
    read = typed(cell)
    assert read == value
    assert isinstance(read, str) == isinstance(value, str)
    assert typed(cell, quoted=True) == cell


def test_a_column_whose_name_looks_like_a_number_keeps_its_name():
    assert parse_csv("007,1e3,x\n1,2,3\n").rows == [{"007": 1, "1e3": 2, "x": 3}]


def test_a_number_of_any_length_is_read():
    assert typed("9" * 5000) == math.inf


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("a,b\n", []),
        ("a,b\r\n1,2\r\n3,4", [{"a": 1, "b": 2}, {"a": 3, "b": 4}]),
        ("a,b\r1,2\r", [{"a": 1, "b": 2}]),
        ('a , b\n "x"  ,\ty z \n', [{"a": "x", "b": "y z"}]),
        ('a\n"1"\n" 2 "\n', [{"a": "1"}, {"a": " 2 "}]),
        ('a\n"x""y"\n"l1\nl2,"\n', [{"a": 'x"y'}, {"a": "l1\nl2,"}]),
        ('a\nx"y"z\n', [{"a": 'x"y"z'}]),
        ("a,b,c\n1\n1,2,3,4\n", [{"a": 1}, {"a": 1, "b": 2, "c": 3}]),
        ("a,b\n1,2\n\n3,4\n", [{"a": 1, "b": 2}, {"a": ""}, {"a": 3, "b": 4}]),
        ("a,a\n1,2\n", [{"a": 2}]),
        (",b\n1,2", [{"": 1, "b": 2}]),
        ("1,b\n3,4", [{"1": 3, "b": 4}]),
        ('a\n""\n', [{"a": ""}]),
    ],
)
def test_csv_is_read_as_csv_parse_reads_it(text, rows):
    assert parse_csv(text).rows == rows


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1\n", "row 1 has 1 cell, and the first line names 2: the variables of the rest are not set"),
        ("a,b\n1,2\n1,2,3\n", "row 2 has 3 cells, and the first line names 2: the rest is left out"),
        ("a;b\n1;2\n", "seems to be separated by semicolons"),
        ("a\tb\n1\t2\n", "seems to be separated by tabs"),
        ("a|b\n1|2\n", "seems to be separated by bars"),
    ],
)
def test_what_is_odd_about_a_file_is_told(text, told):
    assert any(told in one for one in parse_csv(text).oddities)


def test_a_file_that_is_wrong_throughout_is_told_in_a_few_lines():
    oddities = parse_csv("a,b\n" + "1\n" * 40).oddities
    assert len(oddities) == 6
    assert oddities[-1] == "35 more rows have another number of cells than the first line"


def test_an_even_file_is_taken_without_a_word():
    assert parse_csv("a,b\n1,2\n").oddities == ()
    assert parse_csv("a\n1\n").oddities == ()


@pytest.mark.parametrize(
    ("text", "what", "place"),
    [
        ('a\n1\n"x', "not closed", "d.csv: the last line"),
        ('a\r\n"x"y\r\n', "followed by 'y'", "d.csv: line 2"),
        ('a\n"" "y"\n', "followed by 'y'", "d.csv: line 2"),
    ],
)
def test_misplaced_quotes_are_placed(text, what, place):
    with pytest.raises(InputError, match=what) as caught:
        parse_csv(text, "d.csv")
    assert str(caught.value.where) == place


@pytest.mark.parametrize("cell", ["007", "12345678901234567890", "0x10", "1e5", "+5", "0.300000000000000001"])
def test_a_cell_that_is_sent_with_other_digits_is_told_without_its_text(cell):
    (told,) = parse_csv(f"id,name\n5,a\n{cell},b\n{cell},c\n").oddities
    assert told.startswith("column 'id': the cell of row 2 is read as a number")
    assert cell not in told


@pytest.mark.parametrize("cell", ["7", "-7", "1.5", "1.50", "2.0", '"007"', "0", "abc", "12 a", "true", ""])
def test_a_cell_that_is_sent_as_it_is_written_is_no_oddity(cell):
    assert parse_csv(f"id,name\n{cell},b\n").oddities == ()


def test_not_every_column_of_such_cells_is_told():
    header, row = ",".join("abcdefgh"), ",".join(["007"] * 8)
    oddities = parse_csv(f"{header}\n{row}\n").oddities
    assert len(oddities) == 6
    assert oddities[-1] == "3 more columns have numbers that are sent with other digits"
