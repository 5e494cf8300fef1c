"""Which of the ways of running a configuration asks for."""

from harness.api.modes.mode import Mode
from harness.api.set_up import RunSetUp


def mode_of(set_up: RunSetUp) -> Mode:
    """Return the way in which a run is to run. Raises `HarnessError` for a cassette that cannot be opened."""
    use, drift = set_up.use, set_up.config.cassette.drift
    match use.action:
        case "replay" if use.parts is not None:
            from harness.api.modes.replay import ReplayMode

            return ReplayMode(set_up, use.parts)
        case "record" | "extend" | "update" if use.parts is not None:
            from harness.api.modes.record import RecordMode

            return RecordMode(set_up, use.parts, use.action, once=use.once)
        case _ if drift is not None:
            from harness.api.modes.drift import DriftMode

            return DriftMode(set_up, drift)
        case _:
            from harness.api.modes.live import LiveMode

            return LiveMode(set_up)
