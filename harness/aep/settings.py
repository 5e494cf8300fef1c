"""How one local platform is set up: who may call it, and how it behaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

SCOPES = "openid,session,AdobeID,read_organizations,additional_info.projectedProductContext"
METASCOPES = "ent_dataservices_sdk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """One organisation and the one integration (credential) it has.

    `public_key` is the PEM of the integration's certificate or key, against which the JWT exchange
    verifies; None lets the platform generate a pair.
    """

    org_id: str
    tenant_id: str
    client_id: str
    client_secret: str
    technical_account_id: str
    public_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be chosen about a platform. Times are in the unit their name ends with.

    `latency_ms` is how long every answer takes at least, `ingest_delay_ms` how long it takes until a record
    that landed is in profiles, segments and exports, `fail_rate` which share of the calls is answered 503.
    `kinesis_endpoint` and `eventhubs_endpoint` are where exports go, as `harness.aep.flow.wire_sinks` has it;
    a service without one stays here. `served_files` are files by address, answered whatever the path means
    here: a host mapping leads to them.

    The default tenant is the one that Adobe's published sample files for partners carry in their
    records, so that those files load unchanged.
    """

    org_id: str = "5A3B0C1D2E4F60718293A4B5@AdobeOrg"
    tenant_id: str = "exchangeinternal"
    client_id: str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    client_secret: str = "p8e-local-platform-client-secret"
    technical_account_id: str = "6C4D1E2F30517283940516A7@techacct.adobe.com"
    public_key: str | None = None
    other_organisations: tuple[Organisation, ...] = ()
    scopes: str = SCOPES
    metascopes: str = METASCOPES
    token_ttl_s: int = 86_399
    default_sandbox: str = "prod"
    development_sandboxes: tuple[str, ...] = ("dev",)
    data_file: Path | None = None
    seed: int | None = None
    clock_start_ms: int | None = None
    strict: bool = False
    patch_flow_status: Literal[200, 202] = 200
    delete_status: Literal[204, 202] = 204
    xdm_errors: Literal["new", "legacy"] = "new"
    latency_ms: int = 0
    ingest_delay_ms: int = 0
    fail_rate: float = 0.0
    sync_validation_per_minute: int = 60
    sync_validation_supported: bool = True
    collection_requests_per_second: int = 0
    collection_messages_per_second: int = 0
    collection_limit_bytes: int = 1_048_576
    body_limit_bytes: int = 10 * 1_048_576
    upload_limit_bytes: int = 256 * 1_048_576
    patience_s: float = 30.0
    kinesis_endpoint: str | None = None
    eventhubs_endpoint: str | None = None
    ims_host: str | None = None
    platform_url: str | None = None
    served_files: tuple[tuple[str, Path], ...] = ()

    @property
    def organisation(self) -> Organisation:
        """The organisation that the plain fields describe."""
        return Organisation(
            org_id=self.org_id,
            tenant_id=self.tenant_id,
            client_id=self.client_id,
            client_secret=self.client_secret,
            technical_account_id=self.technical_account_id,
            public_key=self.public_key,
        )

    @property
    def organisations(self) -> tuple[Organisation, ...]:
        """All organisations, the main one first."""
        return (self.organisation, *self.other_organisations)

    @property
    def delivers_outside(self) -> bool:
        """Whether exports leave this process."""
        return bool(self.kinesis_endpoint or self.eventhubs_endpoint)

    def tenant_of(self, org_id: str) -> str:
        """Tenant id of an organisation; KeyError for one that is not here."""
        for organisation in self.organisations:
            if organisation.org_id == org_id:
                return organisation.tenant_id
        raise KeyError(org_id)

    def but(self, **changes: object) -> Settings:
        """Return a copy with the changes."""
        return replace(self, **changes)  # type: ignore[arg-type]  # names are checked by replace
