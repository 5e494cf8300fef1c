"""Where packages of sandbox tooling and their jobs are kept; both belong to an organisation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.access.sandboxes import Sandboxes
from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.message import Query

PACKAGE, JOB = "package", "exportImportJob"
_DEFAULT, _MOST = 20, 100
_DAY_MS = 86_400_000
_LASTS_DAYS = 90


class Shelf:
    """Packages and jobs of every organisation."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store

    def all(self, caller: Caller, kind: str) -> list[dict[str, Any]]:
        """All packages or jobs of an organisation, oldest first."""
        return [_current(one) for one in self._store.find(Tenant(caller.tenant.org), kind)]

    def get(self, caller: Caller, kind: str, body_id: Any) -> dict[str, Any]:
        """One by its id; 404 for none."""
        found = (
            self._store.get(Tenant(caller.tenant.org), kind, body_id) if isinstance(body_id, str) else None
        )
        if found is None:
            raise problem.not_found(f"There is no {'job' if kind == JOB else 'package'} {body_id}")
        return _current(found)

    def keep(self, caller: Caller, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """Keep a package or job, and give it."""
        self._store.put(Tenant(caller.tenant.org), kind, body["id"], body)
        return body

    def drop(self, caller: Caller, kind: str, body_id: str) -> None:
        """Delete a package or job."""
        self._store.delete(Tenant(caller.tenant.org), kind, body_id)

    def check_sandbox(self, caller: Caller, name: Any) -> str:
        """Give the name of a sandbox that is there; 400 for another."""
        known = self._platform.service(Sandboxes).names(caller.tenant.org)
        if not isinstance(name, str) or name not in known:
            raise problem.bad_request(f"There is no sandbox {name!r}; there are {', '.join(known)}")
        return name

    def expiry(self, given: Any) -> int:
        """Epoch ms of an expiry: ISO 8601 or epoch ms; without one, in ninety days."""
        if given is None:
            return self._platform.clock.now_ms() + _LASTS_DAYS * _DAY_MS
        at = _epoch_ms(given)
        if at is None:
            raise problem.bad_request(f"expiry must be a time such as 2030-05-20T20:05:10Z, not {given!r}")
        return at


def _current(body: dict[str, Any]) -> dict[str, Any]:
    """Read a package that an earlier build kept, with its artifacts and times as they were then."""
    if "artifacts" not in body:
        return body
    times = {name: _epoch_ms(body.get(name)) or 0 for name in ("createdDate", "modifiedDate", "expiry")}
    rest = {name: value for name, value in body.items() if name != "artifacts"}
    added = {"imsOrgId": body["sourceSandbox"]["imsOrgId"], "artifactsList": body["artifacts"]}
    return {**rest, **times, **added}


def page(found: list[dict[str, Any]], query: Query) -> dict[str, Any]:
    """Give a page: `start` is an offset, `orderBy` a field with or without a dash, `property` filters.

    Adobe's description says `hasNextPage`; its Python client asks for `hasNext`.
    """
    for text in query.all("property"):
        found = [one for one in found if _fits(one, text)]
    status = query.get("status")
    if status:
        found = [one for one in found if one.get("status", one.get("jobStatus")) in status.split(",")]
    order = query.get("orderBy") or query.get("orderby") or "-createdDate"
    field = order.lstrip("+-")
    found = sorted(found, key=lambda one: _rank(one.get(field)), reverse=order.startswith("-"))
    start, limit = query.number("start", 0), query.number("limit", _DEFAULT, low=1, high=_MOST)
    more = start + limit < len(found)
    return {
        "totalElements": len(found),
        "currentPage": start // limit,
        "totalPages": -(-len(found) // limit),
        "hasPreviousPage": start > 0,
        "hasNextPage": more,
        "hasNext": more,
        "data": found[start : start + limit],
    }


def _fits(body: dict[str, Any], text: str) -> bool:
    for sign in ("==", ">=", "<="):
        field, operator, wanted = text.partition(sign)
        if not operator:
            continue
        held = body.get(field.strip())
        if sign == "==":
            return str(held) in wanted.split(",")
        at = _epoch_ms(wanted.strip())
        if at is None or not isinstance(held, int):
            return False
        return held >= at if sign == ">=" else held <= at
    return True


def _rank(value: Any) -> tuple[int, int, str]:
    return (1, value, "") if isinstance(value, int) else (0, 0, str(value or ""))


def _epoch_ms(given: Any) -> int | None:
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    try:
        at = datetime.fromisoformat(str(given))
        return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
