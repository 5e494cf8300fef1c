"""The one object that knows the secrets of a run, in whichever way it runs.

It is told of every source there is: the collection, files, data rows, variables as scripts change them, what
is sent and what is answered. Who shows anything asks it for a mask first. A new way of running that holds a
watch cannot forget a source.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Protocol

from harness.collection.model import Auth, Collection, Request, Variable
from harness.secrets.auth_params import SECRET_AUTH_PARAMS, auth_secrets, key_fields
from harness.secrets.content_coding import plain_body
from harness.secrets.fields import learn_address, learn_by_form, learn_document, learn_named, learn_variables
from harness.secrets.patterns import SecretPattern
from harness.secrets.places import learn_answered, learn_body, learn_header, learn_sent
from harness.secrets.redactor import Learned, Redactor
from harness.variables.scope import Scope

_REFERENCE_MARK: Final = "{{"
_REFERENCE: Final = re.compile(r"\{\{([^{}]+)\}\}")
_BARE_REFERENCE: Final = re.compile(r"\{\{[^{}\"]*\}\}")
_NO_FIELDS: Final = frozenset({"exec", "script", "packages"})
"""Members of a collection's document that hold scripts."""


class SentRequest(Protocol):
    """A request as it was sent."""

    @property
    def url(self) -> str:
        """Its absolute address."""
        ...

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Its headers."""
        ...

    @property
    def body(self) -> bytes | None:
        """Its body, coded as its headers tell."""
        ...

    def header(self, name: str) -> str | None:
        """Return the first value of a header, the name in any case."""
        ...


class PlainAnswer(Protocol):
    """An answer, its body without content coding."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Its headers."""
        ...

    @property
    def body(self) -> bytes:
        """What it says."""
        ...


class Mask(Protocol):
    """Hides secrets in what people are shown: called with any text, or with what its author wrote."""

    def __call__(self, text: str) -> str:
        """Hide the secrets in a text."""
        ...

    def label(self, text: str) -> str:
        """Hide the secrets in a name or a line of a script, of which what its author wrote stays."""
        ...

    def url(self, url: str) -> str:
        """Hide the secrets in an address, of whose path what its author wrote stays."""
        ...

    def texts(self, texts: Sequence[str]) -> Sequence[str]:
        """Hide the secrets in texts, most of which were seen before; the same ones where there are none."""
        ...


class Unmasked:
    """Hides nothing."""

    def __call__(self, text: str) -> str:
        """Return the text."""
        return text

    def label(self, text: str) -> str:
        """Return the text."""
        return text

    def url(self, url: str) -> str:
        """Return the address."""
        return url

    def texts(self, texts: Sequence[str]) -> Sequence[str]:
        """Return the texts."""
        return texts


class Uniform:
    """Hides with one function, whoever wrote a text."""

    __slots__ = ("_hide",)

    def __init__(self, hide: Callable[[str], str]) -> None:
        self._hide = hide

    def __call__(self, text: str) -> str:
        """Hide the secrets in a text."""
        return self._hide(text)

    def label(self, text: str) -> str:
        """Hide the secrets in a name."""
        return self._hide(text)

    def url(self, url: str) -> str:
        """Hide the secrets in an address."""
        return self._hide(url)

    def texts(self, texts: Sequence[str]) -> Sequence[str]:
        """Hide the secrets in texts."""
        return [self._hide(text) for text in texts]


class Passed:
    """Hides as another mask does, and passes what is left through a function."""

    __slots__ = ("_mask", "_then")

    def __init__(self, mask: Mask, then: Callable[[str], str]) -> None:
        self._mask = mask
        self._then = then

    def __call__(self, text: str) -> str:
        """Hide the secrets in a text."""
        return self._then(self._mask(text))

    def label(self, text: str) -> str:
        """Hide the secrets in a name."""
        return self._then(self._mask.label(text))

    def url(self, url: str) -> str:
        """Hide the secrets in an address."""
        return self._then(self._mask.url(url))

    def texts(self, texts: Sequence[str]) -> Sequence[str]:
        """Hide the secrets in texts."""
        return [self._then(text) for text in self._mask.texts(texts)]


class Masked:
    """Hides what a redactor knows."""

    __slots__ = ("_redactor",)

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def __call__(self, text: str) -> str:
        """Hide the secrets in a text."""
        return self._redactor.shown(text)

    def label(self, text: str) -> str:
        """Hide the secrets in a name, of which what its author wrote stays."""
        return self._redactor.label(text)

    def url(self, url: str) -> str:
        """Hide the secrets in an address, of whose path what its author wrote stays."""
        return self._redactor.url(url)

    def texts(self, texts: Sequence[str]) -> Sequence[str]:
        """Hide the secrets in texts; those themselves where there are none."""
        changed = self._redactor.changed(texts, shown=True)
        return [changed.get(text, text) for text in texts] if changed else texts


class _SeenScope:
    """What was learnt of a scope."""

    __slots__ = ("_scope", "_values", "version")

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._values: dict[str, Any] = {}
        self.version = -1

    def changes(self) -> list[Variable]:
        """Return the variables whose values are others than the last time."""
        values = self._values
        changed: list[Variable] = [
            one for one in self._scope if one.key not in values or values[one.key] is not one.value
        ]
        values.update({one.key: one.value for one in changed})
        return changed


class SecretWatch:
    """Learns the secrets of a run from all of its sources, and hides them.

    `redacted` is for runs and files that were redacted before.
    """

    def __init__(self, patterns: Iterable[SecretPattern] = (), *, redacted: bool = False) -> None:
        self.redactor: Final = Redactor(patterns, redacted=redacted)
        self.mask: Final[Mask] = Masked(self.redactor)
        self._names: frozenset[str] = frozenset()
        self._seen: dict[int, _SeenScope] = {}

    @property
    def names(self) -> frozenset[str]:
        """The variables that are secret because the collection's auth refers to them."""
        return self._names

    @property
    def learned(self) -> tuple[Learned, ...]:
        """What was learnt so far, and by which rule."""
        return self.redactor.learned

    def rule_of(self, placeholder: str) -> str:
        """Tell which rule made a mask; empty for one that is not known."""
        return next((str(one.rule) for one in self.learned if one.placeholder == placeholder), "")

    def learn_collection(self, collection: Collection) -> None:
        """Learn what a collection spells out: auth, headers, addresses, bodies, variables, saved answers."""
        names, literals = auth_secrets(collection)
        self._names |= names
        for name, value in literals:
            self.redactor.learn(value, name, "auth")
        self.redactor.key_fields.update((place, name.lower()) for place, name in key_fields(collection))
        self.redactor.authored.add(collection)
        self.learn_variables(collection.variables)
        for item in collection.items():
            self._learn_authored(item.request)
        # Saved answers and all else that a report repeats are only in the document.
        learn_document(_without_scripts(collection.source), self.redactor, answered=True)

    def learn_variables(self, variables: Iterable[Variable]) -> None:
        """Learn variables of a file, a scope or the command line."""
        learn_variables(variables, self.redactor, self._names)

    def learn_row(self, row: Mapping[str, Any]) -> None:
        """Learn a row of data, whose columns are variables."""
        self.learn_variables(Variable(key=str(name), value=value) for name, value in row.items())

    def learn_scopes(self, scopes: Iterable[Scope]) -> None:
        """Learn what changed in the scopes of a run since the last time."""
        for scope in scopes:
            seen = self._seen.get(id(scope))
            if seen is None:
                seen = self._seen[id(scope)] = _SeenScope(scope)
            if seen.version != scope.version:
                seen.version = scope.version
                self.learn_variables(seen.changes())

    def learn_auth(self, auth: Auth | None, used: Mapping[str, str] = MappingProxyType({})) -> None:
        """Learn the parameters of an auth that a script set; `used` has the variables that they may name."""
        for param in SECRET_AUTH_PARAMS.get(auth.type, ()) if auth is not None else ():
            value = auth.params.get(param) if auth is not None else None
            if isinstance(value, str) and value:
                said = _REFERENCE.sub(lambda found: used.get(found.group(1), found.group()), value)
                if _REFERENCE_MARK not in said:
                    self.redactor.learn(said, f"{auth.type if auth is not None else ''}_{param}", "auth")

    def learn_request(self, request: SentRequest) -> None:
        """Learn what a request shows to be secret."""
        learn_sent(request.url, request.headers, plain_body(request), self.redactor)

    def learn_response(self, response: PlainAnswer) -> None:
        """Learn what an answer shows to be secret."""
        learn_answered(response.headers, response.body, self.redactor)

    def _learn_authored(self, request: Request) -> None:
        redactor = self.redactor
        self.learn_auth(request.auth)
        kind = ""
        for header in request.headers:
            if header.value and not header.disabled and header.key.lower() == "content-type":
                kind = header.value
            if header.value and _REFERENCE_MARK not in header.value:
                learn_header(header.key, header.value, redactor)
        url = request.url
        if url.auth_password and _REFERENCE_MARK not in url.auth_password:
            redactor.learn(url.auth_password, "url_password", "address")
        learn_address(url.raw, redactor)
        learn_by_form(url.raw, redactor)
        self._learn_pairs((one.key, one.value) for one in url.query)
        body = request.body
        if body is None:
            return
        self._learn_pairs((one.key, one.value) for one in body.urlencoded)
        self._learn_pairs((one.key, one.value) for one in body.formdata)
        if body.raw:
            learn_body(_readable(body.raw).encode("utf-8", "surrogatepass"), kind, redactor)
        learn_document(dict(body.graphql), redactor)

    def _learn_pairs(self, pairs: Iterable[tuple[str, str | None]]) -> None:
        for name, value in pairs:
            if value and _REFERENCE_MARK not in value:
                learn_named(name, value, self.redactor)
                learn_by_form(value, self.redactor)


def _readable(raw: str) -> str:
    """Return a body as JSON if it is some once its variables have values: outside of texts they are none."""
    text = raw.strip()
    if text[:1] not in {"{", "["}:
        return raw
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return _BARE_REFERENCE.sub("0", text)
    return raw


def _without_scripts(document: Any) -> Any:
    """Return a collection's document without its scripts, whose literals are their author's."""
    if isinstance(document, Mapping):
        return {key: _without_scripts(value) for key, value in document.items() if key not in _NO_FIELDS}
    if isinstance(document, list):
        return [_without_scripts(value) for value in document]
    return document
