"""Data rows: one a iteration, from CSV or JSON."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

from harness.collection.document import Fetch, Source, decode, parse_json, read_bytes
from harness.dialect import EXACT, InputAnswers
from harness.errors import InputError
from harness.variables.csv_rows import parse_csv

Row = Mapping[str, Any]

NO_ROWS: Final[tuple[Row, ...]] = ({},)


def load_rows(
    source: Source | Sequence[Any], *, fetch: Fetch | None = None, answers: InputAnswers = EXACT.inputs
) -> tuple[Row, ...]:
    """Load rows from a path, an http(s) address, or a sequence of rows; never none at all.

    JSON is tried first, then CSV, whatever the file is called; but where the `answers` say so a `.json` file
    has to be JSON. JSON that is no list is one empty row, as in newman. Raises `InputError`.
    """
    if not isinstance(source, str | os.PathLike):
        return rows_of(source)
    name = os.fspath(source)
    text = decode(read_bytes(source, "the data", fetch))
    try:
        document = parse_json(text, name)
    except InputError:
        if name.lower().endswith(".json") and answers.json_suffix_binds:
            raise
        return rows_of(parse_csv(text, name))
    return rows_of(document) if isinstance(document, list) else NO_ROWS


def rows_of(values: Sequence[Any]) -> tuple[Row, ...]:
    """Make rows of JSON values: a list's elements go by their index, what is neither is an empty row."""
    return tuple(_row(value) for value in values) or NO_ROWS


def _row(value: Any) -> Row:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list | tuple):
        return {str(index): one for index, one in enumerate(value)}
    return {}
