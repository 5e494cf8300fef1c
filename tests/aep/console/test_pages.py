from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest
from starlette.responses import Response

from harness.twin.call_log import CallLog

PAGES = (
    "/",
    "/_console/log",
    "/_console/schemas",
    "/_console/datasets",
    "/_console/profiles",
    "/_console/segments",
    "/_console/audiences",
    "/_console/flows",
    "/_console/provenance",
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
    calls = {path for path in seen if path.startswith("/_console/log/")}
    assert calls
    seen -= calls
    # Two datasets with three batches, a schema each, one profile.
    assert len(seen) == len(PAGES) + 2 + 3 + 2 + 1


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
    body = json.dumps({"x": "y" * 20_000}).encode()
    log = client.platform.service(CallLog)
    for _ in range(1010):
        log.add(
            service="Schema Registry",
            method="POST",
            target="/data/foundation/schemaregistry/tenant/schemas",
            headers={},
            body=body,
            response=Response(b"{}"),
            elapsed_ms=1.0,
        )
    assert (log.total, len(log.latest())) == (1010, 1000)
    (last,) = log.latest(1)
    assert (len(last.body), last.size) == (8192, len(body))
    assert last.shown_body().endswith("bytes more")


def lines(text: str) -> list[str]:
    return re.findall(r'<span class="target mono">([^<]*)</span>', text)


def test_the_log_is_paged_and_searched(client: Any) -> None:
    for number in range(70):
        client.get(f"/data/core/idnamespace/identities/{number}")
    first = page(client, "/_console/log")
    assert (len(lines(first)), lines(first)[0]) == (50, "/data/core/idnamespace/identities/69")
    assert 'href="?page=2" rel="next"' in first
    assert "data-live" in first
    second = page(client, "/_console/log?page=2")
    assert (len(lines(second)), lines(second)[-1]) == (20, "/data/core/idnamespace/identities/0")
    assert "data-live" not in second
    assert lines(page(client, "/_console/log?q=identities/42")) == ["/data/core/idnamespace/identities/42"]
    assert len(lines(page(client, "/_console/log?q=404"))) == len(
        lines(page(client, "/_console/log?q=Identity"))
    )
    assert "Nothing here has &lt;b&gt;nobody in it" in page(
        client, "/_console/log?q=<b>nobody".replace("<", "%3C")
    )
    rows = client.get("/_console/log/rows?after=0&q=identities/42", bare=True).body.decode()
    assert lines(rows) == ["/data/core/idnamespace/identities/42"]


@pytest.mark.parametrize("number", ["2", "3", "999", "0", "-1", "x", "\u0663".encode().hex(), "9" * 30])
def test_any_number_of_a_page_is_answered(client: Any, number: str) -> None:
    assert "Nothing was asked yet" in page(client, f"/_console/log?page={number}")


def test_long_lists_are_paged_and_searched(client: Any, lake: Any) -> None:
    schema = lake.schema()
    for number in range(60):
        lake.dataset(schema, name=f"set {number:02d}")
    first = page(client, "/_console/datasets")
    assert "1–50 of 60" in first
    assert ("set 59" in first, "set 09" in first) == (True, False)
    second = page(client, "/_console/datasets?page=2")
    assert ("set 59" in second, "set 09" in second) == (False, True)
    assert 'href="?page=1" rel="prev"' in second
    found = page(client, "/_console/datasets?q=SET+07")
    assert ("set 07" in found, "set 08" in found) == (True, False)


def test_profiles_are_paged(people: Any) -> None:
    messages = [
        people.lake.message(
            people.profile_schema, people.profile_dataset, {people.lake.tenant: {"email": f"p{number:02d}@x"}}
        )
        for number in range(55)
    ]
    sent = people.client.post(f"/collection/batch/{people.inlet}", {"messages": messages}, bare=True)
    assert sent.status == 207
    first, second = (page(people.client, f"/_console/profiles?page={one}") for one in (1, 2))
    assert ("p54@x" in first, "p00@x" in first) == (True, False)
    assert ("p54@x" in second, "p00@x" in second) == (False, True)
    rows = page(people.client, f"/_console/datasets/{people.profile_dataset}?rows=2")
    assert ("p54@x" in rows, "p04@x" in rows, "p00@x" in rows) == (False, True, True)


def test_the_rows_of_one_batch_are_looked_at_alone(busy: Any) -> None:
    path = f"/_console/datasets/{busy.profile_dataset}"
    links = [one for one in Outline(page(busy.client, path)).links if "batch=" in one]
    alone = [page(busy.client, one) for one in links]
    assert sorted("Only batch" in text and "a@example.com" in text for text in alone) == [False, True]
    assert sorted("expected type: JSONObject" in text for text in alone) == [False, True]


def test_a_datastream_shows_where_its_events_go(busy: Any) -> None:
    settings = {"com_adobe_experience_platform": {"datasets": {"event": [{"datasetId": busy.event_dataset}]}}}
    records = "/metadata/namespaces/edge/datasets/datastreams/records"
    busy.client.post(records, {"data": {"title": "Shop <web>", "settings": settings}})
    text = page(busy.client, "/_console/flows")
    assert "Shop &lt;web&gt;" in text
    assert f"/_console/datasets/{busy.event_dataset}" in text


def test_headings_of_every_page_go_down_one_step_at_a_time(busy: Any) -> None:
    paths = [*PAGES, f"/_console/datasets/{busy.profile_dataset}"]
    for path in paths:
        levels = [int(one) for one in re.findall(r"<h([1-6])", page(busy.client, path))]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), path


HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"


def test_hostile_texts_are_texts_on_every_page(busy: Any, destinations: Any) -> None:
    client = busy.client
    destinations.segment("a = 1", name=HOSTILE, description=HOSTILE)
    target = destinations.target(destinations.kinesis_connection(), stream=HOSTILE, region="us-east-1")
    destinations.flow(target, name=HOSTILE, description=HOSTILE)
    busy.profile("h@example.com", first=HOSTILE, level="gold", crm=HOSTILE)
    busy.event("h@example.com", "h1", "2024-05-01T00:00:00Z", eventType=HOSTILE)
    client.post("/data/core/edge/inlet", {"name": HOSTILE, "sourceId": HOSTILE})
    client.get("/data/core/ups/segment/definitions/%3Cscript%3Ealert(1)?x=<img%20src=x>")
    person = busy.entity("h@example.com")["entityId"]
    paths = [*PAGES, f"/_console/datasets/{busy.profile_dataset}", f"/_console/profiles/{person}"]
    for path in [*paths, "/_console/profiles?q=%3Cscript%3Ealert(1)%3C/script%3E"]:
        text = page(client, path)
        assert "<script>alert" not in text, path
        assert "<img" not in text, path


@pytest.mark.parametrize(
    ("target", "body", "kind"),
    [
        ("/ims/token/v2?grant_type=client_credentials&client_id=x&client_secret=TOPSECRET", b"", ""),
        ("/ims/token/v3", b"client_id=x&client_secret=TOPSECRET&scope=openid", "x-www-form-urlencoded"),
        ("/data/x", b'{"auth": {"params": {"secretKey": "a\\"TOPSECRET"}}}', "json"),
        ("/data/x", b'{"sasKey" : "TOPSECRET", "region": "eu"}', "json"),
        ("/data/x", b'{"s3AccessKey":"TOPSECRET","connectionString":"a;SharedAccessKey=TOPSECRET"}', "json"),
        ("/data/x", b'{"Password":"TOPSECRET"}', "json"),
        ("/data/x", b'{"pad":"' + b"y" * 8160 + b'","password":"TOPSECRET and more of it"}', "json"),
    ],
)
def test_no_secret_shows_in_the_log_wherever_it_stands(
    client: Any, target: str, body: bytes, kind: str
) -> None:
    headers = {"content-type": f"application/{kind}", "cookie": "sid=TOPSECRET", "authorization": "TOPSECRET"}
    client.post(target, body, headers=headers)
    assert "TOPSECRET" not in page(client, "/_console/log")
    assert "TOPSECRET" not in client.get("/_console/log/rows?after=0", bare=True).body.decode()
    assert lines(page(client, "/_console/log?q=topsecret")) == []


def test_a_call_is_followed_to_its_record_and_the_message_that_was_exported(
    people: Any, destinations: Any
) -> None:
    segment = destinations.segment(f'{people.lake.tenant}.level = "gold"')
    destinations.activate(destinations.flow(), [segment], ["person.name.firstName"])
    people.profile("ann@example.com", first="Annabel", level="gold")
    log = people.client.platform.service(CallLog)
    (call,) = (one for one in log.latest() if b"ann@example.com" in one.body)
    shown = page(people.client, f"/_console/log/{call.number}")
    trail, _, below = shown.partition("</nav>\n<section")
    assert 'href="#exchange">POST answered 200</a>' in trail
    assert "Landed in the data lake <b>1</b>" in trail
    assert "Exported messages <b>1</b>" in trail
    landed, _, rest = below.partition("Landed in the data lake")[2].partition("Exported messages")
    exported = rest.partition('id="exchange"')[0]
    assert "ann@example.com" in landed
    assert "Annabel" in exported
    assert "realized" in exported


def test_what_a_call_left_is_counted_after_it_was_deleted(people: Any) -> None:
    people.profile("ann@example.com", first="Annabel")
    log = people.client.platform.service(CallLog)
    (call,) = (one for one in log.latest() if b"ann@example.com" in one.body)
    dataset = f"/data/foundation/catalog/dataSets/{people.profile_dataset}"
    assert people.client.call("DELETE", dataset).status == 200
    shown = page(people.client, f"/_console/log/{call.number}")
    assert "Landed in the data lake <b>1</b>, deleted since" in shown


def test_the_console_s_own_address_shows_its_first_page(client: Any) -> None:
    assert page(client, "/_console") == page(client, "/_console/")
    assert "Overview" in page(client, "/_console")


def test_a_page_that_is_not_there_is_told_on_a_page(client: Any) -> None:
    for path in ("/_console/nothing", "/_console/datasets/none", "/_console/flows/x/y"):
        answer = client.get(path, bare=True)
        assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert '<nav aria-label="Pages">' in answer.body.decode()


def test_characters_that_would_act_on_the_text_around_them_are_shown_by_number(lake: Any) -> None:
    schema = lake.schema("https://ns.adobe.com/xdm/context/profile-person-details", title="People")
    lake.dataset(schema, name="a\u202eb\x1b[31mc")
    assert "a&lt;U+202E&gt;b&lt;U+001B&gt;[31mc" in page(lake.client, "/_console/datasets")


def test_a_call_that_was_forgotten_is_not_found(client: Any) -> None:
    for number in ("7", "0", "x", "\N{ARABIC-INDIC DIGIT ONE}"):
        assert client.get(f"/_console/log/{quote(number)}", bare=True).status == 404


def test_audiences_mapping_sets_and_consent_are_on_one_page(people: Any) -> None:
    client = people.client
    wanted = {"audienceId": "aud-7", "name": "<i>Vips</i>", "namespace": "CustomerAudienceUpload"}
    wanted |= {"description": "d", "type": "ExternalSegment", "originName": "CUSTOM_UPLOAD"}
    assert client.post("/data/core/ups/audiences", wanted).status == 200
    made = client.post(
        "/data/foundation/conversion/mappingSets",
        {
            "name": "People of a file",
            "outputSchema": {"schemaRef": {"id": people.profile_schema, "contentType": "application/json"}},
            "mappings": [
                {"sourceType": "ATTRIBUTE", "source": "first", "destination": "person.name.firstName"}
            ],
        },
    )
    assert made.status in (200, 201), made.body
    shown = page(client, "/_console/audiences")
    assert "&lt;i&gt;Vips" in shown
    assert "aud-7" in shown
    assert "person.name.firstName" in shown
    assert "No consent was set yet" in shown
    assert "Vips" not in page(client, "/_console/audiences?q=somebody")
