"""How one local platform is set up: who may call it, and how it behaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.twin.settings import TwinSettings

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
class Settings(TwinSettings):
    """Everything that can be chosen about this platform, beside what can be chosen about any.

    `ingest_delay_ms` is how long it takes until a record that landed is in profiles, segments and exports.
    `kinesis_endpoint` and `eventhubs_endpoint` are where exports go, as `harness.twin.wires.remote_sink`
    has it; a service without one stays here.

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
    strict: bool = False
    patch_flow_status: Literal[200, 202] = 200
    delete_status: Literal[204, 202] = 204
    xdm_errors: Literal["new", "legacy"] = "new"
    ingest_delay_ms: int = 0
    sync_validation_per_minute: int = 60
    sync_validation_supported: bool = True
    collection_requests_per_second: int = 0
    collection_messages_per_second: int = 0
    collection_limit_bytes: int = 1_048_576
    upload_limit_bytes: int = 256 * 1_048_576
    kinesis_endpoint: str | None = None
    eventhubs_endpoint: str | None = None
    ims_host: str | None = None

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
