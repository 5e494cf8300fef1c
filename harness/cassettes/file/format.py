"""vcrpy's cassette format: YAML, or JSON by the file's extension. The only door to vcrpy.

What vcrpy has no word for stands beside `request` and `response`, where it ignores it; recorded failures
stand under `failures`, since vcrpy reads every interaction as an answer. A body that is no UTF-8 text is
`!!binary` in YAML; JSON keeps it as base64 under a key of our own. vcrpy, which cannot keep it in JSON at
all, fails over such an answer and replays the others.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import yaml

from harness.cassettes.file.document import (
    NOT_UNDERSTOOD,
    Document,
    MalformedCassette,
    cassette_of,
    interaction_document,
    metadata_document,
    with_bytes,
)
from harness.cassettes.file.interaction import Cassette, CassetteMetadata
from harness.cassettes.file.journal_path import journal_path
from harness.cassettes.file.yaml_reader import DEEPEST, TooDeep, Unusual, check_size, read_yaml, safe_loader
from harness.cassettes.file.yaml_text import EntryWriter, NotCovered
from harness.collection.document import like_named
from harness.collection.json_error import json_error, seems_to_be
from harness.errors import InputError, Place

VERSION: Final = 1
"""The version that vcrpy writes and reads."""

_NO_CONSTRUCTOR: Final = "could not determine a constructor for the tag "
_BREAKS: Final = re.compile("[\r\x85\u2028\u2029\ufeff]")
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BEYOND_LIBYAML: Final = re.compile("[\U00010000-\U0010ffff]")


def is_json(path: Path) -> bool:
    """Tell whether a cassette of that name is JSON."""
    return path.suffix.lower() == ".json"


def load(path: Path) -> Cassette:
    """Read a cassette. Raises `InputError` that names line and reason when it is not one."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(
            "the cassette does not exist",
            where=str(path),
            hint=_instead(Path(path)),
        ) from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise _refusal(path, f"line {line}", f"is no UTF-8 text ({error.reason})") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"cannot read the cassette: {reason}", where=str(path)) from error
    document = _parse(path, text)
    if isinstance(document, dict) and {"info", "item"} <= document.keys():
        raise InputError(
            "this is not a cassette: it is a collection",
            where=str(path),
            hint=f"record one with harness run {path} --record FILE, and name that",
        )
    try:
        return cassette_of(document, file=str(path))
    except MalformedCassette as error:
        line = _line_of(text, error.pointer)
        raise _refusal(path, f"line {line}, {error.pointer or '/'}", error.what) from error


def _instead(path: Path) -> str:
    journal = journal_path(path)
    if journal.exists():
        return (
            f"an interrupted recording lies beside it: go on with --record {path} --resume,"
            f" or make a cassette of what it has with `harness cassette redact {journal}`"
        )
    like = like_named(path)
    if like.startswith("did you mean"):
        return like
    record = f"record it: harness run COLLECTION --record {path}"
    return f"{like}; {record}" if like else record


def _refusal(path: Path, field: str, what: str) -> InputError:
    return InputError(
        f"this is not a cassette, or a damaged one: {what}",
        where=Place(file=str(path), field=field),
        hint="it is left as it is; repair it, or move it away and record again",
    )


def _parse(path: Path, text: str) -> Any:
    if not text.strip():
        raise _refusal(path, "line 1", "the file is empty")
    if is_json(path):
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            raise _refusal(path, where, seems_to_be(text) or json_error(error)) from error
        except RecursionError as error:
            raise _refusal(path, "/", "it is nested too deeply") from error
        except ValueError as error:
            raise _refusal(path, "/", "a number in it has too many digits") from error
    try:
        return read_yaml(text)
    except TooDeep as error:
        raise _refusal(path, f"line {error.line}", str(error)) from error
    except yaml.YAMLError as error:
        raise _refusal(path, _mark(error), _problem(error)) from error
    except Unusual:
        return _parse_with_loader(path, text)


def _parse_with_loader(path: Path, text: str) -> Any:
    _check_depth(path, text)
    try:
        document = yaml.load(text, Loader=safe_loader())  # noqa: S506 -- a safe loader
    except yaml.constructor.ConstructorError:
        document = _parse_with_vcrpy(path, text)
    except (yaml.YAMLError, *NOT_UNDERSTOOD) as error:
        raise _refusal(path, _mark(error), _problem(error)) from error
    try:
        check_size(document, 1)
    except TooDeep as error:
        raise _refusal(path, f"line {error.line}", str(error)) from error
    return document


def _check_depth(path: Path, text: str) -> None:
    """Refuse a document nested so deeply that libyaml, which recurses, would end the process."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=safe_loader()):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise _refusal(path, f"line {line}", "it is nested too deeply")
    except yaml.YAMLError as error:
        raise _refusal(path, _mark(error), _problem(error)) from error


def _parse_with_vcrpy(path: Path, text: str) -> Any:
    """Read the tags that vcrpy wrote in its time (tuples, buffers), safely, with its own loader."""
    from vcr.serializers import yamlserializer

    try:
        return yamlserializer.deserialize(text)
    except (yaml.YAMLError, *NOT_UNDERSTOOD) as error:
        raise _refusal(path, _mark(error), _problem(error)) from error


def _mark(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark is not None else "line 1"


def _problem(error: Exception) -> str:
    problem = str(getattr(error, "problem", None) or error)
    if problem.startswith(_NO_CONSTRUCTOR):
        return f"it holds an object of a program, which is not made here: {problem[len(_NO_CONSTRUCTOR) :]}"
    return problem


def _line_of(text: str, pointer: str) -> int:
    """Return the line of a place in a document, or of what is left of the way to it."""
    try:
        node = yaml.compose(text, Loader=safe_loader())
    except yaml.YAMLError:
        return 1
    for part in pointer.split("/")[1:]:
        below = None
        if isinstance(node, yaml.MappingNode):
            below = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
            below = node.value[int(part)]
        if below is None:
            break
        node = below
    return int(node.start_mark.line) + 1 if node is not None else 1


Entries = Callable[[], Iterator[Document]]
"""Gives the entries of a cassette as JSON has them, from the first one on, whenever it is called."""


def dump(metadata: CassetteMetadata, entries: Entries, path: Path) -> Iterator[str]:
    """Yield the text of a cassette's file in pieces, the format by the extension of `path`.

    `entries` are gone through twice, so that none has to be kept in memory.
    """
    document = metadata_document(metadata)
    failures = False

    def answered() -> Iterator[Document]:
        nonlocal failures
        for one in entries():
            if "failure" in one:
                failures = True
            else:
                yield one

    def failed() -> Iterator[Document]:
        # Most have none, and need not be gone through again.
        if failures:
            yield from (one for one in entries() if "failure" in one)

    return (_dump_json if is_json(path) else _dump_yaml)(document, answered(), failed())


def dumps(cassette: Cassette, path: Path) -> str:
    """Return the text of a cassette's file, the format by the extension of `path`."""
    return "".join(dump(cassette.metadata, lambda: map(interaction_document, cassette.interactions), path))


def _dump_json(metadata: Document, answered: Iterator[Document], failed: Iterator[Document]) -> Iterator[str]:
    yield f'{{"version": {VERSION},\n"metadata": '
    yield _json(metadata)
    for name, entries in (("interactions", answered), ("failures", failed)):
        first = next(entries, None)
        if first is None and name == "failures":
            break
        yield f',\n"{name}": ['
        separator = "\n"
        for entry in chain(() if first is None else (first,), entries):
            yield separator + _json(entry)
            separator = ",\n"
        yield "\n]"
    yield "}\n"


def _json(document: Document) -> str:
    text = json.dumps(document, ensure_ascii=False, indent=1)
    return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _dump_yaml(metadata: Document, answered: Iterator[Document], failed: Iterator[Document]) -> Iterator[str]:
    yield _yaml({"version": VERSION, "metadata": metadata})
    for name, entries in (("interactions", answered), ("failures", failed)):
        first = next(entries, None)
        if first is None:
            if name == "interactions":
                yield "interactions: []\n"
            continue
        yield f"{name}:\n"
        for entry in chain((first,), entries):
            yield _entry([with_bytes(entry)])


def _entry(document: list[Document]) -> str:
    try:
        return _entry_writer().write(document)
    except NotCovered:
        return _yaml(document)


@cache
def _entry_writer() -> EntryWriter:
    return EntryWriter(lambda text: _yaml([text]).removeprefix("- ").removesuffix("\n"))


def _yaml(document: Any) -> str:
    text = _dump_with(_dumper(libyaml=True), document)
    # libyaml escapes what is beyond 16 bits; only such a document pays for the slow emitter.
    if "\\U" in text and _BEYOND_LIBYAML.search(json.dumps(document, ensure_ascii=False, default=repr)):
        text = _dump_with(_dumper(libyaml=False), document)
    return text


def _dump_with(dumper: Any, document: Any) -> str:
    text = yaml.dump(
        document,
        Dumper=dumper,
        allow_unicode=True,
        sort_keys=False,
        width=1_000_000,
        default_flow_style=False,
    )
    return str(text)


class _Plainly:
    """Writes equal values out each time: an alias would make a cassette hard to edit."""

    def ignore_aliases(self, _: object) -> bool:
        return True


@cache
def _dumper(*, libyaml: bool) -> Any:
    """Return the safe dumper with our way of writing texts: of several lines as such, others on one line."""
    base = getattr(yaml, "CSafeDumper", yaml.SafeDumper) if libyaml else yaml.SafeDumper
    dumper: Any = type("CassetteDumper", (_Plainly, base), {})
    dumper.add_representer(str, _represent_text)
    return dumper


def _represent_text(dumper: Any, text: str) -> Any:
    style = None
    if _LONE_SURROGATE.search(text):
        # Half a character, which JSON can spell and YAML cannot.
        text = _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    if _BREAKS.search(text):
        # Plain and block styles would read these back as other line breaks.
        style = '"'
    elif "\n" in text and not text.startswith((" ", "\n")) and not text.endswith("\n\n"):
        # A block that keeps empty lines at its end would end the document too.
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)
