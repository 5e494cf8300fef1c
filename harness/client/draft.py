"""A request between authored and wire: variables are resolved, nothing is encoded.

Auth schemes sign a draft, since Postman signs before it encodes the address and adds its own headers.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from harness.client.form import encode_form
from harness.client.message import Field
from harness.client.url import utf8
from harness.collection.model import BodyMode, Pair, Url
from harness.lazy_dataclass import dataclass

# What a GET is sent without, unless the profile says otherwise.
BODILESS: Final = frozenset({"get", "copy", "head", "purge", "unlock"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPart:
    """A part of a multipart body. `path` is that of the file that `content` was read from.

    `file_name` overrides the name that is sent; an empty one sends `filename=""`.
    """

    key: str
    content: bytes | str
    path: str | None = None
    content_type: str | None = None
    file_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A body with its files read. The field that `mode` names holds it; graphql is `text` already.

    `path` is that of the file that `data` was read from, `None` for what was given inline.
    `text` of `mode == "raw"` has its comments stripped where Postman strips them.
    """

    mode: BodyMode
    text: str = ""
    language: str | None = None
    fields: tuple[Pair, ...] = ()
    parts: tuple[DraftPart, ...] = ()
    data: bytes | None = None
    path: str | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it: a form without fields, which a scheme may yet add to."""
        return self.mode == "urlencoded" and not self.fields

    def signable(self) -> bytes | None:
        """Return the bytes that auth schemes hash; `None` for multipart, which they leave out."""
        if self.empty:
            return None
        match self.mode:
            case "raw" | "graphql":
                return utf8(self.text)
            case "urlencoded":
                return encode_form(self.fields).encode()
            case "file":
                return self.data
            case "formdata":
                return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A request that can be signed and then sent. `content` is `None` when the author wrote no body.

    `prunes` says that a body is dropped for the methods in `BODILESS`.
    """

    method: str
    url: Url
    headers: tuple[Field, ...] = ()
    content: Content | None = None
    prunes: bool = True

    def with_headers(self, headers: tuple[Field, ...]) -> "Draft":
        """Return the draft with other headers."""
        return Draft(
            method=self.method, url=self.url, headers=headers, content=self.content, prunes=self.prunes
        )

    @property
    def sends_body(self) -> bool:
        """Whether the body goes over the wire."""
        if self.content is None or self.content.empty:
            return False
        return not (self.prunes and self.method.lower() in BODILESS)

    def last(self, name: str) -> Field | None:
        """Return the last enabled header of a name, in any case."""
        name = name.lower()
        for field in reversed(self.headers):
            if not field.disabled and field.key.lower() == name:
                return field
        return None

    def indexed(self, name: str) -> Field | None:
        """Return the last header of a name in any case, be it disabled."""
        name = name.lower()
        return next((field for field in reversed(self.headers) if field.key.lower() == name), None)

    def without(self, *names: str) -> "Draft":
        """Return the draft without the headers of these names, in any case, disabled ones included."""
        lowered = {name.lower() for name in names}
        return self.filtered(lambda field: field.key.lower() not in lowered)

    def filtered(self, keep: Callable[[Field], bool]) -> "Draft":
        """Return the draft with the headers that satisfy a predicate."""
        return self.with_headers(tuple(filter(keep, self.headers)))

    def adding(self, key: str, value: str, *, system: bool = True) -> "Draft":
        """Return the draft with one more header at the end."""
        return self.with_headers((*self.headers, Field(key=key, value=value, system=system)))

    def replacing(self, key: str, value: str) -> "Draft":
        """Return the draft with the one header of that name changed in place, or else with one at the end."""
        name = key.lower()
        found = [index for index, field in enumerate(self.headers) if field.key.lower() == name]
        if not found:
            return self.adding(key, value)
        if len(found) > 1:
            return self.without(key).adding(key, value)
        changed = list(self.headers)
        changed[found[0]] = replace(changed[found[0]], key=key, value=value, system=True)
        return self.with_headers(tuple(changed))

    def upserting(self, key: str, value: str) -> "Draft":
        """Return the draft with a header of that exact spelling changed, or with one more."""
        for index, field in enumerate(self.headers):
            if field.key == key:
                changed = replace(field, value=value)
                return replace(self, headers=(*self.headers[:index], changed, *self.headers[index + 1 :]))
        return self.adding(key, value)

    def with_url(self, url: Url) -> "Draft":
        """Return the draft with another address."""
        return Draft(
            method=self.method, url=url, headers=self.headers, content=self.content, prunes=self.prunes
        )

    def with_query(self, query: Iterable[Pair]) -> "Draft":
        """Return the draft with other query parameters."""
        return replace(self, url=replace(self.url, query=tuple(query)))

    def without_query(self, *keys: str) -> "Draft":
        """Return the draft without the query parameters of these exact names."""
        return self.with_query(pair for pair in self.url.query if pair.key not in keys)
