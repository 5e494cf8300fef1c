"""One drift as rows of a table."""

from collections.abc import Iterator

from harness.cassettes.compare.drift import Drift

_NOTHING = "-"


def drift_rows(drift: Drift) -> Iterator[tuple[str, str, str, str, str]]:
    """Tell one drift as rows: call, request, where, what was recorded, what is there now."""
    one = drift.recorded or drift.live
    if one is None:
        return
    owner = " / ".join(one.context.call)
    if one.context.iteration:
        owner += f" [iteration {one.context.iteration + 1}]"
    asked = f"{one.request.method} {one.request.url}"
    if drift.recorded is None:
        yield owner, asked, "request", _NOTHING, "sent"
    elif drift.live is None:
        yield owner, asked, "request", "sent", _NOTHING
    for place in drift.differences:
        recorded = _NOTHING if place.recorded is None else place.recorded
        yield owner, asked, place.pointer, recorded, _NOTHING if place.sent is None else place.sent
