"""What a load is to be, and which part of it this process plays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from harness.load.stage import Course

Role = Literal["alone", "master", "worker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSettings:
    """A load: `course` in users, or with `open_model` in arrivals a second for at most `users` at a time.

    A `master` waits for `workers`; with a `command` it starts them itself, each by this command followed by
    its port. `host` and `port` are the master's; port 0 is any free one.
    """

    role: Role
    course: Course
    users: int
    open_model: bool = False
    host: str = "127.0.0.1"
    port: int = 0
    workers: int = 0
    command: Sequence[str] = ()
