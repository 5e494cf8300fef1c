"""Streaming ingestion: records sent to an inlet, one by one or several at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.access.gateway import bearer
from harness.aep.flow.inlets import Inlets
from harness.aep.ingestion.inlet_rates import InletRates
from harness.aep.ingestion.landing import Landing
from harness.aep.ingestion.query_words import tell_unknown_words
from harness.aep.ingestion.raw_messages import RawMessages
from harness.aep.ingestion.streaming_batches import StreamingBatches
from harness.aep.problem import Problem
from harness.aep.registry.state import SchemaRegistry
from harness.aep.tokens import TokenError
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.flow.inlets import Inlet
    from harness.aep.ingestion.landing import Target
    from harness.aep.platform import Platform

_SPELLINGS = ("synchronousValidation", "syncValidation")
_SMILE = "application/x-jackson-smile"
_MEDIA_TYPES = frozenset({"", "application/json", _SMILE})
_CONTENT_TYPE = re.compile(
    r"application/vnd\.adobe\.xed(?:-full)?(?:-notext)?\+json\s*;\s*version\s*=\s*\"?([0-9]+)(?:\.[0-9]+)?\"?"
)
"""Forms of a schema reference's content type that the guides use; the group is the major version."""
_FORMAT = "Message has unknown xdm format"
_ORG = "Message has an absent or wrong ims org in the header"


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the collection service, and their alias on the platform's host."""
    streaming = Streaming(platform)
    limit = platform.settings.collection_limit_bytes
    found = []
    for base in ("/collection", "/data/foundation/import/collection"):
        for path, handler in (("{id}", streaming.one), ("batch/{id}", streaming.several)):
            found.append(
                Endpoint(method="POST", path=f"{base}/{path}", handler=handler, door="open", limit=limit)
            )
    return found


class Streaming:
    """Accepts records, or says why not."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._inlets = platform.service(Inlets)
        self._landing = platform.service(Landing)
        self._registry = platform.service(SchemaRegistry)
        self._batches = platform.service(StreamingBatches)
        self._raw = RawMessages(platform)
        self._rates = platform.service(InletRates)

    def one(self, request: ServedRequest, _: Caller) -> Response:
        """`POST /collection/{inletId}`, validated at once or later."""
        inlet = self._admit(request)
        asked = next((name for name in _SPELLINGS if request.query.flag(name)), None)
        if asked is not None:
            self._check_location(inlet)
            self._rates.count_synchronous(inlet)
        self._rates.count(inlet, 1)
        message = self._parse(inlet, request)
        received_ms = self._platform.clock.now_ms()
        xaction_id = self._platform.ids.xaction()
        target, record = self._read(inlet, request, message)
        violation = target.validator.violations(record)
        if violation is None:
            self._accept(target, record, xaction_id, received_ms)
        elif asked is not None:
            raise problem.dcs(
                400,
                "Invalid XDM Message Format",
                f"{_where(inlet)} Message is invalid",
                {"_streamingValidation": [violation]},
            )
        else:
            self._refuse(target, record, violation, received_ms)
        outcome = {"syncValidation": {"skipped": True}} if asked is None else {asked: {"status": "pass"}}
        return answer(
            {
                "inletId": inlet.inlet_id,
                "xactionId": xaction_id,
                "receivedTimeMs": received_ms,
                **outcome,
            }
        )

    def several(self, request: ServedRequest, _: Caller) -> Response:
        """`POST /collection/batch/{inletId}`: 207, one answer per message, in order.

        Validation at once does not exist here; a record that breaks its schema goes to the
        dataset's error batch.
        """
        inlet = self._admit(request)
        body = self._parse(inlet, request)
        messages = body.get("messages") if isinstance(body, dict) else None
        if not isinstance(messages, list) or not messages:
            raise self._invalid(inlet, _FORMAT)
        self._rates.count(inlet, len(messages))
        received_ms = self._platform.clock.now_ms()
        batch_id = self._platform.ids.xaction()
        responses: list[dict[str, Any]] = []
        with self._platform.store.transaction():
            for index, message in enumerate(messages):
                xaction_id = f"{batch_id}:{index}"
                try:
                    target, record = self._read(inlet, request, message)
                except Problem as raised:
                    text = raised.body["report"]["message"]
                    responses.append({"statusCode": raised.status, "message": text})
                    continue
                violation = target.validator.violations(record)
                if violation is None:
                    self._accept(target, record, xaction_id, received_ms)
                else:
                    self._refuse(target, record, violation, received_ms)
                responses.append({"xactionId": xaction_id})
        return answer(
            {
                "inletId": inlet.inlet_id,
                "batchId": batch_id,
                "receivedTimeMs": received_ms,
                "responses": responses,
            },
            207,
        )

    # steps

    def _admit(self, request: ServedRequest) -> Inlet:
        tell_unknown_words(request)
        inlet = self._inlets.by_inlet_id(request.params["id"])
        if inlet is None:
            raise problem.dcs(404, "Not Found", f"inletId: [{request.params['id']}] is not a known inlet")
        if inlet.authentication_required:
            self._authenticate(inlet, request)
        if request.media_type not in _MEDIA_TYPES:
            raise problem.dcs(
                415,
                "Unsupported Media Type",
                f"{_where(inlet)} Content-Type must be application/json or {_SMILE},"
                f" not {request.media_type}",
            )
        return inlet

    def _authenticate(self, inlet: Inlet, request: ServedRequest) -> None:
        token = bearer(request.headers.get("authorization"))
        if token is None or token.lower() == "bearer":
            raise problem.dcs_authorization(inlet.inlet_id, "Ims service token is empty")
        try:
            claims = self._platform.tokens.verify(token)
        except TokenError as error:
            reason = "expired" if error.expired else "invalid"
            raise problem.dcs_authorization(inlet.inlet_id, f"Ims service token is {reason}") from None
        if claims.org != inlet.tenant.org:
            raise problem.dcs_authorization(inlet.inlet_id, "Ims service token is of another ims org")

    def _check_location(self, inlet: Inlet) -> None:
        if not self._platform.settings.sync_validation_supported:
            raise problem.dcs(
                501,
                "Not Implemented",
                f"{_where(inlet)} Synchronous validation is not supported in this location",
            )

    def _parse(self, inlet: Inlet, request: ServedRequest) -> Any:
        try:
            if request.media_type == _SMILE:
                from harness.aep.ingestion.smile import parse_smile

                return parse_smile(request.body)
            return request.json()
        except (Problem, ValueError):
            raise self._invalid(inlet, _FORMAT) from None

    def _read(self, inlet: Inlet, request: ServedRequest, message: Any) -> tuple[Target, dict[str, Any]]:
        """Dataset and record of a message: in its envelope, or by the mapping of a flow for raw data."""
        if inlet.data_type != "raw":
            return self._target(inlet, message)
        named = request.headers.get("x-adobe-flow-id") or request.query.get("x-adobe-flow-id")
        return self._raw.read(inlet, named, message)

    def _target(self, inlet: Inlet, message: Any) -> tuple[Target, dict[str, Any]]:
        """Dataset and record of a message; the problem when they do not fit together."""
        # 1. envelope
        header = message.get("header") if isinstance(message, dict) else None
        body = message.get("body") if isinstance(message, dict) else None
        if not isinstance(header, dict) or not isinstance(body, dict):
            raise self._invalid(inlet, _FORMAT)
        record = body.get("xdmEntity")
        if not isinstance(record, dict):
            raise self._invalid(inlet, _FORMAT)
        # 2. organisation: that of the inlet; an absent one is filled in
        if header.get("imsOrgId", inlet.tenant.org) != inlet.tenant.org:
            raise self._invalid(inlet, _ORG)
        # 3. dataset, 4. its schema, said twice
        target = self._landing.target(inlet.tenant, str(header.get("datasetId", "")))
        if target is None:
            raise self._invalid(inlet, _FORMAT)
        meta = body.get("xdmMeta")
        for holder in (header, meta):
            ref = holder.get("schemaRef") if isinstance(holder, dict) else None
            named = ref.get("id") if isinstance(ref, dict) else None
            if not isinstance(named, str) or self._registry.canonical(named) != target.schema_id:
                raise self._invalid(inlet, _FORMAT)
        # 5. the version of the schema, of which there is but the first
        kind = header["schemaRef"].get("contentType")
        version = _CONTENT_TYPE.fullmatch(kind) if isinstance(kind, str) else None
        if version is None or int(version[1]) != 1:
            raise self._invalid(inlet, _FORMAT)
        return target, record

    def _accept(self, target: Target, record: dict[str, Any], xaction_id: str, received_ms: int) -> None:
        with self._platform.store.transaction():
            batch_id = self._batches.batch_for(target.tenant, target.dataset["id"], received_ms, good=True)
            self._landing.accept(
                target,
                record,
                batch_id=batch_id,
                xaction_id=xaction_id,
                received_ms=received_ms,
                streamed=True,
            )

    def _refuse(self, target: Target, record: Any, violation: Any, received_ms: int) -> None:
        with self._platform.store.transaction():
            batch_id = self._batches.batch_for(target.tenant, target.dataset["id"], received_ms, good=False)
            self._landing.refuse(target, record, violation, batch_id=batch_id, received_ms=received_ms)

    @staticmethod
    def _invalid(inlet: Inlet, reason: str) -> Problem:
        return problem.dcs(400, "Invalid XDM Message Format", f"{_where(inlet)} {reason}")


def _where(inlet: Inlet) -> str:
    return f"inletId: [{inlet.inlet_id}] imsOrgId: [{inlet.tenant.org}]"
