"""What to do with a cassette: two words of our own, and vcrpy's and pytest-recording's.

mode            file exists                         no file
live            is not looked at                    runs live
replay, none    replayed, nothing goes live         an error
record, rewrite replaced when the run is complete   recorded
all             as record, keeps what is not sent   recorded
once            replayed, nothing goes live         recorded
new_episodes    replayed, what is missing recorded  recorded
"""

from pathlib import Path
from typing import Final, Literal

from harness.cassettes.file.parts import Parts
from harness.errors import UsageError, choices
from harness.lazy_dataclass import dataclass

Action = Literal["live", "replay", "record", "extend", "update"]
"""`record` drops what the file held, `extend` answers from it, `update` keeps of it what is not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeActions:
    """One row: what happens when the file exists, and when it does not."""

    exists: Action
    absent: Action


MODES: Final[dict[str, ModeActions]] = {
    "live": ModeActions(exists="live", absent="live"),
    "replay": ModeActions(exists="replay", absent="replay"),
    "none": ModeActions(exists="replay", absent="replay"),
    "record": ModeActions(exists="record", absent="record"),
    "rewrite": ModeActions(exists="record", absent="record"),
    "all": ModeActions(exists="update", absent="record"),
    "once": ModeActions(exists="replay", absent="record"),
    "new_episodes": ModeActions(exists="extend", absent="record"),
}

RECORD_MODES: Final = ("none", "once", "new_episodes", "all", "rewrite")
"""The words of `--record-mode`."""


def action(mode: str, cassette: Path | Parts) -> Action:
    """Return what a mode means for a cassette. An empty file counts as none, as in vcrpy.

    Raises `UsageError` for an unknown mode.
    """
    row = MODES.get(mode)
    if row is None:
        raise UsageError(f"{mode!r} is no record mode", hint=choices(mode, MODES))
    parts = cassette if isinstance(cassette, Parts) else Parts(path=cassette)
    try:
        present = parts.exists()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"no cassette can have this name: {reason}", where=str(parts.path)) from error
    return row.exists if present else row.absent
