"""The Accept header, by which Schema Registry clients choose what they get."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MEDIA = re.compile(r"application/vnd\.adobe\.(xed|xdm)((?:-[a-z0-9]+)*)\+json$")
_REGISTRY = re.compile(r"application/vnd\.adobe\.(?:xed|xdm)\b")
_XED = frozenset({"id", "full", "notext", "desc", "deprecatefield", "deprecated", "flat"})
_XDM = _XED | {"link", "v2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """A media type of the registry: family `xed` or `xdm`, its variants, and the version.

    Without a `minor` the newest of the major version is meant. Adobe documents `xed` for resources and
    `xdm` for descriptors; clients (aepp, Adobe's own collections) send `xdm` for resources, too, and leave
    its version out.
    """

    family: str
    variants: frozenset[str] = frozenset()
    version: int | None = None
    minor: int | None = None


def parse(header: str | None) -> Accept | None:
    """First media type of the registry in an Accept header; None when there is none."""
    for choice in (header or "").split(","):
        media, *parameters = (part.strip() for part in choice.split(";"))
        match = _MEDIA.fullmatch(media.lower())
        if match is None:
            continue
        variants = frozenset(match[2].lstrip("-").split("-")) - {""}
        if not variants <= (_XED if match[1] == "xed" else _XDM):
            continue
        major, minor = _version(parameters)
        return Accept(family=match[1], variants=variants, version=major, minor=minor)
    return None


def only_unknown(header: str | None) -> bool:
    """Whether an Accept header names media types of the registry, but none that there is (`xed-link`)."""
    return parse(header) is None and _REGISTRY.search((header or "").lower()) is not None


def _version(parameters: list[str]) -> tuple[int | None, int | None]:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        match = re.fullmatch(r'"?([0-9]{1,9})(?:\.([0-9]{1,9}))?"?', value.strip())
        if name.strip().lower() == "version" and match is not None:
            return int(match[1]), None if match[2] is None else int(match[2])
    return None, None


def without_text(node: object) -> object:
    """Copy a schema without its titles and descriptions; fields of those names stay."""
    if isinstance(node, list):
        return [without_text(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        name: (
            {field: without_text(sub) for field, sub in value.items()}
            if name == "properties" and isinstance(value, dict)
            else without_text(value)
        )
        for name, value in node.items()
        if name not in {"title", "description"}
    }
