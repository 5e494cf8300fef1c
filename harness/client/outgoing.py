"""One request on its way: what changes from hop to hop, and what each hop sends.

Mirrors what postman-request keeps between redirects: headers as an object whose properties have an order and
a spelling, the body, and the rules by which `Host`, `Referer`, `Cookie` and lengths come and go. The order of
the steps in `prepare` is that of postman-request and of Node's `http.ClientRequest`.
"""

import random as random_module
import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from harness.client.draft import Content, Draft
from harness.client.form import PROTOTYPE, encode_form, object_order
from harness.client.media_type import media_type
from harness.client.message import Failure, Headers, ResolvedRequest, Response
from harness.client.multipart import OCTETS, boundary_in, draw_boundary, encode_multipart
from harness.client.profile import Profile
from harness.client.transport import TransportFailure
from harness.client.url import EncodedUrl, encode_text, join, utf8
from harness.collection.url_text import parse

Values = list[str | None]

_TOKEN: Final = re.compile(r"[\^`\-\w!#$%&'*+.|~]+\Z", re.ASCII)
_BAD_VALUE: Final = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_BAD_TARGET: Final = re.compile(r"[^\x21-\xff]")
_FORM_TYPE: Final = re.compile(r"application/x-www-form-urlencoded\b")
_LENGTHLESS: Final = frozenset({"GET", "HEAD", "TRACE", "DELETE", "CONNECT", "OPTIONS"})
_ABSOLUTE: Final = re.compile(r"https?:")
_BLOCKABLE: Final = ("content-type", "content-length", "accept-encoding", "connection")


@lru_cache(maxsize=1024)
def _is_token(text: str) -> bool:
    return _TOKEN.match(text) is not None


def invalid(message: str, code: str = "") -> TransportFailure:
    """Say that a request cannot be sent as it is; `code` is Node's, whose own errors are `TypeError`s."""
    name = "TypeError" if code else "Error"
    return TransportFailure(Failure(kind="invalid", message=message, code=code, name=name))


class HeaderObject:
    """Headers as a JavaScript object has them: keys are spelled and ordered, a lookup ignores case."""

    def __init__(self, fields: Iterable[tuple[str, str | None]]) -> None:
        gathered: dict[str, Values] = {}
        for key, value in fields:
            if key in gathered:
                gathered[key].append(value)
            elif key != PROTOTYPE:
                gathered[key] = [value]
        order = object_order(gathered)
        self._values = {key: gathered[key] for key in order}
        # In small letters -> the first and the last spelling.
        self._spellings: dict[str, tuple[str, str]] = {}
        self._note_spellings()

    def _note_spellings(self) -> None:
        spellings = self._spellings
        spellings.clear()
        for key in self._values:
            name = key.lower()
            first = spellings.get(name)
            spellings[name] = (key, key) if first is None else (first[0], key)

    def spelled(self, name: str) -> str | None:
        """Return how a header is spelled here."""
        found = self._spellings.get(name.lower())
        return None if found is None else found[0]

    def get(self, name: str, separator: str = ",") -> str | None:
        """Return a header's value, several joined as JavaScript joins an array."""
        found = self._spellings.get(name.lower())
        return None if found is None else separator.join(value or "" for value in self._values[found[1]])

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._spellings

    def set(self, name: str, value: str) -> None:
        """Set a header where it stands, or at the end."""
        lowered = name.lower()
        found = self._spellings.get(lowered)
        if found is None:
            self._spellings[lowered] = (name, name)
        self._values[name if found is None else found[0]] = [value]

    def remove(self, name: str) -> None:
        """Remove the first header of that name."""
        found = self._spellings.get(name.lower())
        if found is not None:
            del self._values[found[0]]
            self._note_spellings()

    def on_wire(self) -> Headers:
        """Return the headers as Node sends them: of several spellings the last one, at the first one's place.

        Raises `TransportFailure` for names and values that HTTP does not allow.
        """
        merged: dict[str, tuple[str, Values]] = {}
        lines: list[tuple[str, str]] = []
        simple = True
        for key, values in self._values.items():
            if not _is_token(key):
                raise invalid(f'Header name must be a valid HTTP token ["{key}"]', "ERR_INVALID_HTTP_TOKEN")
            for value in values:
                # What is printable ASCII needs no second look.
                if value is None or (value.isascii() and value.isprintable()):
                    continue
                if _BAD_VALUE.search(value):
                    raise invalid(f'Invalid character in header content ["{key}"]', "ERR_INVALID_CHAR")
            merged[key.lower()] = key, values
            if len(values) == 1 and values[0] is not None:
                lines.append((key, values[0]))
            else:
                simple = False
        # Nearly always each header is there once: it goes as it stands.
        if simple and len(merged) == len(lines):
            return tuple(lines)
        lines.clear()
        for name in object_order(list(merged)):
            key, values = merged[name]
            if len(values) == 1 and values[0] is not None:
                lines.append((key, values[0]))
                continue
            texts = ["null" if value is None else value for value in values]
            if name == "cookie":
                texts = ["; ".join(texts)]
            elif name == "host" and len(texts) > 1:
                what = 'The "options.headers.host" property must be of type string. '
                raise invalid(what + "Received an instance of Array", "ERR_INVALID_ARG_TYPE")
            lines += ((key, text) for text in texts)
        return tuple(lines)


class Outgoing:
    """A request between its first hop and its last.

    `cookies(url)` gives the jar's `Cookie` for an address; `None` when cookies are switched off. `keeps_all`
    follows newman where it takes a jar's cookies along to another host.
    """

    def __init__(
        self,
        draft: Draft,
        profile: Profile,
        url: EncodedUrl,
        random: random_module.Random,
        *,
        cookies: Callable[[EncodedUrl], str] | None,
        keeps_all: bool = False,
    ) -> None:
        self.method = draft.method or "GET"
        self.url = url
        self.followed = 0
        self._profile = profile
        self._random = random
        self._cookies = cookies
        self._keeps_all = keeps_all
        self._content = draft.content if draft.sends_body else None
        self._multipart: bytes | None = None
        off = profile.disabled_system_headers
        self._set_host = not ("host" in off and draft.last("host") is None)
        self._forced_type = "content-type" not in off
        self._blocked: list[str] = [name for name in _BLOCKABLE if name in off and draft.last(name) is None]
        if "content-length" in off and draft.last("transfer-encoding") is None:
            self._blocked.append("transfer-encoding")
        self._headers = HeaderObject(
            (field.key, field.value) for field in draft.headers if field.key and not field.disabled
        )
        self._host_name = "Host"
        self._own_cookie = self._headers.get("cookie", "; ")
        self._fresh_form = True

    def prepare(self) -> ResolvedRequest:
        """Return what the current hop sends. Raises `TransportFailure` when that is not valid HTTP."""
        headers, url = self._headers, self.url
        # 1. The address must name a host.
        if not url.host:
            raise invalid(f'Invalid URI "{url.href}"')
        # 2. Host, without a port that the protocol implies.
        if self._set_host and "host" not in headers:
            implied = {"http:": "80", "https:": "443"}.get(url.protocol)
            bracketed = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
            headers.set(self._host_name, bracketed if url.port and url.port == implied else url.host)
        # 3. Forms bring their content type.
        body = self._form()
        # 4. Accept-Encoding, the user of the address, the length of a body that is a text.
        if "accept-encoding" not in headers:
            headers.set("Accept-Encoding", "gzip, deflate, br")
        if url.auth and "authorization" not in headers:
            user, _, password = url.auth.partition(":")
            pair = utf8(f"{unquote(user)}:{unquote(password)}")
            headers.set("Authorization", "Basic " + b64encode(pair).decode())
        content = self._content
        streamed = content is not None and (content.mode == "formdata" or content.path is not None)
        if body and not streamed and "content-length" not in headers:
            headers.set("Content-Length", str(len(body)))
        # 5. Cookies.
        self._add_cookies()
        # 6. What is known when the body is about to flow.
        if body is not None and streamed:
            if "content-length" not in headers:
                headers.set("Content-Length", str(len(body)))
            if content is not None and content.mode == "file" and "content-type" not in headers:
                headers.set("Content-Type", media_type(content.path or "") or OCTETS)
        if not body and not streamed and "content-length" not in headers and self.method not in _LENGTHLESS:
            headers.set("Content-Length", "0")
        # 7. What Node refuses or leaves out.
        if url.protocol not in {"http:", "https:"}:
            raise invalid(f"Invalid protocol: {url.protocol}")
        if not _is_token(self.method):
            message = f'Method must be a valid HTTP token ["{self.method}"]'
            raise invalid(message, "ERR_INVALID_HTTP_TOKEN")
        if _BAD_TARGET.search(url.target):
            raise invalid("Request path contains unescaped characters", "ERR_UNESCAPED_CHARACTERS")
        lines = headers.on_wire()
        for name in self._blocked:
            headers.remove(name)
            lines = tuple(line for line in lines if line[0].lower() != name)
        # Node writes the headers together with the first piece of a body, in its coding.
        text = body is not None and (not streamed or (content is not None and content.mode == "formdata"))
        return ResolvedRequest(method=self.method, url=url.address, headers=lines, body=body, utf8=text)

    def _form(self) -> bytes | None:
        """Return the body's bytes; a form sets its content type when it is written for the first time."""
        content, headers = self._content, self._headers
        if content is None:
            return None
        match content.mode:
            case "raw" | "graphql":
                return utf8(content.text) or None
            case "file":
                return content.data
            case "urlencoded":
                given = headers.get("content-type")
                if (
                    self._fresh_form
                    and (not given or self._forced_type)
                    and not _FORM_TYPE.match(given or "")
                ):
                    headers.set("Content-Type", "application/x-www-form-urlencoded")
                self._fresh_form = False
                return encode_form(content.fields).encode() or None
            case "formdata":
                return self._write_multipart(content)

    def _write_multipart(self, content: Content) -> bytes:
        if self._multipart is None:
            given = self._headers.get("content-type")
            boundary = boundary_in(given)
            if boundary is None:
                boundary = draw_boundary(self._random)
                if not given or self._forced_type:
                    self._headers.set("Content-Type", f"multipart/form-data; boundary={boundary}")
            self._multipart = encode_multipart(content.parts, boundary)
        return self._multipart

    def _add_cookies(self) -> None:
        if self._cookies is None:
            return
        found = self._cookies(self.url)
        if found:
            self._headers.set("Cookie", f"{self._own_cookie}; {found}" if self._own_cookie else found)

    def redirect(self, response: Response, location: str) -> None:
        """Turn to where an answer points. Raises `TransportFailure` when that was done too often."""
        headers, profile, before = self._headers, self._profile, self.url
        self._host_name = headers.spelled("host") or self._host_name
        if self._set_host:
            headers.remove("host")
        limit = 10 if profile.max_redirects is None else profile.max_redirects
        if self.followed >= limit:
            message = f"Exceeded maxRedirects. Probably stuck in a redirect loop {before.href}"
            raise TransportFailure(Failure(kind="redirects", message=message))
        self.followed += 1
        target = location if _ABSOLUTE.match(location) else join(before, location)
        self.url = encode_text(target, disabled=profile.disable_url_encoding)
        if before.hostname != self.url.hostname:
            headers.remove("host")
            if not profile.follow_authorization_header:
                headers.remove("authorization")
            if not self._keeps_all and self._cookies is not None:
                headers.remove("cookie")
                if self._own_cookie is not None:
                    headers.set("Cookie", self._own_cookie)
        if not profile.follow_original_http_method and response.status not in {307, 308}:
            if self.method != "HEAD":
                self.method = "GET"
            self._content = None
            headers.remove("content-type")
            headers.remove("content-length")
        if self._content is not None and self._content.mode == "formdata":
            # A form is written anew, with another boundary.
            self._multipart = None
            headers.remove("content-type")
            headers.remove("content-length")
        if not profile.remove_referer_header:
            headers.set("Referer", before.href)

    def sign(self, again: Callable[[Draft], Draft]) -> None:
        """Sign the current hop, unless a redirect to another host left the signature behind."""
        if "authorization" not in self._headers:
            return
        hop = Draft(method=self.method, url=parse(self.url.href), content=self._content)
        field = again(hop).last("authorization")
        if field is not None:
            self._headers.set("Authorization", field.value or "")
