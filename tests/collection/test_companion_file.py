import json
import re
from importlib.resources import files

import jsonschema
import pytest

from harness.collection import companion_file
from harness.collection.companion import ExpectEntry, ExtractEntry, RetryEntry
from harness.collection.companion_file import load_companion, parse_companion, parse_duration
from harness.collection.yaml_document import parse_yaml
from harness.errors import InputError, Place

SCHEMA = json.loads(files("harness.collection").joinpath("companion.schema.json").read_text())

FULL = """\
environment: ../environments/local.json
globals: https://example.com/g.json
platform: local
cassette: c.yaml
calls:
  - call: [1 First, 1.10 Create]
    extract:
      ID: $.id
      NEXT: {header: Location, regex: '/(\\d+)$', scope: local}
      ALL: {regex: x}
      DATA: {path: '$[0].`sub(/a/, )`', scope: globals}
  - call: 1 First / Read
    expect:
      status: [200, 2xx]
      header:
        Content-Type: {matches: json}
        X-Count: 5
        ETag: {exists: true}
      $..name: {equals: "{{NAME}}", type: string}
      $.l[*]: {count: 2}
      $.o: {equals: {a: [1, no]}}
      $.f: false
    retry: {until: pass, every: 500ms, for: 2m}
    only: {platform: local}
    needs: [[1 First, 1.10 Create]]
    parallel: false
    after: [1 First / 1.10 Create]
  - call: [9 Clean-up]
    always: true
    tags: [slow, v1.2]
before: [1 First / Login, [1 First, 1.10 Create]]
after: [9 Clean-up]
"""


def place(field, *path):
    return Place(file="d/c.harness.yaml", path=path, field=field)


def test_a_file_with_all_it_may_have():
    companion = parse_companion(FULL, "d/c.harness.yaml")
    assert companion.environment == "environments/local.json"
    assert companion.globals == "https://example.com/g.json"
    assert (companion.platform, companion.cassette) == ("local", "d/c.yaml")
    create, read, clean = companion.calls
    path = ("1 First", "1.10 Create")
    assert (create.path, create.place) == (path, place("line 6", *path))
    assert create.extract == (
        ExtractEntry(
            variable="ID", source="path", expression="$.id", place=place("extract.ID, line 8", *path)
        ),
        ExtractEntry(
            variable="NEXT",
            source="header",
            expression="Location",
            regex=r"/(\d+)$",
            scope="local",
            place=place("extract.NEXT, line 9", *path),
        ),
        ExtractEntry(variable="ALL", source="body", regex="x", place=place("extract.ALL, line 10", *path)),
        ExtractEntry(
            variable="DATA",
            source="path",
            expression="$[0].`sub(/a/, )`",
            scope="globals",
            place=place("extract.DATA, line 11", *path),
        ),
    )
    assert [(one.subject, one.target, one.check, one.wanted) for one in read.expect] == [
        ("status", "", "equals", (200, "2xx")),
        ("header", "Content-Type", "matches", "json"),
        ("header", "X-Count", "equals", 5),
        ("header", "ETag", "exists", True),
        ("path", "$..name", "equals", "{{NAME}}"),
        ("path", "$..name", "type", "string"),
        ("path", "$.l[*]", "count", 2),
        ("path", "$.o", "equals", {"a": [1, "no"]}),
        ("path", "$.f", "equals", False),
    ]
    assert isinstance(read.expect[0], ExpectEntry)
    assert read.retry == RetryEntry(until="pass", every_s=0.5, for_s=120)
    assert (read.only_platform, read.needs) == ("local", (path,))
    assert (read.parallel, read.after) == (False, (path,))
    assert clean.always
    assert clean.path == ("9 Clean-up",)
    assert clean.tags == ("slow", "v1.2")
    assert [one.path for one in companion.before] == [("1 First", "Login"), path]
    assert [(one.path, one.place) for one in companion.after] == [
        (("9 Clean-up",), place("after, line 32", "9 Clean-up"))
    ]


def test_a_file_is_read_in_any_encoding_and_may_be_empty(tmp_path):
    path = tmp_path / "c.harness.yaml"
    path.write_text(FULL, encoding="utf-16")
    assert len(load_companion(path).calls) == 3
    path.write_text("# nothing\n")
    assert load_companion(path).calls == ()
    path.unlink()
    with pytest.raises(InputError, match="the companion file is not there"):
        load_companion(path)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1s", 1), ("500ms", 0.5), ("1.5m", 90), (" 1h ", 3600), ("5", None), ("1 s", None), ("-1s", None)],
)
def test_a_duration_is_read_in_its_unit(text, seconds):
    assert parse_duration(text) == seconds


def call(text):
    return f"calls:\n  - call: [R]\n    {text}\n"


MISTAKES = [
    (
        "[1]",
        "expected a map of version, environment, globals, platform, cassette, openapi, before, after,",
        "line 1",
    ),
    ("colls: []", "a companion file has no key 'colls'", "line 1"),
    ("openapi: http://x.example/api.yaml", "an address is named on the command line alone", "openapi"),
    ("environment: [a]", "expected the path of a file, found a list", "line 1"),
    ("platform: mars", "platform cannot be the text 'mars'", "line 1"),
    ("calls: {}", "expected a list, found a map", "line 1"),
    ("before: R", "expected a list, found the text 'R'", "before"),
    (call("tags: smoke"), "expected a list, found the text 'smoke'", "tags"),
    (call("tags: [two words]"), "expected a tag, found the text 'two words'", "tags"),
    ("calls:\n  - always: true", "an entry of calls needs `call`", "line 2"),
    ("calls:\n  - [R]", "expected a map of call", "line 2"),
    ("calls:\n  - call: [R]", "this entry says nothing of its call", "line 2"),
    ("calls:\n  - call: []\n    always: true", "expected the names that lead to a call", "line 2"),
    ("calls:\n  - call: [[R]]\n    always: true", "expected the names that lead to a call", "line 2"),
    ("calls:\n  - call: {a: b}\n    always: true", "expected the names that lead to a call", "line 2"),
    (call("allways: true"), "an entry of calls has no key 'allways'", "line 3"),
    (call("always: yes"), "expected true or false, found the text 'yes'", "R, always, line 3"),
    (call("extract: [a]"), "expected variables with what they take, found a list", "R, extract, line 3"),
    (call("extract: {A: {pth: $.a}}"), "an extraction has no key 'pth'", "R, extract.A, line 3"),
    (call("extract: {A: {scope: local}}"), "needs `path`, `header` or `regex`", "R, extract.A, line 3"),
    (call("extract: {A: {path: $.a, header: B}}"), "`path` or `header`, not both", "R, extract.A, line 3"),
    (
        call("extract: {A: {path: $.a, scope: data}}"),
        "extract.A.scope cannot be the text 'data'",
        "R, extract.A.scope, line 3",
    ),
    (
        call("extract: {A: {regex: '('}}"),
        "not a regular expression: missing ), unterminated subpattern at position 1",
        "R, extract.A.regex, line 3",
    ),
    (call("extract: {A: 5}"), "expected a map of path, header, regex, scope, found the number 5", "line 3"),
    (call("expect: 200"), "expected what has to hold, found the number 200", "R, expect, line 3"),
    (call("expect: {code: 200}"), "unknown key 'code' in expect", "R, expect, line 3"),
    (call("expect: {status: 20}"), "expected a status, found the number 20", "R, expect.status, line 3"),
    (call("expect: {status: []}"), "expected a status, found an empty list", "R, expect.status, line 3"),
    (call("expect: {header: A}"), "expected headers with what has to hold", "R, expect.header, line 3"),
    (
        call("expect: {header: {A: {count: 1}}}"),
        "this check has no key 'count'",
        "R, expect.header.A, line 3",
    ),
    (call("expect: {$.a: {}}"), "this says nothing", "R, expect.$.a, line 3"),
    (call("expect: {$.a: {equal: 1}}"), "this check has no key 'equal'", "R, expect.$.a, line 3"),
    (call("expect: {$.a: {count: many}}"), "expected a count, found the text 'many'", "expect.$.a.count"),
    (call("expect: {$.a: {count: true}}"), "expected a count, found true", "expect.$.a.count"),
    (call("expect: {$.a: {type: list}}"), "type cannot be the text 'list'", "expect.$.a.type"),
    (call("expect: {$.a: {exists: 1}}"), "expected true or false, found the number 1", "expect.$.a.exists"),
    (call("expect: {$.a: {matches: [a]}}"), "expected a regular expression, found a list", "$.a.matches"),
    (call("retry: {every: 5}"), "expected a duration, found the number 5", "R, retry.every, line 3"),
    (call("retry: {every: 0s}"), "a retry has to wait between its attempts", "R, retry.every, line 3"),
    (call("retry: {until: green}"), "retry.until cannot be the text 'green'", "R, retry.until, line 3"),
    (call("retry: 5"), "expected a map of until, every, for", "R, retry, line 3"),
    (call("only: {}"), "only needs `platform`", "R, only, line 3"),
    (call("only: {platform: mars}"), "only.platform cannot be the text 'mars'", "R, only.platform, line 3"),
    (call("needs: R"), "expected a list, found the text 'R'", "R, needs, line 3"),
]


@pytest.mark.parametrize(("text", "what", "where"), MISTAKES)
def test_mistakes_say_what_and_where(text, what, where):
    with pytest.raises(InputError) as caught:
        parse_companion(text, "c.harness.yaml")
    assert what in caught.value.what
    assert where in str(caught.value.where)
    assert str(caught.value.where).startswith("c.harness.yaml: ")


def test_valid_values_are_listed():
    with pytest.raises(InputError) as caught:
        parse_companion(call("expect: {$.a: {equal: 1}}"), "c.harness.yaml")
    assert caught.value.hint == "did you mean 'equals'? valid: equals, matches, exists, type, count"


def valid(text):
    document = parse_yaml(text, "c.harness.yaml").data()
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(document)


# What a schema cannot say: regular expressions that do not compile, durations that are zero.
NOT_FOR_A_SCHEMA = ("an address is named", "not a regular expression", "a retry has to wait")


@pytest.mark.parametrize(
    ("text", "fits"),
    [(FULL, True), ("", True), ("calls:", True), (call("expect: {status: '404'}"), True)]
    + [(text, False) for text, what, _ in MISTAKES if not what.startswith(NOT_FOR_A_SCHEMA)],
)
def test_the_schema_agrees_with_the_loader(text, fits):
    assert valid(text) is fits


def test_the_schema_has_the_loaders_words():
    entry, extraction = SCHEMA["$defs"]["entry"], SCHEMA["$defs"]["extraction"]
    expect = SCHEMA["$defs"]["expect"]
    (paths,) = expect["patternProperties"].values()
    checks = paths["then"]["properties"]
    headers = expect["properties"]["header"]["additionalProperties"]["then"]["properties"]
    pairs = [
        (SCHEMA["properties"], companion_file.KEYS),
        (entry["properties"], companion_file.CALL_KEYS),
        (extraction["properties"], companion_file.EXTRACT_KEYS),
        (extraction["properties"]["scope"]["enum"], companion_file.SCOPES),
        (checks, companion_file.CHECKS),
        (headers, companion_file.HEADER_CHECKS),
        (checks["type"]["enum"], companion_file.TYPES),
        (entry["properties"]["retry"]["properties"], companion_file.RETRY_KEYS),
        (entry["properties"]["retry"]["properties"]["until"]["enum"], companion_file.GOALS),
        (entry["properties"]["only"]["properties"], companion_file.ONLY_KEYS),
        (SCHEMA["$defs"]["platform"]["enum"], companion_file.PLATFORMS),
    ]
    for written, known in pairs:
        assert tuple(written) == known
    defaults = RetryEntry()
    retry = entry["properties"]["retry"]["properties"]
    assert retry["until"]["default"] == defaults.until
    assert parse_duration(retry["every"]["default"]) == defaults.every_s
    assert parse_duration(retry["for"]["default"]) == defaults.for_s


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert re.compile(SCHEMA["$defs"]["duration"]["pattern"])
