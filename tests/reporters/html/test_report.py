import base64
import gzip
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from harness.client.message import Hop, Response, Timings
from harness.errors import InputError, UsageError
from harness.reporters.units import duration
from harness.runner.events import AttemptFinished, CallFinished, IterationStarted, RunStarted
from harness.runner.results import RunPart
from harness.scripting.engine import VariableChange
from harness.variables.substitute import UsedVariable

SECRET = "s3cr3t-t0ken"


def page_of(bench, events, options=None, reporter="html", **context) -> str:
    path = bench.report(reporter, events, {"export": "report.html"} | (options or {}), **context)
    return path.read_text(encoding="utf-8")


def unpacked(page: str, name: str) -> Any:
    data = re.search(rf'<script type="text/plain" id="{name}">([^<]*)</script>', page)[1]
    return json.loads(gzip.decompress(base64.b64decode(data)))


def records_of(page: str) -> list[dict[str, Any]]:
    names = re.findall(r'id="(chunk-\d+)"', page)
    return [record for name in names for record in unpacked(page, name)]


def test_the_first_screen_says_what_came_of_the_run(bench, shop_run):
    head = page_of(bench, shop_run).partition("</style>")[2].partition("<main")[0]
    text = " ".join(re.sub(r"<[^>]+>", " ", head).split())
    assert "5 failures in 3 of 3 calls (1 skipped), 4 assertions (1 skipped) in 371ms" in text
    assert "cassette cassettes/shop.yaml" in text


def test_a_run_without_failures_passed(bench, shop_run):
    quiet = [shop_run[0], shop_run[-1]]
    quiet[-1] = replace(quiet[-1], summary=replace(quiet[-1].summary, failures=[]))
    page = page_of(bench, quiet)
    assert "<strong>Passed</strong>" in page
    assert "<title>✓ Shop API</title>" in page


def test_the_page_names_no_address_but_those_of_the_run(bench, shop_run):
    page = page_of(bench, shop_run)
    assert not re.search(r"""(?:src|href)=["'](?!data:,|#)""", page)
    assert not re.search(r"@import|url\(", page.partition("</style>")[0])
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "http" not in policy


def test_rows_and_records_hold_the_calls(bench, shop_run_twice):
    page = page_of(bench, shop_run_twice)
    index = unpacked(page, "index")
    names = [index["items"][row[0]]["path"][-1] for row in index["rows"]]
    assert names == ["Create order", "Look it up", "Refused", "Not here"] * 2
    assert [row[2] for row in index["rows"]] == [1, 1, 1, 2] * 2
    assert len(index["items"]) == 4
    records = records_of(page)
    assert len(records) == 8
    assert records[0]["exchange"]["response"]["body"] == {"size": 9, "text": '{"id": 7}'}


@pytest.mark.parametrize("elapsed_ms", [0.4657, 0.2919, 6.97, 45.99, 2349.96])
def test_durations_are_kept_as_all_reports_spell_them(bench, shop_run, elapsed_ms):
    at, event = next((at, one) for at, one in enumerate(shop_run) if isinstance(one, CallFinished))
    exchange = event.result.exchange
    answer = replace(exchange.response, elapsed_ms=elapsed_ms)
    result = replace(event.result, elapsed_ms=elapsed_ms, exchange=replace(exchange, response=answer))
    shop_run[at] = replace(event, result=result)
    page = page_of(bench, shop_run)
    row = unpacked(page, "index")["rows"][0]
    record = records_of(page)[0]["exchange"]["response"]
    assert {duration(ms) for ms in (row[4], row[7], record["elapsed"])} == {duration(elapsed_ms)}


def test_failures_point_to_their_row_and_script(bench, shop_run):
    index = unpacked(page_of(bench, shop_run), "index")
    told = [(row, kind, test, line) for row, kind, _, _, test, *_, line, _, _, _ in index["failures"]]
    assert told == [
        (0, "assertion", "bad", 2),
        (0, "lost", None, 0),
        (0, "expectation", "$.id equals 8", 0),
        (1, "script", None, 1),
        (2, "request", None, 0),
    ]
    assert index["scripts"][index["failures"][3][9]] == "foo.bar()"


def test_a_variable_is_traced_to_the_call_that_extracted_it(bench, shop_run):
    events = [event for event in shop_run if isinstance(event, CallFinished)]
    using = events[1].result
    url = replace(using.request.url, raw="{{base}}/orders/{{ORDER_ID}}")
    traced = replace(using, request=replace(using.request, url=url))
    shop_run[shop_run.index(events[1])] = CallFinished(result=traced)
    assert records_of(page_of(bench, shop_run))[1]["uses"] == [
        ["base", None, None],
        ["ORDER_ID", None, None, 0, "extracted", "$.id"],
    ]


def test_a_variable_has_the_value_it_had_for_the_call(bench, shop_run):
    first = next(event for event in shop_run if isinstance(event, CallFinished))
    used = (
        UsedVariable(name="base", scope="environment", value="http://a"),
        UsedVariable(name="ORDER_ID", scope="data", value=SECRET),
    )
    shop_run[shop_run.index(first)] = CallFinished(result=replace(first.result, variables=used))
    assert records_of(page_of(bench, shop_run))[0]["uses"] == [
        ["base", "environment", "http://a"],
        ["ORDER_ID", "data", "<masked>"],
    ]


def test_many_calls_are_spread_over_chunks(bench, shop_run):
    finished = [event for event in shop_run if isinstance(event, CallFinished)][2]
    events = [shop_run[0], *(finished for _ in range(450)), shop_run[-1]]
    page = page_of(bench, events)
    assert re.findall(r'id="(chunk-\d+)"', page) == ["chunk-0", "chunk-1", "chunk-2"]
    rows = unpacked(page, "index")["rows"]
    assert [rows[at][12:14] for at in (0, 199, 200, 449)] == [[0, 0], [0, 199], [1, 0], [2, 49]]


def test_secrets_are_masked_in_page_and_data(bench, shop_run):
    page = page_of(bench, shop_run)
    assert "s3cr3t" not in page
    assert "s3cr3t" not in json.dumps([unpacked(page, "index"), *records_of(page)])
    assert ["token", "********"] in unpacked(page, "index")["run"]["variables"]["environment"]


def test_names_from_a_collection_are_never_markup(bench, shop_run):
    evil = '</script><img src=x onerror="alert(1)">'
    shop_run[0] = replace(shop_run[0], collection=replace(shop_run[0].collection, name=evil))
    page = page_of(bench, shop_run, mask=lambda text: text.replace("bad", evil))
    assert "<img" not in page


def body_told(bench, shop_run, body, **options):
    finished = next(event for event in shop_run if isinstance(event, CallFinished))
    exchange = replace(finished.result.exchange, response=Response(status=200, reason="OK", body=body))
    events = [shop_run[0], CallFinished(result=replace(finished.result, exchange=exchange)), shop_run[-1]]
    return records_of(page_of(bench, events, options))[0]["exchange"]["response"]["body"]


def test_a_long_body_is_cut_with_its_size_said(bench, shop_run):
    told = body_told(bench, shop_run, "é".encode() * 100, **{"max-body": "51"})
    assert told == {"size": 200, "cut": True, "text": "é" * 25}


def test_a_body_that_is_no_text_is_kept_as_base64(bench, shop_run):
    told = body_told(bench, shop_run, b"\x89PNG\xff")
    assert base64.b64decode(told["base64"]) == b"\x89PNG\xff"


@pytest.mark.parametrize(
    ("options", "named"),
    [({"theme": "pink"}, "valid: auto, light, dark"), ({"max-body": "much"}, "'much' is no number of bytes")],
)
def test_a_wrong_option_is_explained(bench, shop_run, options, named):
    with pytest.raises(UsageError, match=named):
        page_of(bench, shop_run, options)


def test_titles_and_theme_are_as_asked(bench, shop_run):
    page = page_of(bench, shop_run, {"title": "Nightly & more", "browser-title": "N", "theme": "dark"})
    assert '<h1 dir="auto">Nightly &amp; more</h1>' in page
    assert "<title>✖ N</title>" in page
    assert 'data-theme="dark"' in page


def test_htmlextras_options_are_understood(bench, shop_run):
    options = {"darkTheme": True, "skipHeaders": "X-A, Accept", "omitResponseBodies": True, "titleSize": "4"}
    page = page_of(bench, shop_run, options, reporter="htmlextra")
    exchange = records_of(page)[0]["exchange"]
    assert 'data-theme="dark"' in page
    assert '<h1 class="size-4"' in page
    assert [key for key, _ in exchange["headers"]] == ["Authorization"]
    assert exchange["response"]["body"] == {"size": 9, "omitted": True}


def htmlextra(bench, events, **options) -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    page = page_of(bench, events, options, reporter="htmlextra")
    return page, unpacked(page, "index"), records_of(page)


def test_htmlextra_hides_bodies_by_the_names_of_requests_in_any_case(bench, shop_run):
    _, _, records = htmlextra(
        bench, shop_run, hideRequestBody="create ORDER", hideResponseBody="x, Look it up"
    )
    assert records[0]["exchange"]["body"]["omitted"]
    assert records[0]["exchange"]["response"]["body"] == {"size": 9, "text": '{"id": 7}'}
    assert records[1]["exchange"]["response"]["body"]["omitted"]


def test_htmlextra_leaves_headers_and_bodies_out_that_may_be_sensitive(bench, shop_run):
    _, _, records = htmlextra(bench, shop_run, skipSensitiveData=True)
    told = records[0]["exchange"]
    assert (told["headers"], told["response"]["headers"]) == ([], [])
    assert told["body"] == {"size": 25, "omitted": True}
    assert told["response"]["body"]["omitted"]
    assert records[0]["assertions"]


def test_htmlextra_leaves_folders_and_requests_out_and_says_so(bench, shop_run):
    page, index, records = htmlextra(bench, shop_run, skipFolders="Nested", skipRequests="Refused,Not here")
    assert [item["path"][-1] for item in index["items"]] == ["Create order"]
    assert index["run"]["leftOut"] == {"calls": 3, "failures": 2}
    assert len(records) == 1
    assert "5 failures" in page


def test_htmlextra_leaves_variables_out_by_name(bench, shop_run):
    _, index, _ = htmlextra(bench, shop_run, skipEnvironmentVars="order_id", skipGlobalVars="token")
    assert [name for name, _ in index["run"]["variables"]["environment"]] == ["token"]


def test_htmlextra_shows_the_start_in_a_time_zone(bench, shop_run):
    page, _, _ = htmlextra(bench, shop_run, timezone="Australia/Sydney")
    assert 'data-zone="Australia/Sydney"' in page
    with pytest.raises(UsageError, match=r"no time zone 'Australia/Sidney'[\s\S]*Australia/Sydney"):
        htmlextra(bench, shop_run, timezone="Australia/Sidney")


def test_htmlextra_does_without_colours_in_bodies(bench, shop_run):
    assert htmlextra(bench, shop_run, noSyntaxHighlighting=True)[1]["run"]["highlight"] is False
    assert htmlextra(bench, shop_run)[1]["run"]["highlight"] is True


def test_a_size_that_no_title_has_is_explained(bench, shop_run):
    with pytest.raises(UsageError, match="'7' is no size of a title"):
        htmlextra(bench, shop_run, titleSize="7")


def test_descriptions_of_collection_folders_and_calls_are_told(bench, shop_run):
    collection = shop_run[0].collection
    orders = replace(collection.root.children[0], description="All *orders*")
    root = replace(collection.root, children=(orders, *collection.root.children[1:]))
    shop_run[0] = replace(shop_run[0], collection=replace(collection, root=root, description="A shop"))
    run = unpacked(page_of(bench, shop_run), "index")["run"]
    assert (run["about"], run["folders"]) == ("A shop", {"Orders": "All *orders*"})


def test_the_hops_of_a_redirect_are_told_with_where_they_led(bench, shop_run):
    first = next(event for event in shop_run if isinstance(event, CallFinished))
    exchange = first.result.exchange
    moved = Response(
        status=302, reason="Found", headers=(("location", f"/next?key={SECRET}"),), elapsed_ms=3.25
    )
    hops = (
        Hop(request=exchange.request, response=moved),
        Hop(request=exchange.request, response=exchange.response),
    )
    result = replace(first.result, exchange=replace(exchange, hops=hops))
    shop_run[shop_run.index(first)] = CallFinished(result=result)
    told = records_of(page_of(bench, shop_run))[0]["exchange"]["hops"]
    assert told[0] == ["POST", exchange.request.url, 302, "Found", "/next?key=<masked>", 3.2]
    assert len(told) == 2


def test_skipped_assertions_are_neither_passed_nor_failed(bench, shop_run):
    row = unpacked(page_of(bench, shop_run), "index")["rows"][0]
    assert row[9:12] == [5, 2, 1]


def test_an_interrupted_run_leaves_a_report(bench, interrupted_run):
    page = page_of(bench, interrupted_run)
    assert "<strong>Interrupted</strong>" in page
    assert len(unpacked(page, "index")["rows"]) == 2


def test_a_run_that_just_started_leaves_a_report(bench, shop_run):
    started = [event for event in shop_run if isinstance(event, RunStarted)]
    assert unpacked(page_of(bench, started), "index")["rows"] == []


def test_the_history_tells_what_is_new_and_grows_with_every_run(bench, shop_run):
    options = {"history": "history.jsonl"}
    finished = [event for event in shop_run if isinstance(event, CallFinished)]
    mended = replace(finished[2].result, exchange=finished[0].result.exchange)
    earlier = [CallFinished(result=mended) if event is finished[2] else event for event in shop_run]
    yesterday = replace(shop_run[-1].summary, started_ms=shop_run[0].started_ms - 86_400_000)
    earlier[-1] = replace(shop_run[-1], summary=yesterday)
    first = unpacked(page_of(bench, earlier, options), "index")["run"]["history"]
    second = unpacked(page_of(bench, shop_run, options), "index")["run"]["history"]
    assert (len(first["runs"]), first["newly"]) == (1, [])
    assert (len(second["runs"]), second["newly"], second["fixed"]) == (2, [2], [])
    assert 'id="view-history"' in page_of(bench, shop_run, options)


def test_a_run_that_is_reported_again_is_one_run_of_the_history(bench, shop_run):
    options = {"history": "history.jsonl"}
    for _ in range(2):
        told = unpacked(page_of(bench, shop_run, options), "index")["run"]["history"]
        assert (len(told["runs"]), told["newly"]) == (1, [])
    assert len((bench.folder / "history.jsonl").read_text().splitlines()) == 1


def test_an_interrupted_run_is_no_history(bench, interrupted_run):
    page_of(bench, interrupted_run, {"history": "history.jsonl"})
    assert not (bench.folder / "history.jsonl").exists()


def test_a_history_that_cannot_be_read_is_told_at_the_start(bench, shop_run):
    (bench.folder / "history.jsonl").write_text("nonsense\n")
    with pytest.raises(InputError, match="no history of runs"):
        page_of(bench, shop_run[:1], {"history": "history.jsonl"})


def test_without_a_history_there_is_no_view_of_it(bench, shop_run):
    assert 'id="view-history"' not in page_of(bench, shop_run)


def first_call(events, **changes):
    """The events with another result of the first call."""
    first = next(event for event in events if isinstance(event, CallFinished))
    events[events.index(first)] = replace(first, result=replace(first.result, **changes))
    return events


def test_calls_name_their_row_of_data_masked(bench, shop_run_twice):
    for number, event in enumerate(shop_run_twice):
        if isinstance(event, IterationStarted):
            row = {"customer": "Ada", "key": SECRET, "list": [1]}
            shop_run_twice[number] = replace(event, row=row if event.iteration else {})
    index = unpacked(page_of(bench, shop_run_twice), "index")
    data = [["customer", "Ada"], ["key", "<masked>"], ["list", "[1]"]]
    assert index["rounds"] == [{"iteration": 0, "data": []}, {"iteration": 1, "data": data}]
    assert [row[18] for row in index["rows"]] == [0, 0, 0, 0, 1, 1, 1, 1]


def test_the_time_of_a_call_is_told_by_its_parts(bench, shop_run):
    exchange = next(event.result.exchange for event in shop_run if isinstance(event, CallFinished))
    timings = Timings(prepare_ms=0.126, dns_ms=1.0, tcp_ms=2.5, first_byte_ms=40.25)
    answered = replace(exchange, response=replace(exchange.response, timings=timings))
    rows = unpacked(page_of(bench, first_call(shop_run, exchange=answered)), "index")["rows"]
    assert rows[0][19] == [1.5, 0.126, 0, 1, 2.5, 0, 40.2, 0, 0]
    assert rows[2][19] == []


def test_steps_tell_what_a_script_changed_masked(bench, shop_run):
    result = next(event.result for event in shop_run if isinstance(event, CallFinished))
    changes = [VariableChange(scope="globals", name=f"n{number}", after="1") for number in range(120)]
    changes.insert(0, VariableChange(scope="environment", name="token", before=SECRET, after=f"new {SECRET}"))
    runs = (replace(result.prerequest[0], changes=tuple(changes)), result.prerequest[1])
    page = page_of(bench, first_call(shop_run, prerequest=runs))
    steps = records_of(page)[0]["steps"]
    assert [step[:6] for step in steps] == [
        ["prerequest", "", 1.5, 0, 0, ""],
        ["prerequest", "Orders / Create order", 0, 0, 0, ""],
        ["test", "Orders / Create order", 0, 3, 1, ""],
    ]
    assert steps[0][6][0] == ["environment", "token", "<masked>", "new <masked>"]
    assert (len(steps[0][6]), steps[0][7]) == (100, 21)


def test_htmlextra_leaves_out_what_scripts_made_of_variables_it_is_to_skip(bench, shop_run):
    result = next(event.result for event in shop_run if isinstance(event, CallFinished))
    changes = tuple(VariableChange(scope="environment", name=name, after="1") for name in ("Plain", "Quiet"))
    events = first_call(shop_run, prerequest=(replace(result.prerequest[0], changes=changes),))
    options = {"export": "report.html", "skipEnvironmentVars": "quiet"}
    page = page_of(bench, events, options, reporter="htmlextra")
    assert records_of(page)[0]["steps"][0][6] == [["environment", "Plain", None, "1"]]


def test_an_earlier_attempt_is_told_as_fully_as_the_last(bench, shop_run):
    tried = next(event for event in shop_run if isinstance(event, AttemptFinished))
    [attempt] = next(one for one in records_of(page_of(bench, shop_run)) if "attempts" in one)["attempts"]
    assert (attempt["attempt"], attempt["status"]) == (1, 404)
    assert attempt["exchange"]["url"] == tried.result.exchange.request.url
    assert [failure[3] for failure in attempt["failures"]] == ["foo is not defined"]


def test_warnings_are_told_with_their_kinds(bench, shop_run):
    page = page_of(bench, shop_run)
    assert records_of(page)[0]["warnings"][0][2] == "undefined-variable"
    assert [kind for _, _, kind in unpacked(page, "index")["run"]["warnings"]] == [
        "other",
        "undefined-variable",
    ]


def test_each_of_several_collections_is_named_with_its_cassette(bench, shop_run):
    parts = [
        RunPart(
            collection="Shop <b>", mode="replay", facts={"replayed": "shop.yaml", "cassette_age": "2 days"}
        ),
        RunPart(collection="Stock", mode="live"),
    ]
    shop_run[-1] = replace(shop_run[-1], summary=replace(shop_run[-1].summary, parts=parts))
    page = page_of(bench, shop_run)
    head = re.search(r'<details class="parts".*?</details>', page, re.DOTALL)[0]
    told = [" ".join(re.sub("<.*?>", " ", line).split()) for line in head.splitlines() if "<li>" in line]
    assert told == ["Shop &lt;b&gt; replay replayed from shop.yaml recorded 2 days ago", "Stock live"]
    assert [one["name"] for one in unpacked(page, "index")["run"]["collections"]] == ["Shop <b>", "Stock"]


def test_the_history_tells_a_strip_of_each_call_that_failed(bench, shop_run):
    options = {"history": "history.jsonl"}
    for number in range(3):
        at = shop_run[0].started_ms + number * 86_400_000
        shop_run[-1] = replace(shop_run[-1], summary=replace(shop_run[-1].summary, started_ms=at))
        told = unpacked(page_of(bench, shop_run, options), "index")["run"]["history"]
    assert told["strips"] == [[1, "fff"], [0, "fff"], [2, "fff"]]
