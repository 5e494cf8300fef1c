"""From an authored request to one that can be sent.

    build(request, auth, resolve, profile=..., files=..., random=..., clock=...) -> BuiltRequest

`resolve` replaces `{{name}}` in a text and leaves what it does not know. `auth` is the one that applies to
the request, its own or the inherited one. The result is neither signed nor encoded: `Session.exchange` does
that, since a signature covers what was sent on an earlier leg. Order as in Postman: the address is resolved
as one text and then parsed again; then headers and body; then auth.
"""

import random as random_module
from collections.abc import Callable
from dataclasses import field, replace
from functools import lru_cache
from typing import Final

from harness.client.body import content_type, is_json, read_content, strip_comments
from harness.client.draft import Draft
from harness.client.files import FilePolicy
from harness.client.message import Field
from harness.client.profile import Profile
from harness.client.resolve import Resolve, resolve_deep
from harness.client.url import unparse
from harness.collection.model import Auth, Pair, Request, Url
from harness.collection.url_text import parse
from harness.lazy_dataclass import dataclass
from harness.variables.draws import Clock, SystemClock
from harness.warning_kinds import WarningText

USER_AGENT: Final = "PostmanRuntime/7.39.1"
# In Postman's order; `None` is made for each request.
_SYSTEM: Final[tuple[tuple[str, Field | None], ...]] = (
    ("user-agent", Field(key="User-Agent", value=USER_AGENT, system=True)),
    ("accept", Field(key="Accept", value="*/*", system=True)),
    ("cache-control", Field(key="Cache-Control", value="no-cache", system=True)),
    ("postman-token", None),
    ("host", None),
    ("accept-encoding", Field(key="Accept-Encoding", value="gzip, deflate, br", system=True)),
    ("connection", Field(key="Connection", value="keep-alive", system=True)),
)
_BLOCKABLE: Final = frozenset({"content-type", "content-length", "accept-encoding", "connection", "host"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltRequest:
    """A request with its variables resolved and its files read, and what it takes to sign and send it.

    `random` and `clock` are what tokens, boundaries, nonces and timestamps are drawn from.
    """

    draft: Draft
    auth: Auth | None = None
    profile: Profile = field(default_factory=Profile)
    random: random_module.Random = field(default_factory=random_module.Random)
    clock: Clock = field(default_factory=SystemClock)
    warnings: tuple[str, ...] = ()


def resolve_url(url: Url, resolve: Resolve) -> Url:
    """Resolve an address: written as one text, resolved, and parsed again, so that values may hold parts."""
    text = _authored(url)
    return parse(resolve(text) if "{{" in text else text)


_authored = lru_cache(maxsize=1024)(unparse)


def resolve_auth(auth: Auth | None, resolve: Resolve) -> Auth | None:
    """Resolve the parameters of an auth."""
    return None if auth is None else replace(auth, params=resolve_deep(auth.params, resolve))


def _header(pair: Pair, resolve: Resolve) -> Field:
    value = pair.value
    if value is not None and "{{" in value:
        value = resolve(value)
    return Field(key=resolve(pair.key) if "{{" in pair.key else pair.key, value=value, disabled=pair.disabled)


def build(
    request: Request,
    auth: Auth | None,
    resolve: Resolve,
    *,
    files: FilePolicy,
    profile: Profile | None = None,
    random: random_module.Random | None = None,
    clock: Clock | None = None,
) -> BuiltRequest:
    """Resolve a request and read its files. What is wrong with files and profile is told in `warnings`."""
    profile = profile or Profile()
    warnings = list(profile.warnings)

    def unread(text: str) -> None:
        warnings.append(WarningText(text, kind="unreadable-file"))

    draft = Draft(
        method=(resolve(request.method) if "{{" in request.method else request.method).upper(),
        url=resolve_url(request.url, resolve),
        headers=tuple([_header(pair, resolve) for pair in request.headers]),
        content=read_content(request.body, resolve, files, unread),
        prunes=not profile.disable_body_pruning,
    )
    return BuiltRequest(
        draft=_without_comments(draft),
        auth=resolve_auth(auth, resolve),
        profile=profile,
        random=random or random_module.Random(),
        clock=clock or SystemClock(),
        warnings=tuple(warnings),
    )


def _without_comments(draft: Draft) -> Draft:
    """Strip comments from a raw JSON body that is sent.

    Looking at the body gives it its content type, here before auth, as happens in Postman.
    """
    content = draft.content
    if content is None or content.mode != "raw" or not draft.sends_body:
        return draft
    if not is_json(content.language, draft.headers):
        return draft
    draft = with_content_type(draft)
    if "//" in content.text or "/*" in content.text:
        text = strip_comments(content.text)
        draft = replace(draft, content=replace(content, text=text) if text else None)
    return draft


def with_content_type(draft: Draft) -> Draft:
    """Add the content type that a raw or graphql body brings, unless one is given."""
    if draft.content is None or draft.last("content-type"):
        return draft
    given = content_type(draft.content)
    return draft.adding("Content-Type", given) if given else draft


@lru_cache(maxsize=256)
def _host(name: str) -> Field:
    return Field(key="Host", value=name, system=True)


def complete(draft: Draft, profile: Profile, *, host: str, token: Callable[[], str]) -> Draft:
    """Add Postman's own headers, each unless given or switched off; `token` draws the Postman-Token."""
    off = profile.disabled_system_headers
    if draft.sends_body:
        draft = with_content_type(draft)
    given = {field.key.lower() for field in draft.headers if not field.disabled}
    headers = list(draft.headers)
    for name, system in _SYSTEM:
        if name in off or name in given:
            continue
        if system is not None:
            headers.append(system)
        elif name == "host":
            headers.append(_host(host))
        else:
            headers.append(Field(key="Postman-Token", value=token(), system=True))
    for name in off & _BLOCKABLE if off else ():
        last = max(
            (i for i, field in enumerate(headers) if not field.disabled and field.key.lower() == name),
            default=-1,
        )
        if last >= 0 and headers[last].system:
            headers[last] = replace(headers[last], disabled=True)
    return draft.with_headers(tuple(headers))
