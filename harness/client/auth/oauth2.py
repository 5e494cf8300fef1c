"""OAuth 2.0: sends a token, and fetches it first where newman would send none (RFC 6749).

Under `--compat newman` only a token that is stored in the collection is sent. Otherwise it is asked for with
the client credentials, password or refresh token grant; that none is given is an error. Where there is none
to ask for, the request goes out unsigned, as it does from newman and Postman, and a warning tells.
"""

import json
from base64 import b64encode
from collections.abc import Generator
from typing import Any, Final
from urllib.parse import quote

from harness.client.auth.flow import Answered, AuthProblem, Flow, Params, Send, Tools
from harness.client.draft import Content, Draft
from harness.client.message import Failure, Field, Response
from harness.client.transport import TransportFailure
from harness.client.url import utf8
from harness.collection.model import Pair
from harness.collection.url_text import parse

_GRANTS: Final = {"client_credentials": "client_credentials", "password_credentials": "password"}
# A token is renewed this long before it ends, in seconds.
_MARGIN_S: Final = 30


def _problem(message: str) -> TransportFailure:
    return TransportFailure(Failure(kind="invalid", message=f"oauth2: {message}", code="OAUTH2"))


def _sign(draft: Draft, params: Params, token: str, token_type: str) -> Draft:
    if token_type.lower() == "mac":
        return draft
    prefix = "Bearer" if params["headerPrefix"] is None else params.text("headerPrefix").strip()
    draft = draft.without("authorization").without_query("access_token")
    match params.text("addTokenTo") or "header":
        case "queryParams":
            return draft.with_query([*draft.url.query, Pair(key="access_token", value=token)])
        case "header":
            return draft.adding("Authorization", f"{prefix} {token}" if prefix else token)
        case _:
            return draft


def _form(params: Params, grant: str, refresh_token: str) -> list[Pair]:
    fields = [Pair(key="grant_type", value=grant)]
    if grant == "refresh_token":
        fields.append(Pair(key="refresh_token", value=refresh_token))
    if grant == "password":
        fields += (Pair(key=name, value=params.text(name)) for name in ("username", "password"))
    fields += (
        Pair(key=name, value=params.text(name)) for name in ("scope", "audience", "resource") if params[name]
    )
    return fields


def _ask(params: Params, grant: str, refresh_token: str, *, encoded: bool) -> Draft:
    """Make the request for a token; `encoded` says that id and secret are form-encoded in Basic."""
    renews = grant == "refresh_token"
    address = (params.text("refreshTokenUrl") if renews else "") or params.text("accessTokenUrl")
    fields = _form(params, grant, refresh_token)
    headers = [Field(key="Accept", value="application/json")]
    client, secret = params.text("clientId"), params.text("clientSecret")
    if params["client_authentication"] == "body":
        fields += (Pair(key="client_id", value=client), Pair(key="client_secret", value=secret))
    elif client:
        if encoded:
            # RFC 6749 section 2.3.1; Postman, and the servers that are used with it, do without.
            client, secret = (quote(utf8(text), safe="") for text in (client, secret))
        pair = utf8(f"{client}:{secret}")
        headers.append(Field(key="Authorization", value="Basic " + b64encode(pair).decode()))
    url = parse(address)
    extra = params["refreshRequestParams" if renews else "tokenRequestParams"]
    for entry in extra if isinstance(extra, list) else ():
        if not isinstance(entry, dict) or entry.get("enabled") is False:
            continue
        name, value = str(entry.get("key", "")), str(entry.get("value", ""))
        if entry.get("send_as") == "request_header":
            headers.append(Field(key=name, value=value))
        elif entry.get("send_as") != "request_url":
            fields.append(Pair(key=name, value=value))
    return Draft(
        method="POST",
        url=url,
        headers=tuple(headers),
        content=Content(mode="urlencoded", fields=tuple(fields)),
    )


def _read(response: Response, address: str) -> dict[str, Any]:
    try:
        answer = json.loads(response.body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or not answer.get("access_token"):
        told = answer.get("error_description") or answer.get("error") if isinstance(answer, dict) else ""
        raise _problem(f"{address} gave no token: status {response.status} {told or ''}".rstrip())
    return answer


class _Tokens:
    """The token of one auth: the stored one, or one that was fetched in this run."""

    def __init__(self, params: Params, tools: Tools) -> None:
        self._params = params
        self._tools = tools
        self._key = tuple(
            params.text(name)
            for name in (
                "accessTokenUrl",
                "clientId",
                "scope",
                "username",
                "audience",
                "resource",
                "grant_type",
            )
        )

    def current(self) -> tuple[str, str]:
        """Return a token that is still good, and its type; empty when there is none."""
        fetched = self._tools.tokens.get(self._key)
        if fetched is not None and fetched["until"] > self._tools.seconds():
            return fetched["token"], fetched["type"]
        return self._params.text("accessToken"), self._params.text("tokenType") or "bearer"

    def fetch(self) -> Generator[Send, Answered, bool]:
        """Ask for a token; return whether there was a way to ask. Raises when none is given."""
        params, tools = self._params, self._tools
        fetched = tools.tokens.get(self._key)
        refresh = fetched["refresh"] if fetched else params.text("refreshToken")
        grant = "refresh_token" if refresh else _GRANTS.get(params.text("grant_type"), "")
        if not grant or not (params["accessTokenUrl"] or params["refreshTokenUrl"]):
            return False
        asked = _ask(params, grant, refresh, encoded=tools.encodes_client)
        answered = yield Send(draft=asked, aside=True)
        answer = _read(answered.response, params.text("accessTokenUrl"))
        lasts = answer.get("expires_in")
        seconds = float(lasts) if isinstance(lasts, (int, float)) else float("inf")
        tools.tokens[self._key] = {
            "token": str(answer["access_token"]),
            "type": str(answer.get("token_type") or "bearer"),
            "refresh": str(answer.get("refresh_token") or refresh),
            "until": tools.seconds() + max(seconds - _MARGIN_S, seconds / 2),
        }
        return True


def flow(draft: Draft, params: Params, tools: Tools) -> Flow:
    """Send with a token; unless newman is followed, get one first, and a new one when it is refused."""
    tokens = _Tokens(params, tools)
    token, kind = tokens.current()
    if not tools.obtains_tokens:
        token, kind = params.text("accessToken"), params.text("tokenType") or "bearer"
        yield Send(draft=_sign(draft, params, token, kind) if token else draft)
        return
    fresh = False
    if not token:
        if not (yield from tokens.fetch()):
            raise AuthProblem(
                "there is no access token, and none can be fetched; set accessToken, or accessTokenUrl and "
                "the grant type client_credentials or password_credentials"
            )
        fresh = True
        token, kind = tokens.current()
    answered = yield Send(draft=_sign(draft, params, token, kind))
    if answered.response.status == 401 and not fresh and (yield from tokens.fetch()):
        token, kind = tokens.current()
        yield Send(draft=_sign(answered.draft, params, token, kind))
