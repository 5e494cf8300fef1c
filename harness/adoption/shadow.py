"""Verdicts on the runs of newman that a command made behind the recording proxy."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from harness.adoption.adopt import AdoptionPlan, judge
from harness.adoption.newman_report import read_newman_run
from harness.adoption.recording_proxy import ProxiedRequest
from harness.adoption.shadowed_command import NewmanJob, ShadowedCommand
from harness.adoption.verdict import UNKNOWN, Verdict
from harness.errors import HarnessError

_EVER: Final = float("inf")

PlanOf = Callable[[NewmanJob], tuple[str, AdoptionPlan]]
"""Says which collection a run of newman was about, and how it is to be judged. Raises `HarnessError`."""


def verdicts(shadowed: ShadowedCommand, name: str, plan_of: PlanOf) -> Iterator[Verdict]:
    """Yield a verdict on each run of newman in the command called `name`, in the order they began."""
    jobs = list(shadowed.jobs())
    if not jobs:
        why = "the command ran no newman that could be watched, as in a container or on another machine"
        yield Verdict(collection=name, report="-", word="cannot tell", why=(why,))
    exchanges = list(shadowed.traffic)
    begins = [_began(job) for job in jobs]
    for job, (begin, end) in zip(jobs, pairwise([*begins, _EVER]), strict=True):
        yield _judged(job, plan_of, [one for one in exchanges if begin <= one.at < end], shadowed.unread)


def _judged(
    job: NewmanJob, plan_of: PlanOf, exchanges: Sequence[ProxiedRequest], unread: Sequence[str]
) -> Verdict:
    collection = next((word for word in job.argv[1:] if not word.startswith("-")), UNKNOWN)
    if job.report is None:
        return _unknown(collection, ("newman left no summary of its run: it died of something",))
    try:
        collection, plan = plan_of(job)
        run = read_newman_run(job.report)
        try:
            found = judge(run, "this run", collection, plan, exchanges)
        finally:
            run.visits.close()
    except HarnessError as error:
        return _unknown(collection, (error.what,))
    if found.word == "cannot tell" and unread:
        why = f"what was sent to {', '.join(unread)} could not be read"
        return Verdict(
            collection=found.collection, report=found.report, word=found.word, why=(why, *found.why)
        )
    return found


def _unknown(collection: str, why: tuple[str, ...]) -> Verdict:
    return Verdict(collection=collection, report="this run", word="cannot tell", why=why)


def _began(job: NewmanJob) -> float:
    return job.began_ms / 1000


def in_folder(path: str, folder: Path) -> str:
    """Return a file that a program in another folder was given, as it is to be found from here."""
    return path if Path(path).is_absolute() or "://" in path else str(folder / path)
