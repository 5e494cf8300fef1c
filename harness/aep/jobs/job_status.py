"""The `status` filter that the lists of jobs have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem

if TYPE_CHECKING:
    from collections.abc import Sequence

Job = dict[str, Any]


def with_status(jobs: list[Job], status: str | None, valid: Sequence[str]) -> list[Job]:
    """Return the jobs of a status, all of them when none is asked for; 400 for one that no job can have."""
    if not status:
        return jobs
    if status not in valid:
        raise problem.bad_request(f"status must be one of {', '.join(valid)}")
    return [job for job in jobs if job["status"] == status]
