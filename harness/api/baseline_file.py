"""The file that lists what a run knows already: read before the run, written after it when that is asked."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from harness.collection.document import read_json
from harness.collection.model import Collection
from harness.errors import InputError
from harness.options.config import RunConfig
from harness.options.output import OutputOptions
from harness.runner.baseline import Baseline, BaselineEntry, Occurrence, known_document, read_known
from harness.runner.results import RunSummary

_WHAT: Final = "the baseline"


def baseline_of(config: RunConfig, collection: Collection, mask: Callable[[str], str]) -> Baseline | None:
    """Return what is known of a collection, `None` when no baseline is asked for. Raises `InputError`."""
    output = config.output
    if output.baseline is None:
        return None
    file = Path(output.baseline)
    if output.update_baseline:
        today = BaselineEntry(since=datetime.now(UTC).date().isoformat())
        return Baseline(collection.name, _listed(file), accepted=today, mask=mask)
    if not file.exists():
        raise InputError(
            "there is no such baseline",
            where=str(file),
            hint="write it with --update-baseline, from a run whose findings are all known",
        )
    return Baseline(collection.name, _listed(file), mask=mask)


def write_baseline(output: OutputOptions, baseline: Baseline, summary: RunSummary, *, whole: bool) -> int:
    """Write what a run met, beside what is known of other collections. Returns how many entries are new.

    What no longer occurs is left out. Raises `InputError` when the file cannot be written.
    """
    from harness.reporters.export import write_atomically

    file = Path(output.baseline or "")
    known = _listed(file)
    met = baseline.met(summary)
    new = sum(one not in known for one in met)
    for one in baseline.gone(summary, whole=whole, ignored=output.ignore_warnings):
        known.pop(one, None)
    document = known_document({**known, **met})
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"

    def write(stream: IO[bytes]) -> None:
        stream.write(text.encode("utf-8", "replace"))

    write_atomically(file, write)
    return new


def _listed(file: Path) -> dict[Occurrence, BaselineEntry]:
    return read_known(read_json(str(file), _WHAT), str(file)) if file.exists() else {}
