"""Data rows: one a iteration, from CSV or JSON."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from harness.collection.document import DocumentSource, Fetch, decode, describe, parse_json, read_bytes
from harness.collection.document_kind import document_kind
from harness.dialect import EXACT, InputAnswers
from harness.errors import InputError
from harness.lazy_dataclass import dataclass
from harness.variables.csv_rows import parse_csv

# Data that are wrong throughout are not told row by row.
_TOLD: Final = 5

Row = Mapping[str, Any]

NO_ROWS: Final[tuple[Row, ...]] = ({},)


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Rows, never none at all, and what is odd about where they come from: each a warning."""

    rows: tuple[Row, ...]
    warnings: tuple[str, ...] = ()


def load_data(
    source: DocumentSource | Sequence[Any],
    *,
    fetch: Fetch | None = None,
    answers: InputAnswers = EXACT.inputs,
) -> Data:
    """Load rows from a path, an http(s) address, or a sequence of rows.

    JSON is tried first, then CSV, whatever the file is called; but where the `answers` say so a `.json` file
    has to be JSON. JSON that is no list is one empty row, as in newman. Raises `InputError`.
    """
    if not isinstance(source, str | os.PathLike):
        return Data(rows=rows_of(source), warnings=tuple(_misfits(source, "")))
    name = os.fspath(source)
    text = decode(read_bytes(source, "the data", fetch))
    try:
        document = parse_json(text, name)
    except InputError:
        if name.lower().endswith(".json") and answers.json_suffix_binds:
            raise
        csv = parse_csv(text, name)
        return Data(rows=rows_of(csv.rows), warnings=tuple(f"{name}: {one}" for one in csv.oddities))
    if not isinstance(document, list):
        found = document_kind(document)
        kind = f"it is {found}" if found else "no list"
        told = f"{name}: the data are one row without variables: {kind}; a list of objects is expected"
        return Data(rows=NO_ROWS, warnings=(told,))
    if not document:
        told = f"{name}: the data are one row without variables: the list is empty"
        return Data(rows=NO_ROWS, warnings=(told,))
    return Data(rows=rows_of(document), warnings=tuple(_misfits(document, f"{name}: ")))


def _misfits(values: Sequence[Any], place: str) -> Iterator[str]:
    """Tell rows that set no variables by name; of many the first ones."""
    found = [(at, value) for at, value in enumerate(values, start=1) if not isinstance(value, Mapping)]
    for at, value in found[:_TOLD]:
        named = (
            "its elements are named 0, 1, ..." if isinstance(value, list | tuple) else "it sets no variables"
        )
        yield f"{place}row {at} is {describe(value)} where an object is expected: {named}"
    if len(found) > _TOLD:
        yield f"{place}{len(found) - _TOLD} more rows are no objects"


def rows_of(values: Sequence[Any]) -> tuple[Row, ...]:
    """Make rows of JSON values: a list's elements go by their index, what is neither is an empty row."""
    return tuple(_row(value) for value in values) or NO_ROWS


def _row(value: Any) -> Row:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list | tuple):
        return {str(index): one for index, one in enumerate(value)}
    return {}
