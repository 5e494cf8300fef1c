import pytest

from harness.errors import InputError
from harness.variables.data import load_data, rows_of


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_json_is_tried_first_whatever_the_file_is_called(tmp_path):
    assert load_data(write(tmp_path, "d.csv", ' [{"a": 1}, {"a": null}]')).rows == ({"a": 1}, {"a": None})


def test_csv_in_any_encoding(tmp_path):
    assert load_data(write(tmp_path, "d.csv", "\ufeffa\nü")).rows == ({"a": "ü"},)
    assert load_data(write(tmp_path, "d.txt", "a\nü".encode("utf-16"))).rows == ({"a": "ü"},)


@pytest.mark.parametrize("text", ['{"a": 1}', "5", "null", "[]", ""])
def test_there_is_always_a_row(tmp_path, text):
    assert load_data(write(tmp_path, "d.data", text)).rows == ({},)


def test_a_json_file_has_to_be_json(tmp_path):
    with pytest.raises(InputError) as caught:
        load_data(write(tmp_path, "d.json", '[{"a": 1},\n{"a" 2}]'))
    assert str(caught.value.where).endswith("d.json: line 2, column 6")


def test_rows_of_other_values():
    assert rows_of([{"a": 1}, [5, 6], None, 7]) == ({"a": 1}, {"0": 5, "1": 6}, {}, {})
    assert load_data([{"a": 1}]).rows == ({"a": 1},)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="the data is not there"):
        load_data(tmp_path / "no.csv")


def test_rows_come_from_addresses_too():
    assert load_data("http://h/d.csv", fetch=lambda address: b"a\n1").rows == ({"a": 1},)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ('[{"a": 1}, "x", 3]', "row 2 is the text 'x'"),
        ("[[1, 2]]", "its elements are named 0, 1, ..."),
        ('{"a": 1}', "a list of objects is expected"),
        ('{"info": {}, "item": []}', "it is a Postman collection"),
        ("[]", "the list is empty"),
    ],
)
def test_rows_that_set_no_variables_by_name_are_told(tmp_path, document, told):
    warnings = load_data(write(tmp_path, "d.json", document)).warnings
    assert any(told in one and "d.json" in one for one in warnings), warnings
