"""Taking secrets out of interactions.

First what an interaction shows to be secret is learnt, then all that is known is replaced.
Headers that prove who sends keep their scheme alone; cookies keep their names and attributes.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import Final

from harness.cassettes.file.interaction import CassetteMetadata, Interaction
from harness.cassettes.file.variable_state import redact_start
from harness.client.message import Headers, ResolvedRequest, Response
from harness.secrets.byte_text import as_text
from harness.secrets.content_coding import plain_body
from harness.secrets.names import name_rule
from harness.secrets.needles import SHORTEST
from harness.secrets.placeholder import PREFIX
from harness.secrets.places import AUTHORIZATION, learn_answered, learn_sent
from harness.secrets.redactor import Redactor

_PROOFS: Final = AUTHORIZATION | {"cookie", "set-cookie"}
_USERINFO: Final = re.compile(r"://([^/@\s:\"']*):([^/@\s\"']+)@")


def learn_interaction(interaction: Interaction, redactor: Redactor) -> None:
    """Learn all that an interaction shows to be secret."""
    request = interaction.request
    learn_request(request, redactor)
    if interaction.response is not None:
        learn_response(interaction.response, redactor)


def learn_request(request: ResolvedRequest, redactor: Redactor) -> None:
    """Learn what a request shows to be secret: authorization, cookies, keys, fields with secret names."""
    learn_sent(request.url, request.headers, plain_body(request), redactor)


def learn_response(response: Response, redactor: Redactor) -> None:
    """Learn what a response shows to be secret: cookies, tokens and keys in headers and body."""
    learn_answered(response.headers, response.body, redactor)


def redact_interaction(interaction: Interaction, redactor: Redactor) -> Interaction:
    """Return an interaction without the secrets known so far."""
    response, failure = interaction.response, interaction.failure
    if response is not None:
        response = redact_response(response, redactor)
    if failure is not None:
        failure = replace(failure, message=redactor.text(failure.message), code=redactor.text(failure.code))
    # Calls are found by their names, which their author wrote.
    call = tuple(redactor.call_name(name) for name in interaction.context.call)
    context = replace(interaction.context, call=call)
    request = redact_request(interaction.request, redactor)
    return replace(interaction, request=request, response=response, failure=failure, context=context)


def redact_request(request: ResolvedRequest, redactor: Redactor) -> ResolvedRequest:
    """Return a request without the secrets known so far; a body that was coded is what it says."""
    body = plain_body(request)
    return ResolvedRequest(
        method=request.method,
        url=_redact_url(request.url, redactor),
        headers=_redact_headers(request.headers, redactor),
        body=redactor.bytes(body) if body else body,
    )


def redact_response(response: Response, redactor: Redactor) -> Response:
    """Return a response without the secrets known so far."""
    return replace(
        response,
        reason=redactor.text(response.reason),
        headers=_redact_headers(response.headers, redactor),
        body=redactor.bytes(response.body),
    )


def _redact_url(url: str, redactor: Redactor) -> str:
    hidden = _USERINFO.sub(rf"://\1:{PREFIX}url_password@", url) if "@" in url else url
    return redactor.url(hidden, shown=False)


def _redact_headers(headers: Headers, redactor: Redactor) -> Headers:
    # Most come again with every request, and are known to be clean.
    changed = redactor.changed(chain.from_iterable(headers))
    if changed:
        headers = tuple((changed.get(name, name), changed.get(value, value)) for name, value in headers)
    return tuple([(name, _redact_header(name, value) if _proves(name) else value) for name, value in headers])


@lru_cache(maxsize=1024)
def _proves(name: str) -> bool:
    """Tell whether a header of that name proves who sends."""
    return name.lower() in _PROOFS or name_rule(name) == "exact"


def _redact_header(name: str, value: str) -> str:
    lower = name.lower()
    if lower in AUTHORIZATION:
        scheme, _, credentials = value.strip().partition(" ")
        if not credentials:
            return value if PREFIX in value else f"{PREFIX}authorization"
        return value if credentials.startswith(PREFIX) else f"{scheme} {PREFIX}authorization"
    if lower == "cookie":
        return "; ".join(_redact_pair(pair.strip()) for pair in value.split(";"))
    if lower == "set-cookie":
        pair, semicolon, attributes = value.partition(";")
        return _redact_pair(pair) + semicolon + attributes
    if len(value) >= SHORTEST and PREFIX not in value:
        return PREFIX + re.sub(r"\W+", "_", lower)
    return value


def _redact_pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if len(value) < SHORTEST or PREFIX in value:
        return pair
    return f"{name}{equals}{PREFIX}cookie_{re.sub(r'[^A-Za-z0-9]+', '_', name).strip('_')}"


def redact_metadata(metadata: CassetteMetadata, redactor: Redactor) -> CassetteMetadata:
    """Return what is known about a recording without the secrets known so far."""

    def redacted(mapping: Mapping[str, str]) -> dict[str, str]:
        return {redactor.text(name): redactor.text(value) for name, value in mapping.items()}

    return replace(
        metadata,
        collection=redactor.call_name(metadata.collection),
        note=redactor.call_name(metadata.note),
        base_addresses=redacted(metadata.base_addresses),
        environment=redacted(metadata.environment),
        clocks=tuple(redact_start(one, redactor) for one in metadata.clocks),
    )


def remains(interaction: Interaction, redactor: Redactor) -> str | None:
    """Return where an interaction still holds a secret, as a JSON pointer below it; `None` when nowhere."""
    request, response = interaction.request, interaction.response
    # Of bodies it is remembered what they may hold, as long as they are looked at by themselves.
    bodies: list[tuple[str, str]] = [("/request/body", as_text(plain_body(request) or b""))]
    places = [(f"/request/headers/{name}", f"{name}: {value}") for name, value in request.headers]
    if response is not None:
        bodies.append(("/response/body/string", as_text(response.body)))
        places += [
            ("/response/status/message", response.reason),
            *((f"/response/headers/{name}", f"{name}: {value}") for name, value in response.headers),
        ]
    if interaction.failure is not None:
        places.append(("/failure/message", interaction.failure.message))
    # Of names and paths what their author wrote stays.
    if any(redactor.call_name(name) != name for name in interaction.context.call):
        return "/call"
    if _redact_url(request.url, redactor) != request.url:
        return "/request/uri"
    for pointer, text in bodies:
        if redactor.holds_secret(text):
            return pointer
    if not redactor.holds_secret("\n".join(text for _, text in places)):
        return None
    return next((pointer for pointer, text in places if redactor.holds_secret(text)), "")
