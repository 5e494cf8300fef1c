"""Lint finds mistakes with rule, file and line, and says nothing about collections that are right."""

import json
import os
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import pytest

from harness.cli import main
from harness.cli.lint_formats import FORMATS
from harness.cli.terminal import Terminal
from harness.collection.v3.request import OTHER_REQUESTS
from harness.errors import ExitCode, InputError
from harness.linting.examples import EXAMPLES
from harness.linting.finding import Finding
from harness.linting.lint import lint
from harness.linting.rule import RULES
from harness.linting.rule_pages import pages

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
"""In the checkout: the package may be installed elsewhere."""

REQUEST = "$kind: http-request\nurl: http://h/\n"

BROKEN: Mapping[str, tuple[str, str, int | None]] = {
    "unreadable-file": ("a.request.yaml", "$kind: http-request\nurl: [\n", 3),
    "wrong-type": ("a.request.yaml", REQUEST + "headers: {X: 5}\n", 3),
    "unknown-key": ("a.request.yaml", REQUEST + "nmae: x\n", 3),
    "left-out": ("a.request.yaml", REQUEST + "body: {type: yaml, content: x}\n", 3),
    "script-type": ("a.request.yaml", REQUEST + "scripts:\n  - {type: 'http:afterResponse', code: ''}\n", 4),
    "second-script": (
        "a.request.yaml",
        REQUEST + "scripts:\n  - {type: afterResponse, code: ''}\n  - {type: afterResponse, code: ''}\n",
        5,
    ),
    "query-out-of-step": ("a.request.yaml", "$kind: http-request\nurl: h?a=1\nqueryParams: {a: '2'}\n", 3),
    "script-syntax": (
        "a.request.yaml",
        REQUEST + "scripts:\n  - type: afterResponse\n    code: |\n      let a = ;\n",
        6,
    ),
    "unknown-pm-name": (
        "a.request.yaml",
        REQUEST + "scripts:\n  - type: afterResponse\n    code: |\n      1;\n      pm.enviroment.get('a');\n",
        7,
    ),
    "test-never-runs": (
        "a.request.yaml",
        REQUEST + "scripts:\n  - type: afterResponse\n    code: |\n      return;\n      pm.test('a', f);\n",
        7,
    ),
    "undefined-variable": ("a.request.yaml", "$kind: http-request\nurl: '{{base}}/'\n", 2),
    "secret-in-clear": ("a.request.yaml", REQUEST + "headers: {Authorization: Bearer abc123def456}\n", 3),
}


def collection(folder: Path, files: Mapping[str, str]) -> str:
    for name, text in {".resources/definition.yaml": "$kind: collection\nname: Shop\n", **files}.items():
        path = folder / "Shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(folder / "Shop")


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_found_with_its_line(tmp_path: Path, rule: str) -> None:
    name, text, line = BROKEN[rule]

    findings = lint([collection(tmp_path, {name: text})])

    assert [(one.rule_id, Path(one.file).name, one.line) for one in findings] == [(rule, name, line)]


@pytest.mark.parametrize(
    ("scripts", "rules"),
    [
        ("[{type: nonsense, code: ''}]", ["script-type"]),
        ("[{code: ''}]", ["script-type"]),
        ("{type: nonsense, code: ''}", ["script-type", "wrong-type"]),
    ],
)
def test_a_script_of_no_known_type_is_told_once(tmp_path: Path, scripts: str, rules: list[str]) -> None:
    files = {"a.request.yaml": REQUEST + f"scripts: {scripts}\n"}

    findings = lint([collection(tmp_path, files)])

    assert sorted(one.rule_id for one in findings) == rules


@pytest.mark.parametrize(
    ("kind", "severity"),
    [*((kind, "warning") for kind in sorted(OTHER_REQUESTS)), ("other-request", "error")],
)
def test_a_request_of_a_kind_that_postman_has_is_no_error(tmp_path: Path, kind: str, severity: str) -> None:
    text = f"$kind: {kind}\nurl: http://h/\ntransport: {{}}\n"

    findings = lint([collection(tmp_path, {"a.request.yaml": text})])

    assert ("left-out", severity) in [(one.rule_id, one.severity) for one in findings]


@pytest.mark.parametrize("rule", ["second-script", "secret-in-clear", "query-out-of-step"])
def test_a_rule_is_switched_off_in_a_file(tmp_path: Path, rule: str) -> None:
    name, text, _ = BROKEN[rule]
    other = "b.request.yaml"
    files = {name: f"{text}# harness-lint-disable: unknown-key, {rule}\n", other: text}

    assert {Path(one.file).name for one in lint([collection(tmp_path, files)])} == {other}


def test_siblings_of_one_order_and_names_of_one_spelling_are_found(tmp_path: Path) -> None:
    files = {
        "a.request.yaml": REQUEST + "order: 1\n",
        "A/.resources/definition.yaml": "$kind: collection\norder: 1\n",
    }

    found = {one.rule_id for one in lint([collection(tmp_path, files)])}

    assert found == {"duplicate-order", "case-clash"}


def test_a_comment_or_text_is_no_use_of_a_name(tmp_path: Path) -> None:
    lines = [
        "// pm.nothing()",
        "const a = 'pm.nothing';",
        "function f() {",
        "return;",
        "}",
        "pm.test('a', f);",
    ]
    code = "\n      ".join(lines)
    text = f"{REQUEST}scripts:\n  - type: afterResponse\n    code: |\n      {code}\n"

    assert lint([collection(tmp_path, {"a.request.yaml": text})]) == []


def test_a_script_is_parsed_and_not_run(tmp_path: Path) -> None:
    code = "}); throw new Error('ran'); (async () => {"
    text = f'{REQUEST}scripts:\n  - {{type: afterResponse, code: "{code}"}}\n'

    assert [one.rule_id for one in lint([collection(tmp_path, {"a.request.yaml": text})])] == [
        "script-syntax"
    ]


def test_documents_of_v2_are_checked(tmp_path: Path) -> None:
    scripts = ["pm.tset('a')"], ["let b = ;"]
    events = [{"listen": "test", "script": {"exec": script}} for script in scripts]
    path = tmp_path / "a.postman_collection.json"
    item = {"name": "A", "event": events, "request": {"url": "{{x}}/"}}
    path.write_text(json.dumps({"info": {"name": "S"}, "item": [item]}))

    assert [one.rule_id for one in lint([str(tmp_path)])] == [
        "script-syntax",
        "undefined-variable",
        "unknown-pm-name",
    ]


def test_a_variable_is_defined_by_an_environment_or_a_script(tmp_path: Path) -> None:
    environment = tmp_path / "x.postman_environment.json"
    environment.write_text(json.dumps({"name": "x", "values": [{"key": "base", "value": "http://h"}]}))
    code = "pm.globals.set('other', 1)"
    text = "$kind: http-request\nurl: '{{base}}/{{other}}/{{third}}'\nscripts:\n"
    shop = collection(tmp_path, {"a.request.yaml": f'{text}  - {{type: beforeRequest, code: "{code}"}}\n'})

    findings = lint([shop], environments=[str(environment)], certain=True)

    assert [(one.message, one.severity) for one in findings] == [
        ("nothing defines the variable 'third'", "warning")
    ]


def test_a_variable_is_defined_by_the_columns_of_data_rows(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("sku,count\napple,1\n")
    shop = collection(
        tmp_path, {"a.request.yaml": "$kind: http-request\nurl: 'h/{{sku}}/{{count}}/{{size}}'\n"}
    )

    assert [one.message for one in lint([shop], data=str(rows))] == ["nothing defines the variable 'size'"]


def test_a_baseline_leaves_what_is_new(tmp_path: Path) -> None:
    shop = collection(tmp_path, {"a.request.yaml": BROKEN["wrong-type"][1]})
    out, baseline = StringIO(), tmp_path / "known.json"
    assert main(["lint", shop, "--format", "json"], Terminal(out=out)) is ExitCode.FAILED
    baseline.write_text(out.getvalue())

    assert main(["lint", shop, "--baseline", str(baseline)], Terminal(out=StringIO())) is ExitCode.PASSED


def test_a_baseline_hides_no_second_mistake_of_a_kind(tmp_path: Path) -> None:
    name, text, _ = BROKEN["unknown-pm-name"]
    shop = collection(tmp_path, {name: text})
    known = {one.fingerprint for one in lint([shop])}
    collection(tmp_path, {name: text.replace("1;\n", "1;\n\n      2;\n") + "      pm.enviroment.get('b');\n"})

    assert [one.line for one in lint([shop]) if one.fingerprint not in known] == [10]


def test_the_severity_that_fails_is_the_users(tmp_path: Path) -> None:
    shop = collection(tmp_path, {"a.request.yaml": BROKEN["unknown-key"][1]})

    assert main(["lint", shop], Terminal(out=StringIO())) is ExitCode.PASSED
    assert main(["lint", shop, "--fail-severity", "warning"], Terminal(out=StringIO())) is ExitCode.FAILED


def test_a_path_that_is_not_there_is_an_error() -> None:
    with pytest.raises(InputError, match="nothing to check"):
        lint(["nowhere"])


def test_a_folder_with_nothing_to_check_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "collection.json").write_text("{}")

    with pytest.raises(InputError, match="nothing to check in it"):
        lint([str(tmp_path)])


@pytest.mark.parametrize("name", ["json", "sarif", "gitlab"])
def test_formats_for_programs_are_json(name: str) -> None:
    finding = Finding(rule_id="unknown-key", message="no\nkey", file="a.yaml", field="b", line=3)

    assert "unknown-key" in json.dumps(json.loads(FORMATS[name]([finding])))


def test_a_pipe_that_nobody_writes_to_is_a_finding(tmp_path: Path) -> None:
    folder = collection(tmp_path, {"a.request.yaml": ""})
    os.mkfifo(Path(folder) / "b.request.yaml")

    assert any("no regular file" in one.message for one in lint([folder]))


def test_a_code_scanner_gets_addresses_of_files() -> None:
    finding = Finding(rule_id="unknown-key", message="no key", file="My Shop/50%.yaml", line=3)

    (result,) = json.loads(FORMATS["sarif"]([finding]))["runs"][0]["results"]

    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "My%20Shop/50%25.yaml"


def test_an_annotation_is_one_line() -> None:
    finding = Finding(rule_id="unknown-key", message="no\n::error::key", file="a,b:c.yaml", field="b", line=3)

    written = FORMATS["github"]([finding])

    assert written == "::warning file=a%2Cb%3Ac.yaml,line=3,title=unknown-key::b: no%0A: :error::key"


def test_an_annotation_acts_on_no_terminal_and_no_other_ci() -> None:
    finding = Finding(
        rule_id="unknown-key", message="\x1b[2J\r##vso[task]x", file="a\x07.yaml", field="", line=1
    )

    written = FORMATS["github"]([finding])

    assert written == r"::warning file=a\x07.yaml,line=1,title=unknown-key::\x1b[2J\r# #vso[task]x"


def test_the_reference_pages_are_the_table() -> None:
    written = {
        str(path.relative_to(REFERENCE)): path.read_text("utf-8") for path in REFERENCE.rglob("lint*.md")
    }
    written |= {
        str(path.relative_to(REFERENCE)): path.read_text("utf-8") for path in REFERENCE.glob("lint-rules/*")
    }
    assert written == pages(), "run: python -m harness.linting"
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_the_example_of_a_rule_breaks_it_and_is_put_right(tmp_path: Path, rule: str) -> None:
    example = EXAMPLES[rule]
    found = {one.rule_id for one in lint([collection(tmp_path / "wrong", example.wrong)])}
    assert rule in found
    right = lint([collection(tmp_path / "right", example.right)])
    assert [one for one in right if one.rule_id == rule or one.severity != "info"] == []


def test_a_companion_that_cannot_be_read_hides_no_other_finding(tmp_path: Path) -> None:
    name, text, _ = BROKEN["unknown-key"]
    shop = collection(tmp_path, {name: text, "../Shop.harness.yaml": "calls: 5\n"})

    assert [one.rule_id for one in lint([shop])] == ["unreadable-file", "unknown-key"]


def test_a_finding_about_a_companion_names_what_is_there(tmp_path: Path) -> None:
    (finding,) = lint([collection(tmp_path, EXAMPLES["companion-binding"].wrong)])

    assert Path(finding.file).name == "Shop.harness.yaml"
    assert finding.line == 2
    assert "did you mean 'Read'?" in finding.message


def test_a_key_for_which_postman_leaves_a_file_out_is_an_error(tmp_path: Path) -> None:
    text = f"{REQUEST}unknown: a\nheaders:\n  - {{key: a, value: b, type: text}}\n"

    findings = lint([collection(tmp_path, {"a.request.yaml": text})])

    assert [(one.rule_id, one.severity, one.field, one.line) for one in findings] == [
        ("unknown-key", "warning", "unknown", 3),
        ("unknown-key", "error", "headers[0].type", 5),
    ]


def test_the_examples_that_a_request_names_are_checked(tmp_path: Path) -> None:
    name = ".resources/a.resources/examples"
    files = {
        "a.request.yaml": f"{REQUEST}examples: ./{name}\n",
        f"{name}/wrong.example.yaml": "$kind: http-example\nname: 5\n",
        f"{name}/other.example.yaml": "$kind: bogus\n",
        f"{name}/notes.yaml": "no: [example\n",
        "b.request.yaml": f"{REQUEST}examples: ../../..\n",
    }

    findings = lint([collection(tmp_path, files)])

    assert [(one.rule_id, Path(one.file).name, one.field) for one in findings] == [
        ("left-out", "other.example.yaml", "$kind"),
        ("wrong-type", "wrong.example.yaml", ""),
        ("wrong-type", "wrong.example.yaml", "name"),
    ]


def test_a_kind_that_postman_has_is_a_warning_and_another_an_error(tmp_path: Path) -> None:
    files = {
        "a.request.yaml": "$kind: mqtt-request\nurl: h\n",
        "b.request.yaml": "$kind: soap-request\nurl: h\n",
    }

    findings = lint([collection(tmp_path, files)])

    assert [(one.severity, one.field) for one in findings] == [("warning", "$kind"), ("error", "$kind")]


def test_what_a_collection_says_of_itself_stands_in_its_definition(tmp_path: Path) -> None:
    auth = "auth:\n  type: bearer\n  credentials: {token: abcd}\n"
    text = f"$kind: collection\nvariables:\n  api_key: abcdef123456\n{auth}"

    findings = lint([collection(tmp_path, {".resources/definition.yaml": text, "a.request.yaml": REQUEST})])

    assert [(Path(one.file).name, one.field, one.line) for one in findings] == [
        ("definition.yaml", "variable api_key", 3),
        ("definition.yaml", "auth.token", 6),
    ]


def test_what_is_wrong_in_an_environment_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "x.environment.yaml"
    file.write_text("name: X\nvalues:\n  - {key: a, value: [b]}\n  - {key: c, value: d, zzz: e}\n")

    assert [(one.rule_id, one.severity, one.field, one.line) for one in lint([str(file)])] == [
        ("wrong-type", "warning", "values[0].value", 3),
        ("unknown-key", "warning", "values[1].zzz", 4),
    ]


def test_files_of_one_collection_are_checked_as_one(tmp_path: Path) -> None:
    broken = BROKEN["unknown-key"][1]
    shop = collection(tmp_path, {"a.request.yaml": broken, "b.request.yaml": broken})

    findings = lint([f"{shop}/a.request.yaml", f"{shop}/b.request.yaml", shop])

    assert [(Path(one.file).name, one.nth) for one in findings] == [
        ("a.request.yaml", 0),
        ("b.request.yaml", 0),
    ]
