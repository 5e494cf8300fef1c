"""The console as a browser shows it; needs Chromium and the extra `browser`."""

from __future__ import annotations

import importlib
import os
import shutil
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from harness.aep.serving.app import create_app
from harness.aep.serving.server import LocalPlatform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
# What a developer may do without, CI may not: there a test that would be skipped fails.
if not os.environ.get("CI"):
    pytest.importorskip("playwright.sync_api", reason="the extra 'browser' is not installed")
    pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")

playwright = importlib.import_module("playwright.sync_api")

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
TABS = ("log", "schemas", "datasets", "profiles", "segments", "flows")
HOSTILE = '<script>window.taken = 1</script><img src=x onerror="window.taken = 1">'


@pytest.fixture
def client(make_client: Callable[..., Any]) -> Iterator[Any]:
    """A client of a platform that browsers reach too."""
    made = make_client(platform_url=None)
    made.platform.close()
    with LocalPlatform(made.settings, clock=made.clock) as local:
        made.platform = local.platform
        made.app = create_app(made.settings, platform=local.platform)
        yield made


@pytest.fixture
def base(client: Any, people: Any, destinations: Any) -> str:
    """Address of a platform that holds something of everything, with hostile names."""
    segment = destinations.segment(f'{people.lake.tenant}.level = "gold"', name=HOSTILE)
    target = destinations.target(
        destinations.event_hubs_connection(), destinations.event_hubs, eventHubName="profiles"
    )
    flow = destinations.flow(target, name=HOSTILE)
    destinations.activate(flow, [segment], ["person.name.firstName"])
    people.profile("a@example.com", first=HOSTILE, crm="C1", level="gold")
    people.profile("b@example.com", crm="C1")
    people.event("a@example.com", "e1", "2024-05-01T00:00:00Z", eventType=HOSTILE)
    bad = people.lake.message(people.profile_schema, people.profile_dataset, {"person": HOSTILE})
    client.post(f"/collection/{people.inlet}", bad, bare=True)
    for number in range(50):
        people.lake.dataset(people.profile_schema, name=f"{HOSTILE} {number}")
    return str(client.platform.url)


@pytest.fixture
def paths(base: str, client: Any, people: Any) -> list[str]:
    """Every kind of page."""
    assert base
    person = people.entity("a@example.com")["entityId"]
    schema = people.profile_schema.rpartition("/")[2]
    return [
        "/",
        *(f"/_console/{tab}" for tab in TABS),
        "/_console/datasets?page=2",
        f"/_console/datasets/{people.profile_dataset}",
        f"/_console/profiles/{person}",
        f"/_console/schemas/_{client.settings.tenant_id}.schemas.{schema}",
    ]


@pytest.fixture
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 400)])
def test_every_page_keeps_to_accessibility_its_width_and_its_own_files(
    base: str, paths: list[str], chromium: Any, scheme: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}).new_page()
    fetched: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    for path in paths:
        page.goto(base + path)
        found = axe.run(page).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == [], path
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth + 15"), path
        assert page.evaluate("window.taken") is None, path
        wide = "[...document.querySelectorAll('.wide')].some(one => one.scrollWidth > one.clientWidth + 1)"
        assert width > 640 or not page.evaluate(wide), path
    assert complaints == []
    assert {url for url in fetched if not url.startswith((base, "data:"))} == set()


def ask(client: Any, path: str) -> None:
    """Call by socket: the driver of the browser has the thread's event loop."""
    headers = {name: value for name, value in client.headers().items() if value is not None}
    request = urllib.request.Request(client.platform.url + path, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def test_the_log_is_live_and_opens_by_the_keyboard(base: str, client: Any, chromium: Any) -> None:
    page = chromium.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{base}/_console/log?q=identities")
    ask(client, "/data/core/idnamespace/identities/4")
    page.wait_for_selector("text=identities/4")
    ask(client, "/data/foundation/schemaregistry/stats")
    ask(client, "/data/core/idnamespace/identities/6")
    page.wait_for_selector("text=identities/6")
    assert page.locator(".call", has_text="stats").count() == 0
    page.locator(".call summary").first.focus()
    page.keyboard.press("Enter")
    assert "Bearer •••" in page.locator(".call[open]").inner_text()


def test_the_first_stop_of_the_keyboard_leads_past_the_navigation(base: str, chromium: Any) -> None:
    page = chromium.new_page()
    page.goto(base)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_without_scripts_the_pages_work(base: str, chromium: Any) -> None:
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(f"{base}/_console/datasets")
    page.select_option("select[name=sandbox]", "dev")
    page.click("form.place button")
    assert "There is no dataset in this sandbox" in page.locator("main").inner_text()
    page.goto(f"{base}/_console/datasets")
    page.click("text=Next")
    assert page.url.endswith("page=2")
