"""Results of earlier runs, whoever wrote them: our event log, our JSON report, newman's."""

import json
from collections.abc import Iterator
from pathlib import Path

from harness.collection.document import like_named
from harness.errors import InputError
from harness.reporters.log.events_log import read_events
from harness.reporters.newman.report_reader import read_newman_report
from harness.runner.events import Event


def read_results(path: Path) -> Iterator[Event]:
    """Read the events of a run. Raises `InputError` for a file that holds none, at once or while reading."""
    try:
        with path.open(encoding="utf-8") as file:
            first = file.readline()
    except UnicodeDecodeError as error:
        raise InputError("cannot read the results: it is not UTF-8", where=str(path)) from error
    except FileNotFoundError as error:
        raise InputError("the results are not there", where=str(path), hint=like_named(path)) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"cannot read the results: {reason}", where=str(path)) from error
    return read_events(path) if _starts_log(first) else read_newman_report(path)


def _starts_log(line: str) -> bool:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and "version" in document
