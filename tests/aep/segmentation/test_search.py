from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

BASE = "/data/core/ups/search"
SCHEMA = "schema.name=_xdm.context.segmentdefinition"


@pytest.fixture
def segments(destinations: Any) -> dict[str, str]:
    names = {"Gold members": "Who buys", "Silver members": "Who looks", "Blue umbrella": "Gold handle"}
    return {
        name: destinations.segment("person.birthYear = 1", name=name, description=text)
        for name, text in names.items()
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["Gold members", "Silver members", "Blue umbrella"]),
        ("gold", ["Gold members", "Blue umbrella"]),
        ("segmentName:gold", ["Gold members"]),
        ("name: gold AND members", ["Gold members"]),
        ("gold OR silver", ["Gold members", "Silver members", "Blue umbrella"]),
        ("gold NOT members", ["Blue umbrella"]),
        ("umbr*", ["Blue umbrella"]),
        ("blu?", ["Blue umbrella"]),
        ('"blue umbrella"', ["Blue umbrella"]),
        ("nobody", []),
        ("folderId:gold", []),
    ],
)
def test_words_find_definitions(client: Any, segments: dict[str, str], text: str, found: list[str]) -> None:
    asked = f"{BASE}/entities?{SCHEMA}&namespace=AEPSegments&s={quote(text)}"
    assert [one["name"] for one in client.get(asked).json()["entities"]] == found
    counted = client.get(f"{BASE}/namespaces?{SCHEMA}&s={quote(text)}").json()
    assert sum(one["count"] for one in counted["namespaces"]) == len(found)


def test_pages_and_the_way_from_the_root(client: Any, segments: dict[str, str]) -> None:
    page = client.get(f"{BASE}/entities?{SCHEMA}&namespace=AEPSegments&limit=2&page=1").json()
    assert page["page"] == {"totalCount": 3, "totalPages": 2, "pageOffset": 1, "pageSize": 2}
    own = segments["Gold members"]
    found = client.get(f"{BASE}/taxonomy?{SCHEMA}&namespace=AEPSegments&entityId={own}").json()["taxonomy"]
    assert [one["id"] for one in found] == ["root", own]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("namespaces", 400),
        ("entities?schema.name=x&namespace=AEPSegments", 400),
        (f"entities?{SCHEMA}", 400),
        (f"entities?{SCHEMA}&namespace=Other", 404),
        (f"taxonomy?{SCHEMA}&namespace=AEPSegments", 400),
        (f"taxonomy?{SCHEMA}&namespace=AEPSegments&entityId=x", 404),
    ],
)
def test_a_question_that_says_too_little_is_refused(client: Any, path: str, status: int) -> None:
    assert client.get(f"{BASE}/{path}").status == status
