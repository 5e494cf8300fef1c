"""Identity namespaces: the kinds of identities that there are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.aep.problem import Problem
from harness.twin.clock import iso
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

_BASE = "/data/core/idnamespace/identities"
_BY_ORG = "/data/core/idnamespace/orgs/{org}/identities"
_KIND = "namespace"
_CODE = re.compile(r"[A-Za-z0-9_]{1,64}")
_TYPES = (
    "COOKIE",
    "CROSS_DEVICE",
    "DEVICE",
    "EMAIL",
    "MOBILE",
    "NON_PEOPLE",
    "PHONE",
    "B2B_ACCOUNT",
    "B2B_ACCOUNT_PERSON",
    "B2B_CAMPAIGN",
    "B2B_CAMPAIGN_MEMBER",
    "B2B_MARKETING_LIST",
    "B2B_MARKETING_LIST_MEMBER",
    "B2B_OPPORTUNITY",
    "B2B_OPPORTUNITY_PERSON",
)
_MOST_DIGITS = 12
_INVALID = "INVALID_REQUEST_PARAMS"
_STANDARD = (
    (0, "CORE", "CORE", "COOKIE"),
    (4, "ECID", "ECID", "COOKIE"),
    (6, "Email", "Email", "EMAIL"),
    (7, "Phone", "Phone", "PHONE"),
    (8, "WAID", "Windows AID", "DEVICE"),
    (9, "TNTID", "Adobe Target", "COOKIE"),
    (10, "AVID", "AVID", "COOKIE"),
    (11, "Email_LC_SHA256", "Emails (SHA256, lowercased)", "EMAIL"),
    (15, "Phone_SHA256", "Phone (SHA256)", "PHONE"),
    (20914, "GAID", "Google Ad ID", "DEVICE"),
    (20915, "IDFA", "Apple IDFA", "DEVICE"),
    (411, "AdCloud", "AdCloud", "COOKIE"),
)


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    namespaces = platform.service(Namespaces)
    table = (
        ("GET", "", namespaces.list),
        ("POST", "", namespaces.create),
        ("GET", "/{id}", namespaces.read),
        ("PUT", "/{id}", namespaces.rename),
    )
    found = [Endpoint(method=method, path=_BASE + path, handler=handler) for method, path, handler in table]
    for path, handler in (("", namespaces.list), ("/{id}", namespaces.read)):
        found.append(Endpoint(method="GET", path=_BY_ORG + path, handler=handler))
    return found


class Namespaces:
    """Standard namespaces, which every sandbox has, and custom ones."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._codes: dict[Tenant, frozenset[str]] = {}
        self._generation = -1

    def exists(self, tenant: Tenant, code: str) -> bool:
        """Whether there is a namespace of that code, in whatever case. Cached."""
        generation = self._platform.store.generation(_KIND)
        if generation != self._generation:
            self._codes.clear()
            self._generation = generation
        codes = self._codes.get(tenant)
        if codes is None:
            codes = frozenset(one["code"].lower() for one in self.all(tenant))
            self._codes[tenant] = codes
        return code.lower() in codes

    def all(self, tenant: Tenant) -> list[dict[str, Any]]:
        """List the standard namespaces, then custom ones as they were created."""
        standard = [
            {
                "updateTime": 1_577_836_800_000,
                "code": code,
                "status": "ACTIVE",
                "description": f"Adobe provided namespace: {name}",
                "id": number,
                "createTime": 1_577_836_800_000,
                "idType": kind,
                "namespaceType": "Standard",
                "name": name,
                "custom": False,
            }
            for number, code, name, kind in _STANDARD
        ]
        return standard + self._platform.store.find(tenant, _KIND)

    def by_id(self, tenant: Tenant, number: int) -> dict[str, Any] | None:
        """Namespace by its number."""
        return next((one for one in self.all(tenant) if one["id"] == number), None)

    def by_code(self, tenant: Tenant, code: str) -> dict[str, Any] | None:
        """Namespace by its code, in whatever case."""
        wanted = code.lower()
        found = (one for one in self.all(tenant) if one["code"].lower() == wanted)
        return next(found, None)

    def list(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /identities`: a bare array."""
        self._check_org(request, caller)
        return answer(self.all(caller.tenant))

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /identities/{id}`."""
        return answer(self._get(request, caller))

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /identities {name, code, idType, description?}`: answered 200."""
        wanted = request.document()
        self._check(wanted)
        if self.exists(caller.tenant, wanted["code"]):
            raise self._error(
                409,
                "INTEGRATION_CODE_EXISTS",
                f"Namespace code {wanted['code']} already exists. Please use a different code",
                title="NAMESPACE_CODE_CONFLICT",
            )
        now = self._platform.clock.now_ms()
        number = 10_000_000 + self._platform.store.count(caller.tenant, _KIND) + 1
        body = {
            "updateTime": now,
            "code": wanted["code"],
            "status": "ACTIVE",
            "description": wanted.get("description", ""),
            "id": number,
            "createTime": now,
            "idType": wanted["idType"],
            "namespaceType": "Custom",
            "name": wanted["name"],
            "custom": True,
        }
        self._platform.store.put(caller.tenant, _KIND, str(number), body)
        return answer(body)

    def rename(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT /identities/{id}`: name and description of a custom namespace."""
        current = self._get(request, caller)
        wanted = request.document()
        if not current["custom"]:
            raise self._error(403, "NAMESPACE_NOT_EDITABLE", "A standard namespace cannot be changed")
        self._check(wanted)
        if wanted["code"] != current["code"] or wanted["idType"].upper() != current["idType"].upper():
            raise self._error(400, _INVALID, "code and idType are non editable fields")
        current.update(
            name=wanted["name"],
            description=wanted.get("description", current["description"]),
            updateTime=self._platform.clock.now_ms(),
        )
        self._platform.store.put(caller.tenant, _KIND, str(current["id"]), current)
        return answer(current)

    def _check_org(self, request: ServedRequest, caller: Caller) -> None:
        if request.params.get("org", caller.tenant.org) != caller.tenant.org:
            raise self._error(403, "IMS_ORG_MISMATCH", "The path names another IMS organization")

    def _get(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        self._check_org(request, caller)
        wanted = request.params["id"]
        found = None
        if wanted.isdecimal() and len(wanted) <= _MOST_DIGITS:
            found = self.by_id(caller.tenant, int(wanted))
        if found is None:
            raise self._error(
                404,
                "NAMESPACE_NOT_FOUND",
                f"Namespace id not found for given IMS Org {caller.tenant.org}",
            )
        return found

    def _check(self, wanted: dict[str, Any]) -> None:
        for name in ("name", "code", "idType"):
            if not isinstance(wanted.get(name), str) or not wanted[name]:
                raise self._error(400, _INVALID, f"Please provide a value of {name}.")
        if _CODE.fullmatch(wanted["code"]) is None:
            raise self._error(
                400, _INVALID, "Please provide a code of letters, digits and underscores, at most 64."
            )
        if wanted["idType"].upper() not in _TYPES:
            valid = ", ".join(_TYPES)
            raise self._error(
                400, _INVALID, f"Please provide a valid value of idType. Valid values are: [{valid}]"
            )
        if not isinstance(wanted.get("description", ""), str):
            raise self._error(400, _INVALID, "Please provide a text as description.")

    def _error(
        self, status: int, code: str, description: str, *, title: str = "Namespace validation"
    ) -> Problem:
        return Problem(
            status,
            {
                "timestamp": iso(self._platform.clock.now_ms(), millis=True),
                "type": "http://ns.adobe.com/adobecloud/problem/namespacevalidation",
                "status": status,
                "error": code,
                "description": description,
                "title": title,
                "report": {"code": code, "message": description},
            },
        )
