"""The HTML report as a browser shows it; needs Chromium and the extra `browser`."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from harness.client.message import Hop, ResolvedRequest, Response
from harness.collection.model import Collection, Folder, Item, Request, Script, Url
from harness.runner.events import CallFinished, IterationStarted, RunFinished, RunStarted
from harness.runner.plan import calls_of
from harness.runner.results import CallResult, RunSummary
from harness.runner.tally import count
from harness.scripting.engine import Assertion, ConsoleMessage, ScriptError, ScriptPosition, ScriptRun
from harness.variables.scope import Scopes


def many_calls(calls: int) -> Iterator[CallFinished | RunStarted | RunFinished]:
    """A run of one folder with many calls that answer with a body; each tenth fails."""
    script = Script(event="test", source="pm.test('ok', () => {\n  pm.expect(1).to.eql(2);\n});")
    items = tuple(
        Item(
            id=f"item-{number}",
            name=f"Call {number}",
            path=("Many", f"Call {number}"),
            request=Request(url=Url(raw="http://127.0.0.1/")),
            scripts=(script,),
        )
        for number in range(calls)
    )
    folder = Folder(id="many", name="Many", path=("Many",), children=items)
    root = Folder(id="root", name="", path=(), children=(folder,))
    collection = Collection(id="root", name="Many calls", root=root, file="many.json")
    summary = RunSummary()
    error = ScriptError(
        name="AssertionError",
        message="expected 1 to deeply equal 2",
        position=ScriptPosition(line=2, column=3),
    )
    yield RunStarted(collection=collection, calls=calls, iterations=1, started_ms=1_790_000_000_000)
    yield IterationStarted(iteration=0)
    for position, call in enumerate(calls_of(collection)):
        assertion = Assertion(name="ok", error=error if position % 10 == 0 else None)
        run = ScriptRun(script=script, label=" / ".join(call.path), output=(assertion,))
        result = CallResult(
            call=call, position=position, iteration=0, test=(run,), started_ms=1_790_000_000_000 + position
        )
        event = CallFinished(result=result)
        count(summary, event)
        yield event
    yield RunFinished(summary=summary, scopes=Scopes())


def failing() -> Assertion:
    return Assertion(name="the last", error=ScriptError(name="AssertionError", message="no"))


def test_failures_come_first_with_request_and_response_beside_them(opened, shop_run):
    page = opened(shop_run).page
    assert page.get_by_role("tab", selected=True).inner_text().startswith("Failures")
    card = page.locator(".group-card").first.inner_text()
    assert "expected 'POST' to deeply equal 'GET'" in card
    assert "− expected  GET" in card
    assert "pm.test('bad'" in card
    detail = page.locator("#detail").inner_text()
    assert "POST" in detail
    assert "201 Created" in detail
    assert '"id": 7' in detail


def test_a_run_without_failures_opens_with_its_calls(opened, shop_run):
    passing = [event for event in shop_run if not isinstance(event, CallFinished | RunFinished)]
    summary = replace(shop_run[-1].summary, failures=[])
    page = opened([*passing, replace(shop_run[-1], summary=summary)]).page
    assert page.get_by_role("tab", selected=True).inner_text().startswith("Calls")
    assert "Passed" in page.locator("#verdict").inner_text()


def test_filters_and_search_narrow_the_calls(opened, shop_run_twice):
    one = opened(shop_run_twice)
    one.page.keyboard.press("2")
    assert one.page.locator("#shown").inner_text() == "8 calls"
    one.page.click("[data-state=skipped]")
    assert one.page.locator("#shown").inner_text() == "2 of 8 calls"
    one.page.click("[data-state=skipped]")
    one.page.select_option("#iteration", "1")
    one.page.fill("#search", "deeply equal")
    assert one.page.locator("#shown").inner_text() == "1 of 8 calls"
    assert one.rows() == ["Iteration 2", "Orders", "Create order  ⚠"]
    one.page.keyboard.press("Escape")
    one.page.select_option("#folder", "Orders / Nested")
    assert one.page.locator("#shown").inner_text() == "1 of 8 calls"


def test_the_keyboard_walks_folds_and_opens(opened, shop_run):
    page = opened(shop_run).page
    page.keyboard.press("2")
    for key in ("ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    assert page.locator('[role=row][aria-expanded="false"] .name').all_inner_texts() == ["Orders"]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("j")
    assert "Create order" in page.locator("#detail h2").inner_text()
    page.keyboard.press("n")
    page.locator("#detail h2", has_text="Look it up").wait_for()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"


def test_curl_is_copied_masked(opened, shop_run):
    page = opened(shop_run).page
    page.evaluate(
        """() => {
            window.copied = [];
            document.execCommand = () => window.copied.push(document.activeElement.value);
            Object.defineProperty(navigator, 'clipboard', {value: undefined});
        }"""
    )
    page.keyboard.press("c")
    page.locator("#toast", has_text="copied").wait_for()
    command = page.evaluate("window.copied[0]")
    assert command.startswith("curl -X POST 'http://127.0.0.1:8080/orders?q=1&flag'")
    assert "-H 'Authorization: Bearer <masked>'" in command
    assert '--data-raw \'{"token": "<masked>"}\'' in command


class Heard(BaseHTTPRequestHandler):
    """Keeps what curl sent."""

    protocol_version = "HTTP/1.1"

    def handle_one_request(self):
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.heard.append((self.command, self.path, list(self.headers.items()), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def ear():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Heard)
    server.heard = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


FORM = (
    b'--xyz\r\nContent-Disposition: form-data; name="a"\r\n\r\nit\'s \\ "q"\nline 2 \xc3\xbc\r\n--xyz--\r\n'
)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
@pytest.mark.parametrize(
    ("method", "target", "headers", "body"),
    [
        ("GET", "/a/../b?q={x}[1]&s=it's", (("User-Agent", "me"), ("Accept", "*/*")), None),
        ("HEAD", "/head", (("Accept", "*/*"),), None),
        ("DELETE", "/d", (("X-Quote", 'it\'s "x" $HOME `id` !!'), ("X-Empty", "")), None),
        ("POST", "/json", (("Content-Type", "application/json"),), '{"a": "it\'s\\n$HOME 😀"\n}'.encode()),
        ("PUT", "/at", (("Content-Type", "text/plain"),), b"@not-a-file"),
        ("POST", "/form", (("Content-Type", "multipart/form-data; boundary=xyz"),), FORM),
        ("PATCH", "/binary", (("Content-Type", "application/octet-stream"),), bytes(range(256))),
        ("POST", "/nul", (("Content-Type", "text/plain"),), b"a\0b"),
        ("QUERY", "/bare", (("X-A", "1"),), b"no type"),
        ("POST", "/nothing", (("Accept", "*/*"), ("Content-Length", "0")), None),
        ("GET", "/latin", (("X-Colour", "gr\xfcn a\xe9b"),), None),
        ("POST", "/longer-than-an-argument", (("Content-Type", "text/plain"),), b"it's\n" * 30_000),
    ],
)
def test_what_is_copied_as_curl_sends_the_same_bytes(opened, shop_run, ear, method, target, headers, body):
    address = f"127.0.0.1:{ear.server_port}"
    headers = (("Host", address), *headers)
    sent = ResolvedRequest(method=method, url=f"http://{address}{target}", headers=headers, body=body)
    first = next(event for event in shop_run if isinstance(event, CallFinished))
    exchange = replace(first.result.exchange, request=sent)
    shop_run[shop_run.index(first)] = CallFinished(result=replace(first.result, exchange=exchange))
    page = opened(shop_run).page
    page.evaluate(
        """() => {
            window.copied = [];
            document.execCommand = () => window.copied.push(document.activeElement.value);
            Object.defineProperty(navigator, 'clipboard', {value: undefined});
        }"""
    )
    page.get_by_role("button", name="Copy as curl").click()
    page.locator("#toast", has_text="copied").wait_for()
    command = page.evaluate("window.copied[0]")
    subprocess.run(["bash"], input=command.encode(), check=True, capture_output=True, timeout=30)
    [(verb, path, received, content)] = ear.heard
    assert (verb, path) == (method, target)
    assert content == (body or b"")
    extra = {"Content-Length"} if body else set()
    assert {(key, value) for key, value in received if key not in extra} == set(headers)


def test_escape_leaves_the_search_first_and_then_the_call(opened, shop_run):
    page = opened(shop_run, address="#/Orders/Create order?view=failures").page
    page.locator(".occurrence.picked").wait_for()
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    assert page.locator("#detail h2").inner_text().endswith("Create order")
    page.keyboard.press("Escape")
    assert page.locator("#detail").inner_text() == "Choose a call to see its request and response."
    assert page.locator(".occurrence.picked").count() == 0


def test_a_failure_is_copied_for_a_ticket(opened, shop_run):
    page = opened(shop_run).page
    page.evaluate(
        """() => {
            window.copied = [];
            document.execCommand = () => window.copied.push(document.activeElement.value);
            Object.defineProperty(navigator, 'clipboard', {value: undefined});
        }"""
    )
    page.get_by_role("button", name="Copy for a ticket").click()
    page.locator("#toast", has_text="copied").wait_for()
    text = page.evaluate("window.copied[0]")
    assert text.startswith("**Orders / Create order** of Shop API failed, ")
    assert (
        "bad\nAssertionError: expected 'POST' to deeply equal 'GET'\nexpected: GET\nactual:   POST\n" in text
    )
    assert "```sh\ncurl -X POST 'http://127.0.0.1:8080/orders?q=1&flag'" in text
    assert "201 Created in 45ms" in text
    assert "s3cr3t" not in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_system_and_can_be_switched(opened, shop_run, scheme):
    page = opened(shop_run, color_scheme=scheme).page
    back = "getComputedStyle(document.body).backgroundColor"
    dark = "rgb(13, 17, 23)"
    assert (page.evaluate(back) == dark) == (scheme == "dark")
    page.keyboard.press("t")
    assert (page.evaluate(back) == dark) == (scheme == "light")


def test_ten_thousand_calls_are_a_few_rows_of_the_page(opened):
    one = opened(list(many_calls(10_000)))
    one.page.locator(".way", has_text="1 of 1,000").wait_for()
    for _ in range(6):  # to failures behind the button for more
        one.page.keyboard.press("j")
    one.page.locator(".way", has_text="7 of 1,000").wait_for()
    assert one.page.locator(".occurrence").count() == 7
    one.page.keyboard.press("2")
    assert one.page.locator("#shown").inner_text() == "10,000 calls"
    assert one.page.locator("#calls .row").count() < 100
    one.page.fill("#search", "call 9990")
    assert one.rows() == ["Many", "Call 9990"]
    one.page.locator("#calls .row").nth(1).click()
    one.page.locator("#detail h2", has_text="Call 9990").wait_for()
    assert one.path.stat().st_size < 15_000_000


def broken_rules(axe, page) -> list[tuple[str, list[str]]]:
    # Colours settle before their contrast is measured.
    page.wait_for_timeout(150)
    found = axe.run(page).response["violations"]
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


@pytest.mark.parametrize("width", [1400, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_view_breaks_a_rule_of_accessibility(opened, shop_run_twice, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    size = {"width": width, "height": 800}
    one = opened(
        shop_run_twice, {"history": "history.jsonl"}, color_scheme=scheme, bypass_csp=True, viewport=size
    )
    for key in "123456":
        one.page.keyboard.press(key)
        assert broken_rules(axe, one.page) == []
    one.page.keyboard.press("?")
    assert broken_rules(axe, one.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_state_of_a_view_breaks_a_rule_of_accessibility(opened, shop_run_twice, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(shop_run_twice, color_scheme=scheme, bypass_csp=True).page
    page.keyboard.press("2")
    for number in range(4):
        page.locator("#calls .row.call").nth(number).click()
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert broken_rules(axe, page) == []
    page.click("[data-state=failed]")
    assert broken_rules(axe, page) == []
    page.fill("#search", "there is no such thing")
    assert broken_rules(axe, page) == []


def test_a_filter_that_finds_nothing_can_be_cleared(opened, shop_run):
    page = opened(shop_run).page
    page.keyboard.press("2")
    page.click("[data-state=failed]")
    page.fill("#search", "there is no such thing")
    assert page.locator("#none").inner_text() == "No call is like that."
    page.get_by_role("button", name="clear filters").click()
    assert page.locator("#shown").inner_text() == "4 calls"
    assert not page.locator("#clear").is_visible()


def test_only_failures_are_shown_first_when_asked(opened, shop_run):
    page = opened(shop_run, {"showOnlyFails": True}, reporter="htmlextra").page
    page.keyboard.press("2")
    assert page.locator("#shown").inner_text() == "3 of 4 calls"


def test_checks_that_had_no_answer_to_look_at_follow_the_request_that_got_none(opened, shop_run):
    finished = [event for event in shop_run if isinstance(event, CallFinished)]
    script = Script(event="test", source="pm.test('is 200', () => pm.response.to.have.status(200))")
    failed = Assertion(name="is 200", error=ScriptError(name="AssertionError", message="no property 'code'"))
    run = ScriptRun(script=script, label="Refused", output=(failed,))
    shop_run[shop_run.index(finished[2])] = CallFinished(result=replace(finished[2].result, test=(run,)))
    page = opened(shop_run).page
    heads = page.locator(".group-card h2").all_inner_texts()
    assert any("ECONNREFUSED" in head for head in heads)
    assert not any("no property 'code'" in head for head in heads)
    assert "so 1 check had nothing to look at: is 200" in page.locator("#failures").inner_text()


@pytest.mark.parametrize(
    ("expected", "actual", "marked"),
    [
        ("paid", "accepted", ["paid", "accepted"]),
        ("order-99 of x", "order-23 of x", ["99", "23"]),
        ("same", "same!", ["", "!"]),
        ("a" * 40 + "b" + "a" * 40, "a" * 40 + "c" + "a" * 40, ["b", "c"]),
        ("one", "", ["one", ""]),
    ],
)
def test_a_difference_marks_the_words_that_differ(opened, shop_run, expected, actual, marked):
    first = next(event for event in shop_run if isinstance(event, CallFinished))
    [run] = first.result.test
    error = ScriptError(name="AssertionError", message="differs", expected=expected, actual=actual)
    output = (Assertion(name="bad", error=error),)
    result = replace(first.result, test=(replace(run, output=output, losses=()),), expectations=())
    shop_run[shop_run.index(first)] = CallFinished(result=result)
    page = opened(shop_run).page
    assert page.locator("#detail .diff b").all_text_contents() == marked


def test_a_redirected_call_shows_its_hops(opened, shop_run):
    first = next(event for event in shop_run if isinstance(event, CallFinished))
    exchange = first.result.exchange
    moved = Response(status=302, reason="Found", headers=(("Location", "/over/there"),))
    hops = (
        Hop(request=replace(exchange.request, url="http://a.example/x"), response=moved),
        Hop(request=exchange.request, response=exchange.response),
    )
    result = replace(first.result, exchange=replace(exchange, hops=hops))
    shop_run[shop_run.index(first)] = CallFinished(result=result)
    told = opened(shop_run).page.locator(".hops").inner_text()
    assert "1 hop before" in told
    assert "POST http://a.example/x" in told
    assert "302 Found" in told
    assert "/over/there" in told


def test_descriptions_are_laid_out_and_never_markup(opened, shop_run):
    words = "All **bold** `code` [docs](https://a.example/d) <img src=x>"
    text = f"# Head\n\n{words}\n\n- one\n- two\n\n```\n<b>\n```"
    shop_run[0] = replace(shop_run[0], collection=replace(shop_run[0].collection, description=text))
    page = opened(shop_run).page
    page.get_by_role("tab", name="Run").click()
    box = page.locator("#view-run .described")
    assert box.locator("strong").inner_text() == "bold"
    assert box.locator("li").all_inner_texts() == ["one", "two"]
    assert box.locator("a").get_attribute("href") == "https://a.example/d"
    assert box.locator("pre").inner_text() == "<b>"
    assert box.locator("img").count() == 0
    assert "<img src=x>" in box.inner_text()


def test_long_lists_of_checks_and_console_lines_are_shown_in_parts(opened, shop_run):
    first = next(event for event in shop_run if isinstance(event, CallFinished))
    [run] = first.result.test
    lines = [ConsoleMessage(level="log", parts=(f"'line {number}'",)) for number in range(10_000)]
    checks = [Assertion(name=f"check {number}") for number in range(2000)]
    result = replace(first.result, test=(replace(run, output=(*lines, *checks, failing())),))
    shop_run[shop_run.index(first)] = CallFinished(result=result)
    page = opened(shop_run).page
    assert page.locator(".console > div").count() == 200
    assert page.locator(".checks > li").count() == 100
    assert "the last" in page.locator(".checks > li").nth(1).inner_text()
    page.get_by_role("button", name="show 1,000 more of 10,0").click()
    assert page.locator(".console > div").count() == 1200


def test_the_parts_of_a_form_are_told_by_name(opened, shop_run):
    first = next(event for event in shop_run if isinstance(event, CallFinished))
    body = (
        b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nh\xc3\xa9llo\r\n'
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="up.bin"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\xff\x00\x01\r\n--b--\r\n"
    )
    headers = (("Content-Type", "multipart/form-data; boundary=b"),)
    sent = replace(first.result.exchange.request, headers=headers, body=body)
    result = replace(first.result, exchange=replace(first.result.exchange, request=sent))
    shop_run[shop_run.index(first)] = CallFinished(result=result)
    rows = opened(shop_run).page.locator(".body").first.locator("tbody tr").all_inner_texts()
    assert [row.split("\t") for row in rows] == [
        ["note", "héllo"],
        ["f", "file up.bin, 3B, application/octet-stream"],
    ]


def test_a_run_of_nothing_says_so(opened, shop_run):
    page = opened([shop_run[0], replace(shop_run[-1], summary=RunSummary())]).page
    assert "Nothing ran" in page.locator("#verdict").inner_text()
    assert page.locator("#none").inner_text() == "There were no calls."
    page.keyboard.press("4")
    assert page.locator("#view-numbers").inner_text() == "There were no answers."


def test_on_a_narrow_screen_a_call_takes_the_list_s_place(opened, shop_run):
    page = opened(shop_run, viewport={"width": 420, "height": 800}).page
    page.locator(".occurrence .link").first.click()
    assert not page.locator("#failures").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    page.click(".back")
    assert page.locator("#failures").is_visible()


def test_a_link_by_number_opens_the_call_it_names(opened, shop_run):
    page = opened(shop_run, address="#call-2").page
    assert "Refused" in page.locator("#detail h2").inner_text()
