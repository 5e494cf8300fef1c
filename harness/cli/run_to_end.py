"""A run whose events nobody reports: only its end is wanted."""

from harness.api import LiveRun
from harness.runner.events import RunFinished


def run_to_end(live: LiveRun) -> RunFinished:
    """Run to the end and return it; an interruption ends the run in order."""
    events = live.events()
    finished: RunFinished | None = None
    event = next(events, None)
    while event is not None:
        if isinstance(event, RunFinished):
            finished = event
        try:
            event = next(events, None)
        except KeyboardInterrupt as interrupt:
            event = events.throw(interrupt)
    if finished is None:
        raise RuntimeError("the run told no end")
    return finished
