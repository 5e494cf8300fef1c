"""What newman's JSON report tells of a run, with its calls on disk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.adoption.compared_parts import Trouble, VariableValues
from harness.adoption.disk_list import DiskList
from harness.client.message import Failure, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class NewmanVisit:
    """One call of one iteration as newman tells it.

    `item` is the identity of the collection's item, `name` its name. `sent` counts the requests of the call;
    `request` is the last of them in newman's JSON, and the answer is its own. `body_told` is whether the
    report holds the answer's body. `ref` names the visit among newman's failures.
    """

    number: int
    item: str
    name: str
    position: int
    iteration: int
    ref: str
    sent: int
    request: Mapping[str, Any]
    response: Response | None = None
    failure: Failure | None = None
    body_told: bool = True
    assertions: tuple[tuple[str, str], ...] = ()
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewmanItem:
    """An item of the collection that the report repeats: its path, and its content as comparable text."""

    path: tuple[str, ...]
    content: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewmanRun:
    """A run of newman, read from a report.

    `items` are those of the collection by their identity, in order. `environment` and `globals` are the
    variables as the run left them, `environment_id` and `environment_name` say whose they were. `troubles`
    are its failures by the `ref` of their visit, `unanswered` name and message of a request's. `failed` is
    whether there was any failure, `error` what ended the run early. `broken` says why the report could not be
    read to its end, empty when it could.
    """

    file: str
    collection_id: str = ""
    collection_name: str = ""
    items: Mapping[str, NewmanItem] = field(default_factory=dict)
    environment_id: str = ""
    environment_name: str = ""
    environment: VariableValues = field(default_factory=dict)
    globals: VariableValues = field(default_factory=dict)
    visits: DiskList[NewmanVisit] = field(default_factory=DiskList)
    troubles: Mapping[str, tuple[Trouble, ...]] = field(default_factory=dict)
    unanswered: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    iterations: int = 1
    started_ms: float = 0.0
    failed: bool = False
    error: str | None = None
    broken: str = ""
