"""What the console shows of audiences from outside, of mapping sets, and of consent that was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.aep.mapping.sets import MappingSets
from harness.aep.segmentation.external_audiences import ExternalAudiences
from harness.twin.call_log import CallLog, LoggedCall
from harness.twin.console.paging import fits

if TYPE_CHECKING:
    from harness.aep.console.sandbox_choice import SandboxChoice

_CONSENT = "/privacy/set-consent"
_MOST_CALLS = 20
_MOST_MAPPINGS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceRow:
    """An external audience: where it comes from, and what it is called there."""

    id: str
    name: str
    audience_id: str
    origin: str
    namespace: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingCard:
    """A mapping set: its schema, and its mappings as pairs of source and destination."""

    id: str
    name: str
    version: int
    schema_id: str
    mappings: tuple[tuple[str, str], ...]
    more: int


def audiences(place: SandboxChoice, asked: str) -> list[dict[str, Any]]:
    """External audiences, newest first, that have the text in them."""
    found = place.platform.service(ExternalAudiences).all(place.tenant)[::-1]
    return [one for one in found if fits(asked, one["name"], one["id"], one["audienceId"], one["originName"])]


def audience_rows(shown: list[dict[str, Any]]) -> list[AudienceRow]:
    """Rows of some audiences."""
    return [
        AudienceRow(
            id=one["id"],
            name=str(one["name"]),
            audience_id=str(one["audienceId"]),
            origin=str(one["originName"]),
            namespace=str(one["namespace"]),
            state=str(one["lifecycleState"]),
        )
        for one in shown
    ]


def mapping_sets(place: SandboxChoice, asked: str) -> list[dict[str, Any]]:
    """Find the mapping sets that have the text in them, newest first."""
    found = place.platform.service(MappingSets).all(place.tenant)[::-1]
    return [one for one in found if fits(asked, one.get("name", ""), one["id"])]


def mapping_cards(shown: list[dict[str, Any]]) -> list[MappingCard]:
    """Cards of some mapping sets."""
    return [
        MappingCard(
            id=one["id"],
            name=str(one.get("name") or one["id"]),
            version=one["version"],
            schema_id=str(one.get("outputSchema", one).get("schemaRef", {}).get("id", "")),
            mappings=tuple(
                (str(pair.get("source", "")), str(pair.get("destination", "")))
                for pair in one["mappings"][:_MOST_MAPPINGS]
            ),
            more=max(0, len(one["mappings"]) - _MOST_MAPPINGS),
        )
        for one in shown
    ]


def consents(place: SandboxChoice) -> list[LoggedCall]:
    """Return the last calls that set consent, of the calls that are kept."""
    return [one for one in place.platform.service(CallLog).latest() if one.path.endswith(_CONSENT)][
        :_MOST_CALLS
    ]
