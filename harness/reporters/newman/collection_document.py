"""A collection's own document, with the identities that the run gave to its items and folders."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from harness.collection.model import Collection, Folder, Item
from harness.reporters.newman.json_text import Octets, Spelled, compact
from harness.secrets.watch import Mask

CollectionJson = Mapping[str, Any]


class Expansion(NamedTuple):
    """How documents are spelled out that their author abbreviated: of an item, and of a folder."""

    item: Callable[[CollectionJson], dict[str, Any]]
    folder: Callable[[CollectionJson], dict[str, Any]]


class CollectionDocument:
    """The document of a collection as read, so that a report can repeat it and its parts.

    Items and folders without an `id` get that of the model. A collection that was not read from a
    Postman v2 document is told in the few fields that reports need.
    """

    def __init__(self, collection: Collection, expand: Expansion | None = None) -> None:
        # Authors copy items by hand, ids and all: an id alone names no item.
        self._parts: dict[tuple[str, tuple[str, ...]], CollectionJson] = {}
        self._spelled: dict[tuple[str, tuple[str, ...]], tuple[Spelled, list[str]]] = {}
        self._expand = expand
        source = collection.source
        if _matches(source.get("item"), collection.root):
            self.whole: CollectionJson = {**source, "item": self._children(source["item"], collection.root)}
            if expand is not None:
                told = expand.folder(self.whole)
                info = told.get("info")
                self.whole = {**told, "info": {"_postman_id": collection.id, **(info or {})}}
        else:
            info = {"_postman_id": collection.id, "name": collection.name}
            self.whole = {"info": info, "item": [self._plain(child) for child in collection.root.children]}

    def part(self, child: Folder | Item) -> CollectionJson:
        """Return the document of an item or folder, or just its identity when it has none."""
        return self._parts.get((child.id, child.path)) or _identity(child.id, child.name)

    def spelled_part(self, child: Folder | Item, mask: Mask) -> CollectionJson | Spelled:
        """Return the document of an item or folder, spelled where nothing in it has to be hidden."""
        key = child.id, child.path
        known = self._spelled.get(key)
        if known is None:
            document = self.part(child)
            known = self._spelled[key] = Spelled(compact(document)), list(texts_in(document))
        spelled, texts = known
        shown = mask.texts(texts)
        return spelled if shown is texts or shown == texts else self.part(child)

    def _children(self, documents: list[CollectionJson], folder: Folder) -> list[CollectionJson]:
        return [
            self._child(document, child) for document, child in zip(documents, folder.children, strict=True)
        ]

    def _child(self, document: CollectionJson, child: Folder | Item) -> CollectionJson:
        known: dict[str, Any] = {"id": child.id, **document}
        if not child.name:
            known.pop("name", None)
        if isinstance(child, Folder):
            known["item"] = self._children(document["item"], child)
        if self._expand is not None:
            known = (self._expand.folder if isinstance(child, Folder) else self._expand.item)(known)
        self._parts[child.id, child.path] = known
        return known

    def _plain(self, child: Folder | Item) -> CollectionJson:
        known = _identity(child.id, child.name)
        if isinstance(child, Folder):
            known["item"] = [self._plain(one) for one in child.children]
        else:
            known["request"] = {"method": child.request.method, "url": {"raw": child.request.url.raw}}
        self._parts[child.id, child.path] = known
        return known


def _identity(id: str, name: str) -> dict[str, Any]:
    """Name an item; one that has no name is told without."""
    return {"id": id, "name": name} if name else {"id": id}


def _matches(documents: object, folder: Folder) -> bool:
    """Whether the `item` list of a document is the one the folder was read from."""
    if not isinstance(documents, list) or len(documents) != len(folder.children):
        return False
    return all(
        isinstance(document, Mapping)
        and (not isinstance(child, Folder) or _matches(document.get("item"), child))
        for document, child in zip(documents, folder.children, strict=True)
    )


class Shown(str):
    """A text that was masked before."""

    __slots__ = ()


_AUTHORED: Final = frozenset(
    {"assertion", "at", "content", "description", "exec", "expression", "id", "key", "name", "path",
     "place", "test", "variable"}
)  # fmt: skip
"""Members of the documents that hold what the author of a collection wrote."""


_AS_THEY_ARE: Final = frozenset({Shown, bool, Octets, Spelled, type(None)})


def masked(value: Any, mask: Mask, member: str = "") -> Any:
    """Return a JSON value with every text in it passed through the mask, keys excepted.

    Numbers are passed through it, too: one that is a secret becomes a text. `member` is the key under which
    the value stands.
    """
    # Most are of these very types, and a mapping of another one takes long to be known as such.
    kind = type(value)
    if kind is str:
        return _masked_text(value, mask, member)
    if kind in _AS_THEY_ARE:
        return value
    if kind is int or kind is float:
        return masked_number(value, mask)
    if kind is dict or isinstance(value, Mapping):
        return {key: masked(one, mask, key) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [masked(one, mask, member) for one in value]
    if isinstance(value, str):
        return _masked_text(value, mask, member)
    return masked_number(value, mask) if isinstance(value, int | float) else value


def _masked_text(text: str, mask: Mask, member: str) -> str:
    if member in _AUTHORED:
        return mask.label(text)
    return mask.url(text) if member == "raw" else mask(text)


def masked_number(value: float, mask: Callable[[str], str]) -> Any:
    """Return a number, or the mask for one that is a secret."""
    if -_SHORT_NUMBER < value < _SHORT_NUMBER:
        return value
    spelled = str(value)
    shown = mask(spelled)
    return value if shown == spelled else shown


_SHORT_NUMBER: Final = 100_000
"""Numbers nearer to 0 are too short to be told from others."""


def texts_in(value: Any) -> Iterator[str]:
    """Yield what `masked` may change of a value."""
    if type(value) is Shown:
        return
    if isinstance(value, Mapping):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_in(one)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


def masked_bytes(body: bytes, mask: Callable[[str], str]) -> bytes:
    """Pass a body through the mask, whatever its encoding; bytes that are no text stay as they are."""
    text = body.decode("utf-8", "surrogateescape")
    hidden = mask(text)
    return body if hidden == text else hidden.encode("utf-8", "surrogateescape")
