"""A collection's own document, with the identities that the run gave to its items and folders."""

from collections.abc import Callable, Mapping
from typing import Any

from harness.collection.model import Collection, Folder, Item
from harness.reporters.newman.byte_lists import Octets

Document = Mapping[str, Any]


class CollectionDocument:
    """The document of a collection as read, so that a report can repeat it and its parts.

    Items and folders without an `id` get that of the model. A collection that was not read from a
    Postman v2 document is told in the few fields that reports need.
    """

    def __init__(self, collection: Collection) -> None:
        self._parts: dict[str, Document] = {}
        source = collection.source
        if _matches(source.get("item"), collection.root):
            self.whole: Document = {**source, "item": self._children(source["item"], collection.root)}
        else:
            info = {"_postman_id": collection.id, "name": collection.name}
            self.whole = {"info": info, "item": [self._plain(child) for child in collection.root.children]}

    def part(self, id: str, name: str) -> Document:
        """Return the document of an item or folder, or just its identity when it has none."""
        return self._parts.get(id) or _identity(id, name)

    def _children(self, documents: list[Document], folder: Folder) -> list[Document]:
        return [
            self._child(document, child) for document, child in zip(documents, folder.children, strict=True)
        ]

    def _child(self, document: Document, child: Folder | Item) -> Document:
        known: dict[str, Any] = {"id": child.id, **document}
        if not child.name:
            known.pop("name", None)
        if isinstance(child, Folder):
            known["item"] = self._children(document["item"], child)
        self._parts[child.id] = known
        return known

    def _plain(self, child: Folder | Item) -> Document:
        known = _identity(child.id, child.name)
        if isinstance(child, Folder):
            known["item"] = [self._plain(one) for one in child.children]
        else:
            known["request"] = {"method": child.request.method, "url": {"raw": child.request.url.raw}}
        self._parts[child.id] = known
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


def masked(value: Any, mask: Callable[[str], str]) -> Any:
    """Return a JSON value with every text in it passed through the mask, keys excepted."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {key: masked(one, mask) for key, one in value.items()}
    if isinstance(value, Octets):
        return value
    if isinstance(value, list | tuple):
        return [masked(one, mask) for one in value]
    return value


def masked_bytes(body: bytes, mask: Callable[[str], str]) -> bytes:
    """Pass a body through the mask, whatever its encoding; bytes that are no text stay as they are."""
    text = body.decode("utf-8", "surrogateescape")
    hidden = mask(text)
    return body if hidden == text else hidden.encode("utf-8", "surrogateescape")
