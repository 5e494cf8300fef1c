"""What a page of the console looks at: one sandbox of one organisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from harness.aep import problem
from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from harness.aep.platform import Platform
    from harness.twin.message import ServedRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxChoice:
    """An organisation and a sandbox of it; the names are those there are to choose from."""

    platform: Platform
    tenant: Tenant
    orgs: tuple[str, ...]
    sandboxes: tuple[str, ...]

    @property
    def hidden(self) -> tuple[tuple[str, str], ...]:
        """What a form of a page sends along, to stay where it is."""
        org = (("org", self.tenant.org),) if self.tenant.org != self.orgs[0] else ()
        return (*org, ("sandbox", self.tenant.sandbox))

    def link(self, path: str, **query: str) -> str:
        """Address of another page about the same place."""
        kept = {}
        if self.tenant.org != self.orgs[0]:
            kept["org"] = self.tenant.org
        if self.tenant.sandbox != self.platform.settings.default_sandbox:
            kept["sandbox"] = self.tenant.sandbox
        text = urlencode({**kept, **query})
        return f"{path}?{text}" if text else path


def choice_of(platform: Platform, request: ServedRequest) -> SandboxChoice:
    """Place that a request is about: by default the main organisation's default sandbox."""
    from harness.aep.access.sandboxes import Sandboxes

    orgs = tuple(one.org_id for one in platform.settings.organisations)
    org = request.query.get("org") or orgs[0]
    if org not in orgs:
        raise problem.not_found(f"There is no organisation {org}")
    sandboxes = platform.service(Sandboxes).names(org)
    sandbox = request.query.get("sandbox") or platform.settings.default_sandbox
    if sandbox not in sandboxes:
        sandbox = platform.settings.default_sandbox
    return SandboxChoice(platform=platform, tenant=Tenant(org, sandbox), orgs=orgs, sandboxes=sandboxes)
