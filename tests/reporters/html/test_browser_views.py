"""What a reader does with the HTML report: links, the timeline, folded groups, attempts, paper."""

import re
from dataclasses import replace
from itertools import pairwise

from harness.reporters.units import duration
from harness.runner.events import CallFinished, IterationStarted
from harness.runner.results import Covered, RunPart
from harness.scripting.engine import VariableChange

COPIED = """() => {
    window.copied = [];
    document.execCommand = () => window.copied.push(document.activeElement.value);
    Object.defineProperty(navigator, 'clipboard', {value: undefined});
}"""


def finished(events):
    return [event for event in events if isinstance(event, CallFinished)]


def with_rows(events, *rows):
    """The events with a row of data for each iteration."""
    return [
        replace(event, row=rows[event.iteration]) if isinstance(event, IterationStarted) else event
        for event in events
    ]


def renamed(events, number, path):
    """The events with another path of a call."""
    old = finished(events)[number]
    call = old.result.call
    item = replace(call.item, name=path[-1], path=path, id="renamed")
    other = replace(old, result=replace(old.result, call=replace(call, item=item, path=path)))
    return [other if event is old else event for event in events]


def test_a_link_names_call_row_view_and_search_and_back_goes_back(opened, shop_run_twice):
    odd = ("Orders", "50 %/a [row 9]?#x", "Größe & <b>")
    address = "#/Orders/Create order[row 2]?view=calls&search=order&outcome=failed"
    page = opened(renamed(shop_run_twice, 5, odd), address=address).page
    heading = page.locator("#detail h2")
    assert "Create order" in heading.inner_text()
    assert "iteration 2 of 2" in page.locator("#detail .facts").inner_text()
    assert page.get_by_role("tab", selected=True).inner_text().startswith("Calls")
    assert page.input_value("#search") == "order"
    assert page.get_attribute("[data-state=failed]", "aria-pressed") == "true"

    page.locator("#calls .row.call", has_text="Größe").click()
    heading.get_by_text("Größe & <b>").wait_for()
    link = page.evaluate("location.href")
    page.keyboard.press("3")
    page.go_back()
    page.go_back()
    heading.get_by_text("Create order").wait_for()
    assert page.locator("#calls .row[aria-selected=true] .name").inner_text().startswith("Create order")

    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector("html[data-ready]")
    assert heading.inner_text().endswith("Größe & <b>")
    assert page.input_value("#search") == "order"


def test_the_timeline_starts_at_0_and_agrees_with_the_detail(opened, shop_run):
    page = opened(shop_run, viewport={"width": 1600, "height": 900}).page
    page.keyboard.press("3")
    assert page.locator(".tick").first.inner_text() == "0"
    lefts = page.locator(".tick").evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().left)")
    assert all(right - left > 40 for left, right in pairwise(lefts))
    assert "waiting for the answer" in page.locator("#legend").inner_text()
    assert page.locator("#view-timeline").bounding_box()["width"] == 1600
    ran = [event.result for event in finished(shop_run) if event.result.skipped is None]
    assert page.locator(".timed .time").all_inner_texts() == [duration(one.elapsed_ms) for one in ran]
    assert page.locator(".timed[aria-selected=true] .name").inner_text() == "Create order"

    page.locator(".timed", has_text="Look it up").click()
    page.locator("#detail h2", has_text="Look it up").wait_for()
    page.get_by_role("button", name="Next ›").click()
    page.locator("#detail h2", has_text="Refused").wait_for()
    assert page.locator(".timed[aria-selected=true] .name").inner_text() == "Refused"

    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Zoom in").click()
    assert page.locator(".timed .name").all_inner_texts() == ["Refused"]
    assert "zoom=" in page.evaluate("location.hash")
    page.get_by_role("button", name="Whole run").click()
    assert page.locator(".timed").count() == 3


def test_calls_that_ran_side_by_side_are_in_lanes(opened, shop_run):
    start = shop_run[0].started_ms
    events = [
        replace(event, result=replace(event.result, started_ms=start, elapsed_ms=50.0))
        if isinstance(event, CallFinished)
        else event
        for event in shop_run
    ]
    page = opened(events, address="#/?view=timeline").page
    assert page.locator("#zoomed").inner_text() == "3 calls, up to 3 side by side"
    box = page.locator("#overview").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.9)
    page.locator("#detail h2", has_text="Refused").wait_for()


def test_folded_groups_tell_their_result_and_row_of_data(opened, shop_run_twice):
    events = with_rows(shop_run_twice, {"customer": "Ada"}, {"customer": "Grace"})
    facts = {"replayed": "shop.yaml"}
    summary = replace(events[-1].summary, parts=[RunPart(collection="Orders", mode="replay", facts=facts)])
    events[-1] = replace(events[-1], summary=summary)
    page = opened(events, address="#/?view=calls").page
    page.get_by_role("button", name="fold all").click()
    texts = page.locator("#calls .row").all_inner_texts()
    assert [" ".join(text.split()) for text in texts] == [
        "▸ ✖ Orders 2 of 2 failed 50ms",
        "▸ ✖ Iteration 1 customer=Ada 1 of 2 failed, 1 skipped 3ms",
        "▸ ✖ Orders 2 of 2 failed 50ms",
        "▸ ✖ Iteration 2 customer=Grace 1 of 2 failed, 1 skipped 3ms",
    ]
    page.fill("#search", "customer=grace")
    assert page.locator("#shown").inner_text() == "4 of 8 calls"


def test_a_call_that_failed_twice_is_one_card(opened, shop_run):
    page = opened(shop_run).page
    cards = page.locator(".occurrence")
    assert cards.locator(".line .link").all_inner_texts() == [
        "Orders / Create order",
        "Orders / Nested / Look it up",
        "Refused",
    ]
    told = cards.first.inner_text()
    assert "3 failures" in told
    assert "rejected late" in told
    assert "$.id is 7" in told


def test_paper_holds_every_failure(opened, shop_run):
    failing = finished(shop_run)[0]
    many = [*shop_run[:3], *(failing for _ in range(40)), *shop_run[3:]]
    # Paper is as narrow as a screen on which an opened call covers the rest.
    page = opened(many, address="#/Refused?view=numbers", viewport={"width": 720, "height": 1000}).page
    assert page.locator(".occurrence").count() < 20
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".occurrence").count() == 43
    assert page.locator(".occurrence .diff").last.is_visible()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".occurrence").count() < 20
    assert not page.locator("#view-failures").is_visible()


def test_attempts_are_tabs_and_steps_tell_what_changed(opened, shop_run):
    again = finished(shop_run)[1]
    changes = (VariableChange(scope="environment", name="token", before="old", after="********"),)
    [run] = again.result.prerequest
    result = replace(again.result, prerequest=(replace(run, changes=changes),))
    shop_run[shop_run.index(again)] = replace(again, result=result)
    page = opened(shop_run, address="#/Orders/Nested/Look it up").page
    tabs = page.get_by_role("tablist", name="Attempts").get_by_role("tab")
    assert tabs.all_inner_texts() == ["✖ Attempt 1", "✖ Attempt 2"]
    steps = [" ".join(text.split()) for text in page.locator(".step").all_inner_texts()]
    assert steps[0] == (
        "Pre-request script of the collection 1ms Variable Before After token environment old masked"
    )
    assert steps[1].startswith("GET → 404 Not Found 5ms used base preparing 100µs")
    assert steps[2].startswith("Test script ")
    assert "ReferenceError: foo is not defined" in steps[2]
    assert "masked marks a secret, whose value is not in this report." in page.locator("#detail").inner_text()
    tabs.first.click()
    assert tabs.first.get_attribute("aria-selected") == "true"
    assert "attempt=1" in page.evaluate("location.hash")
    assert "changed no variable" in page.locator(".step").first.inner_text()


def test_a_failure_is_copied_as_a_prompt_and_a_request_for_httpie(opened, shop_run):
    page = opened(shop_run).page
    page.evaluate(COPIED)
    for name in ("Copy as a prompt", "Copy as HTTPie", "Copy link"):
        page.evaluate("document.getElementById('toast').textContent = ''")
        page.get_by_role("button", name=name).click()
        page.locator("#toast", has_text="copied").wait_for()
    prompt, command, link = page.evaluate("window.copied")
    assert "## The script" in prompt
    assert "Expected: GET\nActual: POST" in prompt
    assert "HTTP/1.1 201 Created" in prompt
    assert "s3cr3t" not in prompt
    assert command.startswith("http --ignore-stdin POST 'http://127.0.0.1:8080/orders?q=1&flag'")
    assert "'Authorization:Bearer <masked>'" in command
    assert '--raw \'{"token": "<masked>"}\'' in command
    assert re.search(r"report\.html#/Orders/Create%20order\?view=failures$", link)


def test_httpie_takes_no_header_for_a_file_or_for_json(opened, shop_run):
    headers = (("X-File", "@/etc/hostname"), ("X-Json", "=1"), ("X-Both", "a\\=b"), ("X-Path", "a\\b=c"))
    first = finished(shop_run)[0]
    exchange = first.result.exchange
    asked = replace(exchange, request=replace(exchange.request, headers=headers))
    shop_run[shop_run.index(first)] = replace(first, result=replace(first.result, exchange=asked))
    page = opened(shop_run).page
    page.evaluate(COPIED)
    page.get_by_role("button", name="Copy as HTTPie").click()
    page.locator("#toast", has_text="copied").wait_for()
    [command] = page.evaluate("window.copied")
    words = [line.strip(" \\") for line in command.splitlines()]
    assert words[1:5] == [
        r"'X-File:\@/etc/hostname'",
        r"'X-Json:\=1'",
        r"'X-Both:@'<(printf %s 'a\=b')",
        r"'X-Path:a\b=c'",
    ]


def test_the_history_has_axes_and_a_strip_for_each_call(opened, shop_run):
    for number in range(2):
        at = shop_run[0].started_ms + number * 86_400_000
        shop_run[-1] = replace(shop_run[-1], summary=replace(shop_run[-1].summary, started_ms=at))
        one = opened(shop_run, {"history": "history.jsonl"}, address="#/?view=history")
    charts = one.page.locator("#view-history .chart")
    assert charts.count() == 2
    assert charts.last.locator("text").all_text_contents()[:3] == ["0", "25ms", "50ms"]
    label = one.page.locator(".strip").first.get_attribute("aria-label")
    assert label == "The last runs: failed, failed"


def test_warnings_are_listed_by_kind(opened, shop_run):
    page = opened(shop_run, address="#/?view=run").page
    assert page.locator("#view-run .kind").all_inner_texts() == ["other", "undefined-variable"]
    assert "undefined-variable" in page.locator("#detail .warned").inner_text()


def test_what_of_a_description_was_touched_has_a_view_of_its_own(opened, shop_run):
    last = shop_run[-1]
    missing = ("GET <b>/orders</b>", "DELETE /orders/{id}")
    last.summary.coverage = (
        Covered(kind="operation", declared=4, seen=2, missing=missing),
        Covered(kind="enum", declared=0, seen=0, missing=()),
    )
    page = opened(shop_run).page
    page.click("#tab-coverage")
    view = page.locator("#view-coverage")
    assert view.locator("tbody tr").all_inner_texts() == [
        "Operations\t4\t2\t50%",
        "Enum values\t0\t0\t100%",
    ]
    assert view.locator("li").all_inner_texts() == list(missing)
    assert "view=coverage" in page.url
