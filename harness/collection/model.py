"""A Postman collection as its author wrote it.

Every text may still hold `{{name}}`. The shapes are those of the v2.1.0 schema
(https://schema.getpostman.com/json/collection/v2.1.0/docs/index.html), which the loaders of all formats
translate into; what Postman leaves out is `None` or empty here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Literal

from harness.lazy_dataclass import dataclass

EventName = Literal["prerequest", "test"]
Protocol = Literal["http", "graphql"]
BodyMode = Literal["raw", "urlencoded", "formdata", "file", "graphql"]

CallPath = tuple[str, ...]
"""The names from the collection's root to a call, its own the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A named value. `type` is Postman's word (`string`, `any`, `secret`, `default` ...).

    `given` says that its file has a value for it; one without is exported without. `about` has what else its
    file says of it, which is exported again: `id`, `name`, `description`, `system`.
    """

    key: str
    value: Any = None
    type: str | None = None
    disabled: bool = False
    given: bool = True
    about: Mapping[str, Any] | None = None

    @property
    def secret(self) -> bool:
        """Whether the author marked the value as one that nobody may see."""
        return self.type == "secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A header, a query parameter or a field of an urlencoded body.

    `value` is `None` where the author gave none (`?flag`), which is sent without `=`.
    """

    key: str
    value: str | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PathVariable:
    """The value of a `:name` segment of a URL's path."""

    key: str
    value: str | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Url:
    """An address in parts. When `parsed` is false only `raw` is given, and is still to be taken apart.

    The parts win over `raw`, as in Postman. `path` and `host` are their segments; `query` is `None`
    when the URL has no `?`.
    """

    raw: str = ""
    parsed: bool = False
    protocol: str | None = None
    auth_user: str | None = None
    auth_password: str | None = None
    host: tuple[str, ...] = ()
    port: str | None = None
    path: tuple[str, ...] | None = None
    query: tuple[Pair, ...] = ()
    hash: str | None = None
    variables: tuple[PathVariable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPart:
    """A part of a multipart body: a text (`value`), or the files named in `src`.

    `listed` says that `src` was written as a list, be it of one: newman treats the parts after it otherwise.
    """

    key: str
    value: str | None = None
    src: tuple[str, ...] | None = None
    listed: bool = False
    is_file: bool = False
    content_type: str | None = None
    file_name: str | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A request's body; the field that `mode` names holds it, the others keep what else was written.

    `graphql` holds `query`, `operationName` and `variables` as they were written, texts or not.
    """

    mode: BodyMode | None = None
    raw: str | None = None
    language: str | None = None
    urlencoded: tuple[Pair, ...] = ()
    formdata: tuple[FormPart, ...] = ()
    file_src: str | None = None
    file_content: str | None = None
    graphql: Mapping[str, Any] = field(default_factory=dict)
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """How a request proves who sends it: Postman's `type` and that type's parameters.

    Inheritance is the absence of an `Auth`; the type `noauth` ends it.
    """

    type: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """JavaScript that runs before (`prerequest`) or after (`test`) a request.

    One with a `protocol` is inherited by requests of that protocol alone.
    """

    event: EventName
    source: str
    id: str | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    protocol: Protocol | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as authored: nothing is resolved, disabled parts are still there.

    `method` is upper case. `headers` keep order and duplicates. `source` is the JSON that was read, which
    scripts are shown: descriptions, types and all else that is not sent are only there.
    """

    url: Url
    method: str = "GET"
    headers: tuple[Pair, ...] = ()
    body: Body | None = None
    auth: Auth | None = None
    description: str | None = None
    certificate: Mapping[str, Any] | None = None
    proxy: Mapping[str, Any] | None = None
    source: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    def without_source(self) -> "Request":
        """Return the request without the JSON that it was read from."""
        return Request(
            url=self.url,
            method=self.method,
            headers=self.headers,
            body=self.body,
            auth=self.auth,
            description=self.description,
            certificate=self.certificate,
            proxy=self.proxy,
        )


NoticeKind = Literal["left-out", "wrong-type", "unknown-key", "script-type", "not-run"]
"""What a notice is about: a value of another type than its field has, a key that no field has, a script of no
type that there is, a request of a kind that Postman has and that is not run, or anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something about an input that its author should know: what, and where in which file.

    `file` is a path that the user can open, `field` the part of the file (`headers[0].value`).
    """

    message: str
    file: str
    line: int | None = None
    column: int | None = None
    field: str = ""
    kind: NoticeKind = "left-out"

    @property
    def place(self) -> str:
        """Where it is, as errors spell places."""
        line = f"line {self.line}" if self.line else ""
        column = f"column {self.column}" if self.column else ""
        return ": ".join(filter(None, (self.file, ", ".join(filter(None, (self.field, line, column))))))

    @property
    def told(self) -> str:
        """Place and message in a line."""
        return f"{self.place}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One request with its scripts. `path` are the names from below the collection down to this item.

    `profile` holds the item's own `protocolProfileBehavior`. `skipped` says why an item of
    its kind is not sent; one that is `unreadable` stands for a file that cannot be read, and fails.
    `file` is the file that an item has to itself, as the user can open it.
    """

    id: str
    name: str
    path: tuple[str, ...]
    request: Request
    scripts: tuple[Script, ...] = ()
    profile: Mapping[str, Any] = field(default_factory=dict)
    description: str | None = None
    protocol: Protocol = "http"
    skipped: str | None = None
    unreadable: Notice | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A named group of items and folders, whose auth and scripts its items inherit.

    `file` is the directory that a folder of a collection of many files is.
    """

    id: str
    name: str
    path: tuple[str, ...]
    children: tuple["Folder | Item", ...] = ()
    auth: Auth | None = None
    scripts: tuple[Script, ...] = ()
    profile: Mapping[str, Any] = field(default_factory=dict)
    description: str | None = None
    file: str | None = None

    def items(self) -> Iterator[Item]:
        """Walk the items in collection order, those of nested folders included."""
        for child in self.children:
            if isinstance(child, Folder):
                yield from child.items()
            else:
                yield child


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection and where it came from. `root` is a folder without a name and with an empty path.

    `file` is the path or address as the user gave it; `source` the document as read, for the reports
    that repeat it; `warnings` what the loader had to bend to read it. A collection of many files has
    `notices` of what was left out. `target` is the folder or item that the user named, `None` for the whole
    collection.
    """

    id: str
    name: str
    root: Folder
    file: str
    variables: tuple[Variable, ...] = ()
    description: str | None = None
    source: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    target: "Folder | Item | None" = None

    def items(self) -> Iterator[Item]:
        """Walk all items in collection order."""
        return self.root.items()
