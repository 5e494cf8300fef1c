"""Sandbox management: the virtual partitions in which every other object lives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.aep.problem import Problem
from harness.twin.clock import iso
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint
from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_BASE = "/data/foundation/sandbox-management"
_KIND = "sandbox"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,255}")
_TYPES = ("production", "development")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    sandboxes = platform.service(Sandboxes)
    table = (
        ("GET", "", sandboxes.list_active),
        ("GET", "/sandboxTypes", sandboxes.types),
        ("GET", "/sandboxes", sandboxes.list_all),
        ("POST", "/sandboxes", sandboxes.create),
        ("GET", "/sandboxes/{name}", sandboxes.read),
        ("PUT", "/sandboxes/{name}", sandboxes.reset),
        ("PATCH", "/sandboxes/{name}", sandboxes.rename),
        ("DELETE", "/sandboxes/{name}", sandboxes.delete),
    )
    return [
        Endpoint(
            method=method, path=_BASE + path, handler=handler, json_only=method != "GET", in_sandbox=False
        )
        for method, path, handler in table
    ]


def _error(status: int, number: int, title: str) -> Problem:
    return Problem(
        status,
        {
            "status": status,
            "title": title,
            "type": f"http://ns.adobe.com/aep/errors/SMS-{number}-{status}",
        },
    )


class Sandboxes:
    """Sandboxes of every organisation. They are kept beside, not inside, the sandboxes."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._names: dict[str, frozenset[str]] = {}
        self._generation = -1
        settings = platform.settings
        for organisation in settings.organisations:
            if platform.store.count(Tenant(organisation.org_id), _KIND):
                continue
            self._add(organisation.org_id, settings.default_sandbox, "production", default=True)
            for name in settings.development_sandboxes:
                self._add(organisation.org_id, name, "development")

    def exists(self, tenant: Tenant) -> bool:
        """Whether the organisation has the sandbox."""
        generation = self._platform.store.generation(_KIND)
        if generation != self._generation:
            self._names.clear()
            self._generation = generation
        names = self._names.get(tenant.org)
        if names is None:
            found = self._platform.store.find(Tenant(tenant.org), _KIND)
            names = self._names[tenant.org] = frozenset(box["name"] for box in found)
        return tenant.sandbox in names

    def names(self, org: str) -> tuple[str, ...]:
        """Names of an organisation's sandboxes, oldest first."""
        return tuple(str(box["name"]) for box in self._platform.store.find(Tenant(org), _KIND))

    def describe(self, tenant: Tenant) -> dict[str, Any]:
        """`{sandboxId, sandboxName, type, default}`, as other services' objects embed it."""
        box = self._get(tenant)
        return {
            "sandboxId": box["id"],
            "sandboxName": box["name"],
            "type": box["type"],
            "default": box["isDefault"],
        }

    def list_active(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /`: the active sandboxes of the caller."""
        return self._page(request, self._platform.store.find(Tenant(caller.tenant.org), _KIND))

    def types(self, _: ServedRequest, __: Caller) -> Response:
        """`GET /sandboxTypes`."""
        return answer({"sandboxTypes": list(_TYPES)})

    def list_all(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /sandboxes`, with `property=type==development` filters and `orderBy`."""
        found = self._platform.store.find(Tenant(caller.tenant.org), _KIND)
        for text in request.query.all("property"):
            field, operator, value = text.partition("==")
            if not operator or field not in {"name", "title", "state", "type", "region"}:
                raise _error(400, 2001, f"The filter {text!r} is not understood.")
            found = [box for box in found if str(box[field]) == value]
        order = request.query.get("orderBy")
        for field in reversed((order or "").split(",")):
            if field:
                bare = field.lstrip("+-")
                if not all(bare in box for box in found):
                    raise _error(400, 2001, f"There is no field {bare!r} to order by.")
                found.sort(key=lambda box: str(box[bare]), reverse=field.startswith("-"))
        return self._page(request, found)

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /sandboxes {name, title, type}`."""
        wanted = request.document()
        name, kind = wanted.get("name"), wanted.get("type", "development")
        if not isinstance(name, str) or _NAME.fullmatch(name) is None:
            raise _error(
                400,
                2002,
                "A sandbox name starts with a letter and holds lower-case letters, digits and hyphens.",
            )
        if kind not in _TYPES:
            raise _error(400, 2004, f"The sandbox type must be one of {', '.join(_TYPES)}.")
        if not isinstance(wanted.get("title", ""), str):
            raise _error(400, 2005, "The sandbox title must be a string.")
        if self.exists(Tenant(caller.tenant.org, name)):
            raise _error(409, 2006, f"A sandbox with the name '{name}' exists already.")
        box = self._add(caller.tenant.org, name, kind, title=wanted.get("title"), user=caller.user_id)
        return answer({**_short(box), "state": "creating"}, 201)

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /sandboxes/{name}`."""
        return answer(self._get(Tenant(caller.tenant.org, request.params["name"])))

    def rename(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH /sandboxes/{name} {title}`."""
        box = self._get(Tenant(caller.tenant.org, request.params["name"]))
        title = request.document().get("title")
        if not isinstance(title, str) or not title:
            raise _error(400, 2005, "Only the title of a sandbox can be changed.")
        box["title"] = title
        self._save(caller, box)
        return answer(_short(box))

    def reset(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT /sandboxes/{name}?validationOnly=` with `{action: reset}`: everything in the sandbox goes.

        With `validationOnly=true` nothing does; there are no features of other products to warn of.
        """
        box = self._get(Tenant(caller.tenant.org, request.params["name"]))
        if request.document().get("action") != "reset":
            raise _error(400, 2007, "The action must be 'reset'.")
        if not request.query.flag("validationOnly"):
            self._platform.store.clear(Tenant(caller.tenant.org, box["name"]))
            self._save(caller, box)
        return answer({"id": box["id"], **_short(box), "state": "resetting"})

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /sandboxes/{name}?validationOnly=`: not the default production sandbox."""
        box = self._get(Tenant(caller.tenant.org, request.params["name"]))
        if box["isDefault"]:
            raise _error(400, 2008, "The default production sandbox cannot be deleted.")
        if not request.query.flag("validationOnly"):
            with self._platform.store.transaction():
                self._platform.store.clear(Tenant(caller.tenant.org, box["name"]))
                self._platform.store.delete(Tenant(caller.tenant.org), _KIND, box["name"])
        return answer({**_short(box), "state": "deleted"})

    def _get(self, tenant: Tenant) -> dict[str, Any]:
        box = self._platform.store.get(Tenant(tenant.org), _KIND, tenant.sandbox)
        if box is None:
            raise _error(404, 2003, f"The sandbox with the name '{tenant.sandbox}' could not be found.")
        return box

    def _save(self, caller: Caller, box: dict[str, Any]) -> None:
        box["eTag"] += 1
        box["lastModifiedDate"] = _stamp(self._platform.clock.now_ms())
        box["lastModifiedBy"] = box["modifiedBy"] = caller.user_id
        self._platform.store.put(Tenant(caller.tenant.org), _KIND, box["name"], box)

    def _add(
        self,
        org: str,
        name: str,
        kind: str,
        *,
        title: str | None = None,
        default: bool = False,
        user: str = "system",
    ) -> dict[str, Any]:
        stamp = _stamp(self._platform.clock.now_ms())
        box = {
            "id": self._platform.ids.uuid(),
            "name": name,
            "title": title or name.capitalize(),
            "state": "active",
            "type": kind,
            "region": "VA7",
            "isDefault": default,
            "eTag": 0,
            "createdDate": stamp,
            "lastModifiedDate": stamp,
            "createdBy": user,
            "lastModifiedBy": user,
            "modifiedBy": user,
        }
        self._platform.store.put(Tenant(org), _KIND, name, box)
        return box

    def _page(self, request: ServedRequest, found: list[dict[str, Any]]) -> Response:
        limit = request.query.number("limit", 50, low=1)
        offset = request.query.number("offset", 0)
        shown = found[offset : offset + limit]
        href = f"{request.base_url}{request.path}"
        page = {"href": f"{href}?limit={{limit}}&offset={{offset}}", "templated": True}
        links: dict[str, Any] = {"page": page}
        if offset:
            links["prev"] = {"href": f"{href}?limit={limit}&offset={max(0, offset - limit)}"}
        if offset + limit < len(found):
            links["next"] = {"href": f"{href}?limit={limit}&offset={offset + limit}"}
        return answer(
            {
                "sandboxes": shown,
                "_page": {"limit": limit, "count": len(shown)},
                "_links": links,
            }
        )


def _short(box: dict[str, Any]) -> dict[str, Any]:
    return {name: box[name] for name in ("name", "title", "state", "type", "region")}


def _stamp(ms: int) -> str:
    return iso(ms)[:19].replace("T", " ")
