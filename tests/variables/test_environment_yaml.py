import pytest

from harness.errors import InputError
from harness.variables.environment import load_environment

YAML = """\
name: Staging
color: red
values:
  - {key: host, value: h.example, enabled: true}
  - {key: port, value: 8080}
  - {key: answer, value: no}
  - {key: token, value: t0, secret: true}
  - {key: word, value: w0, type: secret, unit: x}
  - {value: orphan}
  - {key: nested, value: {a: b}}
"""


def test_values_are_texts_and_what_is_left_out_is_named(tmp_path):
    file = tmp_path / "Staging.environment.yaml"
    file.write_text(YAML)
    environment = load_environment(file)
    assert environment.name == "Staging"
    assert [(one.key, one.value, one.secret) for one in environment.variables] == [
        ("host", "h.example", False),
        ("port", "8080", False),
        ("answer", "no", False),
        ("token", "t0", True),
        ("word", "w0", True),
    ]
    assert [warning.removeprefix(f"{file}: ").partition(":")[0] for warning in environment.warnings] == [
        "values[4].unit, line 8",
        "values[5], line 9",
        "values[6].value, line 10",
    ]


def test_a_map_of_values_will_do(tmp_path):
    file = tmp_path / "any.yml"
    file.write_text("values: {a: 1, b: null}")
    assert [(one.key, one.value) for one in load_environment(file, "globals").variables] == [
        ("a", "1"),
        ("b", ""),
    ]


@pytest.mark.parametrize(
    ("text", "what", "line"), [("- a", "expected a map", 1), ("a: b: c", "not valid YAML", 1)]
)
def test_what_is_no_environment_is_placed(tmp_path, text, what, line):
    file = tmp_path / "e.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match=what) as caught:
        load_environment(file)
    assert f"line {line}" in str(caught.value.where)
