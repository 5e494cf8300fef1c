"""Query parameters of Flow Service lists: `property` (filter and projection), order and paging.

`property` is both: `property=id,name` projects, `property=state==enabled` filters, and it may be
given several times. A comma in the value of `==` means one of several.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from harness.aep import problem
from harness.aep.projection import project as project_members
from harness.twin.message import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.aep.problem import Problem

PARAMETERS = ("property", "limit", "orderby", "continuationToken", "count")
_FIELD = re.compile(r"[A-Za-z_@$][\w@$:-]*(?:\[\])?(?:\.[A-Za-z_@$][\w@$:-]*(?:\[\])?)*")
_FILTER = re.compile(r"(?P<field>[^=!<>~]*?)\s*(?P<operator>[=!<>~]+)\s*(?P<value>.*)", re.DOTALL)
_NOT_IMPLEMENTED = ("~", "=~", "!~", "~=")
_MOST_DIGITS = 12
_INVALID = "Invalid request"


def invalid(number: int, detail: str) -> Problem:
    """Catalogue error `<number>-400` with the title that nearly all of them have."""
    return problem.flow(number, 400, _INVALID, detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One condition; several values mean any of them."""

    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SortOrder:
    """A field to sort by."""

    field: str
    descending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What a list request asks for. `fields` is empty for whole entities."""

    filters: tuple[Filter, ...]
    fields: tuple[str, ...]
    order: tuple[SortOrder, ...]
    limit: int
    start: int
    count: bool


def parse_listing(query: Query, known: frozenset[str], *, most: int = 100) -> ListQuery:
    """Check the parameters of a list request over entities with the top-level fields `known`."""
    query = continued(query)
    for name, _ in query.pairs:
        if name not in PARAMETERS:
            raise invalid(
                1451, f"The query parameter '{name}' is not supported; use {', '.join(PARAMETERS)}."
            )
    count = query.flag("count")
    if count and "limit" in query:
        raise invalid(1401, "The query parameters 'limit' and 'count' cannot be used together.")
    filters: list[Filter] = []
    fields: list[str] = []
    for text in query.all("property"):
        if re.search(r"[=!<>~]", text):
            filters.append(parse_filter(text, known))
        else:
            fields.extend(_projected(text, known))
    return ListQuery(
        filters=tuple(filters),
        fields=tuple(fields),
        order=parse_order(query.get("orderby"), known),
        limit=_limit(query.get("limit"), most),
        start=_start(query.get("continuationToken")),
        count=count,
    )


def parse_filter(text: str, known: frozenset[str]) -> Filter:
    """Read `field<operator>value`."""
    match = _FILTER.fullmatch(text)
    if match is None or not match["field"]:
        raise invalid(1452, f"The filter '{text}' has no field name.")
    field, operator, value = match["field"], match["operator"], match["value"]
    if operator in _NOT_IMPLEMENTED:
        raise invalid(1440, f"The operator '{operator}' is not implemented.")
    if operator not in _OPERATORS:
        raise invalid(1450, f"The operator '{operator}' in '{text}' is invalid; use {', '.join(_OPERATORS)}.")
    _check_field(field, known)
    values = tuple(_unquoted(part.strip()) for part in _split(value))
    if not any(values):
        raise invalid(1453, f"The filter '{text}' has no value.")
    if len(values) > 1 and operator != "==":
        raise invalid(1443, f"The operator '{operator}' is not allowed for several values.")
    return Filter(field=field, operator=operator, values=values)


def parse_order(text: str | None, known: frozenset[str]) -> tuple[SortOrder, ...]:
    """Read `orderby`: field names, each with `-` for descending or `+` in front."""
    if text is None:
        return ()
    orders = []
    for part in text.split(","):
        name = part.strip()
        descending = name.startswith("-")
        bare = name[1:] if name[:1] in ("+", "-") else name
        if not _FIELD.fullmatch(bare):
            raise invalid(1432, f"The sort expression '{part}' in orderby is invalid.")
        if bare.partition(".")[0] not in known:
            raise invalid(1433, f"The field '{bare}' in orderby is not known.")
        orders.append(SortOrder(field=bare, descending=descending))
    return tuple(orders)


def matches(entity: dict[str, Any], filters: tuple[Filter, ...]) -> bool:
    """Whether an entity fits all filters; an array on the way fits when one of its items does."""
    return all(_fits(entity, condition) for condition in filters)


def project(entity: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """Return only the named fields; `id` stays, so that an item can be told."""
    own = {"id": entity["id"]} if "id" in entity else {}
    return own | project_members(entity, [field.replace("[]", "") for field in fields])


def sort(entities: list[dict[str, Any]], order: tuple[SortOrder, ...]) -> list[dict[str, Any]]:
    """Sort by several fields, the first named counting most; entities without the field last."""
    for part in reversed(order):
        keyed = [(values_at(entity, part.field), entity) for entity in entities]
        present = [(values[0], entity) for values, entity in keyed if values]
        absent = [entity for values, entity in keyed if not values]
        present.sort(key=lambda pair: _sort_key(pair[0]), reverse=part.descending)
        entities = [entity for _, entity in present] + absent
    return entities


def continuation(start: int, asked: Iterable[tuple[str, str]] = ()) -> str:
    """Opaque token of a page that begins at an index, with what else was asked for.

    The link to a page has it alone: aepp takes what follows the first `=` of the link for the token.
    """
    text = f"at:{start}?{urlencode(list(asked))}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def continued(query: Query) -> Query:
    """Add to a query what its continuation token was asked for; what is given beside the token counts."""
    token = query.get("continuationToken")
    if token is None:
        return query
    given = {name for name, _ in query.pairs}
    held = Query(_token_text(token).partition("?")[2])
    held.pairs = [*query.pairs, *(pair for pair in held.pairs if pair[0] not in given)]
    return held


def _token_text(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except (ValueError, binascii.Error):
        return ""


def next_link(word: str, query: Query, end: int, total: int) -> dict[str, Any]:
    """`_links` of a page of a list that ends before index `end` of `total`."""
    if end >= total:
        return {}
    others = [pair for pair in continued(query).pairs if pair[0] != "continuationToken"]
    return {"next": {"href": f"/{word}?continuationToken={continuation(end, others)}"}}


def values_at(entity: Any, field: str) -> list[Any]:
    """Values at a dotted path; arrays on the way are looked through."""
    nodes = [entity]
    for name in field.replace("[]", "").split("."):
        found: list[Any] = []
        for node in nodes:
            members = node if isinstance(node, list) else [node]
            found.extend(member[name] for member in members if isinstance(member, dict) and name in member)
        nodes = found
    flat: list[Any] = []
    for node in nodes:
        flat.extend(node if isinstance(node, list) else [node])
    return flat


def _sort_key(value: Any) -> tuple[int, Any]:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 2, str(value)
    return (0, value) if isinstance(value, int | float) else (1, value.casefold())


def _projected(text: str, known: frozenset[str]) -> list[str]:
    fields = [part.strip() for part in text.split(",") if part.strip()]
    if not fields:
        raise invalid(1448, "The query parameter 'property' is empty.")
    for field in fields:
        _check_field(field, known)
    return fields


def _check_field(field: str, known: frozenset[str]) -> None:
    if not _FIELD.fullmatch(field) or field.partition(".")[0].replace("[]", "") not in known:
        raise invalid(1449, f"The field '{field}' is not known.")


def _split(value: str) -> list[str]:
    """Split at commas outside quotes."""
    return re.findall(r'"[^"]*"|[^,]+', value) or [""]


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) >= 2 and text[0] == text[-1] == '"' else text


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def _limit(text: str | None, most: int) -> int:
    if text is None:
        return most
    if not _is_number(text) or not 1 <= int(text) <= most:
        raise invalid(1448, f"The limit must be a whole number from 1 to {most}, not '{text}'.")
    return int(text)


def _start(token: str | None) -> int:
    if token is None:
        return 0
    kind, _, start = _token_text(token).partition("?")[0].partition(":")
    if kind != "at" or not _is_number(start):
        raise invalid(1448, "The continuationToken is not valid.")
    return int(start)


def _equal(actual: Any, wanted: str) -> bool:
    if isinstance(actual, bool):
        return wanted.lower() == str(actual).lower()
    if isinstance(actual, int | float):
        number = _number(wanted)
        return number is not None and actual == number
    return isinstance(actual, str) and actual == wanted


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, str], bool]:
    def test(actual: Any, wanted: str) -> bool:
        if isinstance(actual, int | float) and not isinstance(actual, bool):
            number = _number(wanted)
            return number is not None and compare(actual, number)
        return isinstance(actual, str) and compare(actual, wanted)

    return test


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


_OPERATORS: dict[str, Callable[[Any, str], bool]] = {
    "==": _equal,
    "!=": lambda actual, wanted: not _equal(actual, wanted),
    ">=": _ordered(lambda a, b: a >= b),
    "<=": _ordered(lambda a, b: a <= b),
    ">": _ordered(lambda a, b: a > b),
    "<": _ordered(lambda a, b: a < b),
}


def _fits(entity: dict[str, Any], condition: Filter) -> bool:
    test = _OPERATORS[condition.operator]
    actual = values_at(entity, condition.field)
    if condition.operator == "!=":
        return all(test(value, condition.values[0]) for value in actual)
    return any(test(value, wanted) for value in actual for wanted in condition.values)
