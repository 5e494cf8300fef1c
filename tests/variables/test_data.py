import pytest

from harness.errors import InputError
from harness.variables.data import load_rows, rows_of


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_json_is_tried_first_whatever_the_file_is_called(tmp_path):
    assert load_rows(write(tmp_path, "d.csv", ' [{"a": 1}, {"a": null}]')) == ({"a": 1}, {"a": None})


def test_csv_in_any_encoding(tmp_path):
    assert load_rows(write(tmp_path, "d.csv", "\ufeffa\nü")) == ({"a": "ü"},)
    assert load_rows(write(tmp_path, "d.txt", "a\nü".encode("utf-16"))) == ({"a": "ü"},)


@pytest.mark.parametrize("text", ['{"a": 1}', "5", "null", "[]", ""])
def test_there_is_always_a_row(tmp_path, text):
    assert load_rows(write(tmp_path, "d.data", text)) == ({},)


def test_a_json_file_has_to_be_json(tmp_path):
    with pytest.raises(InputError) as caught:
        load_rows(write(tmp_path, "d.json", '[{"a": 1},\n{"a" 2}]'))
    assert str(caught.value.where).endswith("d.json: line 2, column 6")


def test_rows_of_other_values():
    assert rows_of([{"a": 1}, [5, 6], None, 7]) == ({"a": 1}, {"0": 5, "1": 6}, {}, {})
    assert load_rows([{"a": 1}]) == ({"a": 1},)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="the data is not there"):
        load_rows(tmp_path / "no.csv")


def test_rows_come_from_addresses_too():
    assert load_rows("http://h/d.csv", fetch=lambda address: b"a\n1") == ({"a": 1},)
