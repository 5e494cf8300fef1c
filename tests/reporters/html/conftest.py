"""Reports in a browser that the tests share; needs Chromium and the extra `browser`."""

import importlib
import os
import shutil

import pytest

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def chromium():
    # Not longer than a module: while the driver runs, this thread has an event loop, and can start no other.
    # What a developer may do without, CI may not: there a test that would be skipped fails.
    if not os.environ.get("CI"):
        pytest.importorskip("playwright.sync_api", reason="the extra 'browser' is not installed")
        if CHROMIUM is None:
            pytest.skip("there is no Chromium")
    playwright = importlib.import_module("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Opened:
    """A page, with what it asked the network for and what it complained of."""

    def __init__(self, browser, path, address="", **context) -> None:
        self.page = browser.new_context(**({"viewport": {"width": 1400, "height": 900}} | context)).new_page()
        self.page.set_default_timeout(10_000)
        self.fetched: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.fetched.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.goto(path.as_uri() + address)
        self.page.wait_for_selector("html[data-ready]")
        self.path = path

    def rows(self, view: str = "calls") -> list[str]:
        return self.page.locator(f"#{view} .row .name").all_text_contents()


@pytest.fixture
def opened(chromium, bench):
    pages = []

    def open_(events, options=None, *, reporter="html", address="", **context):
        path = bench.report(reporter, events, {"export": "report.html"} | (options or {}))
        page = Opened(chromium, path, address, **context)
        pages.append(page)
        return page

    yield open_
    for one in pages:
        assert one.complaints == []
        asked = {url.partition("#")[0] for url in one.fetched if not url.startswith(("data:", "blob:"))}
        assert asked == {one.path.as_uri()}
        one.page.context.close()
