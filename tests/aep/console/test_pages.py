from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

PAGES = (
    "/",
    "/_console/log",
    "/_console/schemas",
    "/_console/datasets",
    "/_console/profiles",
    "/_console/segments",
    "/_console/flows",
)


class Outline(HTMLParser):
    """What a page is made of: its elements in order, and that every one that opens is closed."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "circle", "line"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.open: list[str] = []
        self.labels: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a":
            self.links.append(found.get("href") or "")
        if tag in ("input", "select", "nav", "svg") and (found.get("aria-label") or tag == "select"):
            self.labels.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def page(client: Any, path: str) -> str:
    answer = client.get(path, bare=True)
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    text = answer.body.decode()
    assert Outline(text).open == []
    return str(text)


@pytest.fixture
def busy(people: Any, destinations: Any) -> Any:
    """A platform with somebody in a segment that a flow delivers."""
    client = people.client
    segment = destinations.segment(f'{people.lake.tenant}.level = "gold"', name="Gold members")
    base = destinations.event_hubs_connection()
    target = destinations.target(base, destinations.event_hubs, eventHubName="profiles")
    flow = destinations.flow(target, name="To the hub")
    destinations.activate(flow, [segment], ["person.name.firstName"])
    people.profile("a@example.com", first="Ann", crm="C1", level="gold")
    people.profile("b@example.com", crm="C1")
    people.event("a@example.com", "e1", "2024-05-01T00:00:00Z")
    bad = people.lake.message(people.profile_schema, people.profile_dataset, {"person": 5})
    assert client.post(f"/collection/{people.inlet}", bad, bare=True).status == 200
    return people


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_platform_has_every_page(client: Any, path: str) -> None:
    text = page(client, path)
    assert 'aria-current="page"' in text
    assert 'lang="en"' in text


def test_every_link_leads_somewhere(busy: Any) -> None:
    pending, seen = list(PAGES), set()
    while pending:
        path = pending.pop()
        if path in seen or path.startswith("#"):
            continue
        seen.add(path)
        pending.extend(Outline(page(busy.client, path)).links)
    assert len(seen) == len(PAGES) + 5


def test_the_first_page_counts_what_the_services_hold(busy: Any) -> None:
    text = re.sub(r"\s+", " ", page(busy.client, "/"))
    assert re.search(r"Schema Registry</a></h3> <dl class=\"counts\"><div><dt>schemas</dt><dd>2</dd>", text)
    assert "<dt>datasets</dt><dd>2</dd>" in text
    assert busy.client.settings.tenant_id in text
    assert "PLATFORM_GATEWAY" in text


def test_a_schema_is_a_tree_with_its_identities(busy: Any) -> None:
    alt_id = "_" + busy.profile_schema.removeprefix("https://ns.adobe.com/").replace("/", ".")
    text = page(busy.client, f"/_console/schemas/{alt_id}")
    assert 'mono">firstName</span>' in text
    assert "primary identity Email" in text
    assert "identity CRMID" in text
    assert busy.client.get("/_console/schemas/none", bare=True).status == 404


def test_a_dataset_shows_batches_rows_and_what_was_refused(busy: Any) -> None:
    text = page(busy.client, f"/_console/datasets/{busy.profile_dataset}")
    assert ">success</span>" in text
    assert ">failure</span>" in text
    assert "<td>a@example.com</td>" in text
    assert re.search(r"#/person: expected type: [A-Z]", text)
    assert busy.client.get("/_console/datasets/none", bare=True).status == 404


def test_a_profile_shows_its_graph_memberships_attributes_and_events(busy: Any) -> None:
    xid = busy.entity("a@example.com")["entityId"]
    text = page(busy.client, f"/_console/profiles/{xid}")
    assert text.count("<circle") == 3
    assert text.count("<line") == 2
    assert "Gold members" in text
    assert ">realized</span>" in text
    assert "person.name.firstName" in text
    assert "<td>e1</td>" in text
    assert busy.client.get("/_console/profiles/none", bare=True).status == 404


def test_a_profile_is_found_by_any_of_its_identities(busy: Any) -> None:
    assert "Ann" in page(busy.client, "/_console/profiles?q=C1")
    assert "Nobody has the identity nobody" in page(busy.client, "/_console/profiles?q=nobody")


def test_a_flow_shows_what_it_delivered(busy: Any) -> None:
    text = page(busy.client, "/_console/flows")
    assert "To the hub" in text
    assert "Azure Event Hubs" in text
    assert "hubs / profiles" in text
    assert re.search(r"<b>[1-9]</b> arrived", text)
    assert "&#34;firstName&#34;: &#34;Ann&#34;" in text
    assert "Gold members" in page(busy.client, "/_console/segments")


def test_the_log_shows_calls_without_their_secrets(client: Any) -> None:
    secret = client.settings.client_secret
    form = f"grant_type=client_credentials&client_id={client.settings.client_id}&client_secret={secret}"
    form += "&scope=openid"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    token = client.post("/ims/token/v3", form.encode(), bare=True, headers=headers).json()["access_token"]
    client.get("/data/foundation/schemaregistry/stats")
    text = page(client, "/_console/log")
    assert "/ims/token/v3" in text
    assert "Schema Registry" in text
    for hidden in (secret, token, client.token):
        assert hidden not in text
    assert "Bearer •••" in text
    rows = client.get("/_console/log/rows?after=1", bare=True).body.decode()
    assert rows.count("<details") == 1


def test_what_is_asked_of_the_console_is_not_in_the_log(client: Any) -> None:
    for path in PAGES:
        client.get(path, bare=True)
    assert "Nothing was asked yet" in page(client, "/_console/log")


def test_texts_of_others_cannot_become_markup(client: Any, lake: Any) -> None:
    lake.dataset(lake.schema(title="<script>alert(1)</script>"), name="<img src=x onerror=alert(1)>")
    for path in ("/_console/schemas", "/_console/datasets"):
        text = page(client, path)
        assert "<script>alert" not in text
        assert "<img" not in text
    answer = client.get("/", bare=True)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_another_sandbox_is_looked_at_alone(busy: Any) -> None:
    assert "There is no dataset in this sandbox" in page(busy.client, "/_console/datasets?sandbox=dev")
    text = page(busy.client, "/_console/datasets?sandbox=dev")
    assert "/_console/flows?sandbox=dev" in text
    assert busy.client.get("/?org=none", bare=True).status == 404


def test_style_and_script_come_from_the_platform_itself(client: Any) -> None:
    for name, kind in (("console.css", "text/css"), ("console.js", "text/javascript")):
        answer = client.get(f"/_console/assets/{name}", bare=True)
        assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, kind)
        assert b"http://" not in answer.body.replace(b"http://www.w3.org", b"")
    assert client.get("/_console/assets/base.html", bare=True).status == 404
    assert client.get("/_console/assets/..%2Fpages.py", bare=True).status == 404


def test_the_log_keeps_the_last_calls_and_cuts_long_bodies(client: Any) -> None:
    from harness.aep.call_log import CallLog

    body = json.dumps({"x": "y" * 20_000}).encode()
    for _ in range(210):
        client.post("/data/foundation/schemaregistry/tenant/schemas", body)
    log = client.platform.service(CallLog)
    assert (log.total, len(log.latest())) == (210, 200)
    (last,) = log.latest(1)
    assert (len(last.body), last.size) == (8192, len(body))
    assert last.shown_body().endswith("bytes more")
