"""Adobe's Web SDK in a browser against the platform; needs Chromium and the extra `browser`."""

from __future__ import annotations

import base64
import importlib
import json
import os
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from harness.aep.serving.app import create_app
from harness.aep.serving.server import LocalPlatform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ALLOY = "2.33.1"
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
# What a developer may do without, CI may not: there a test that would be skipped fails.
if not os.environ.get("CI"):
    pytest.importorskip("playwright.sync_api", reason="the extra 'browser' is not installed")
    pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")

playwright = importlib.import_module("playwright.sync_api")

PAGE = """<!doctype html><script>
!function(n,o){o.forEach(function(o){n[o]||((n.__alloyNS=n.__alloyNS||[]).push(o),n[o]=function(){
var u=arguments;return new Promise(function(i,l){n[o].q.push([i,l,u])})},n[o].q=[])})}(window,["alloy"]);
</script><script src="/alloy.js" async></script>"""
DATASTREAMS = "/metadata/namespaces/edge/datasets/datastreams/records"
IN = {"consent": [{"standard": "Adobe", "version": "1.0", "value": {"general": "in"}}]}
OUT = {"consent": [{"standard": "Adobe", "version": "1.0", "value": {"general": "out"}}]}


@pytest.fixture(scope="module")
def alloy(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The Web SDK as npm has it."""
    from deno import find_deno_bin

    folder = tmp_path_factory.mktemp("alloy")
    (folder / "package.json").write_text(json.dumps({"dependencies": {"@adobe/alloy": ALLOY}}))
    command = [find_deno_bin(), "install", "--quiet", "--node-modules-dir=auto"]
    subprocess.run(command, cwd=folder, check=True, timeout=120)
    return Path(folder, "node_modules", "@adobe", "alloy", "dist", "alloy.js").read_bytes()


@pytest.fixture(scope="module")
def site(alloy: bytes) -> Iterator[str]:
    """A web site with the Web SDK in its pages."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script = self.path.startswith("/alloy.js")
            body = alloy if script else PAGE.encode()
            self.send_response(200)
            self.send_header("content-type", "text/javascript" if script else "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


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
def browser(client: Any, datastream: str) -> Iterator[Any]:
    """Chromium that finds the edge on the platform, and nothing else."""
    del datastream  # made before: while the driver runs, this thread has an event loop
    address = client.platform.url.partition("://")[2]
    lead = f"MAP edge.adobedc.net:443 {address}, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
    flags = ["--no-sandbox", "--disable-gpu", "--ignore-certificate-errors", f"--host-resolver-rules={lead}"]
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield running
        running.close()


@pytest.fixture
def datastream(client: Any, lake: Any) -> str:
    """A datastream to a schema with the field group that Adobe has for the Web SDK."""
    group = "https://ns.adobe.com/experience/aep-web-sdk-experienceevent"
    dataset = lake.dataset(lake.schema(group, title="Web", of=lake.event_class, union=True), profile=True)
    own = {"enabled": True, "datasets": {"event": [{"datasetId": dataset, "primary": True}]}}
    data = {"title": "Web", "settings": {"com_adobe_experience_platform": own}}
    return str(client.post(DATASTREAMS, {"data": data}).json()["_system"]["id"])


class Visit:
    """A visitor's page with the Web SDK configured, and what it sent to the edge."""

    def __init__(self, browser: Any, site: str, client: Any, datastream: str) -> None:
        self.page = browser.new_context().new_page()
        self.sent: list[tuple[str, int]] = []
        self.warnings: list[str] = []
        self.org = client.settings.org_id
        self.datastream = datastream
        self.page.on("response", self._note)
        self.page.on("console", lambda message: self.warnings.append(message.text))
        self.page.goto(site)

    def _note(self, response: Any) -> None:
        if "/ee/" in response.url:
            self.sent.append((response.url, response.status))

    def alloy(self, command: str, options: Any = None) -> Any:
        script = "([c, o]) => alloy(c, o).then(r => JSON.parse(JSON.stringify(r ?? null)))"
        return self.page.evaluate(script, [command, options])

    def configure(self, **more: Any) -> None:
        options = {
            "datastreamId": self.datastream,
            "orgId": self.org,
            "edgeDomain": "edge.adobedc.net",
            "defaultConsent": "in",
            "thirdPartyCookiesEnabled": False,
            **more,
        }
        self.page.evaluate("o => alloy('configure', o).then(() => true)", options)

    def ecid(self) -> str:
        return str(self.alloy("getIdentity")["identity"]["ECID"])

    def cookie(self, word: str) -> str | None:
        name = f"kndctr_{self.org.replace('@', '_')}_{word}"
        found = (one["value"] for one in self.page.context.cookies() if one["name"] == name)
        return next((unquote(value) for value in found), None)

    def calls(self, path: str) -> list[int]:
        return [status for url, status in self.sent if path in url]


@pytest.fixture
def visit(browser: Any, site: str, client: Any, datastream: str) -> Visit:
    return Visit(browser, site, client, datastream)


def events(client: Any, ecid: str) -> int:
    asked = "schema.name=_xdm.context.experienceevent&relatedSchema.name=_xdm.context.profile"
    target = f"/data/core/ups/access/entities?{asked}&relatedEntityId={ecid}&relatedEntityIdNS=ecid"
    with ThreadPoolExecutor(1) as elsewhere:  # the driver has this thread's event loop
        found = elsewhere.submit(client.get, target).result()
    return len(found.json()["children"]) if found.status == 200 else 0


def test_page_views_land_under_one_identity_that_outlives_a_reload(visit: Visit, client: Any) -> None:
    visit.configure()
    view = {"xdm": {"eventType": "web.webpagedetails.pageViews", "web": {"webPageDetails": {"name": "home"}}}}
    visit.alloy("sendEvent", view)
    first = visit.ecid()
    packed = base64.urlsafe_b64decode(visit.cookie("identity") or "")
    assert packed[:2] == b"\x0a\x26"
    assert packed[2:40].decode() == first
    visit.page.reload()
    visit.configure()
    before = len(visit.sent)
    assert visit.ecid() == first
    assert len(visit.sent) == before
    visit.alloy("sendEvent", view)
    assert f"/ee/{visit.cookie('cluster')}/v1/interact" in visit.sent[-1][0]
    assert {status for _, status in visit.sent} == {200}
    assert not [text for text in visit.warnings if "Unable" in text]
    assert events(client, first) == 2


def test_consent_holds_events_back_until_it_is_given(visit: Visit) -> None:
    visit.configure(defaultConsent="pending")
    visit.page.evaluate(
        "() => { window.held = alloy('sendEvent', {xdm: {eventType: 'a'}}).then(() => 'sent') }"
    )
    assert visit.sent == []
    visit.alloy("setConsent", IN)
    assert visit.page.evaluate("() => window.held") == "sent"
    assert visit.cookie("consent") == "general=in"
    assert visit.calls("/v1/privacy/set-consent") == [200]
    assert visit.calls("/v1/interact") == [200]
    assert len(visit.ecid()) == 38


def test_who_opts_out_sends_nothing_also_after_a_reload(visit: Visit) -> None:
    visit.configure()
    visit.alloy("setConsent", OUT)
    assert visit.cookie("consent") == "general=out"
    visit.page.reload()
    visit.configure()
    visit.page.evaluate("() => alloy('sendEvent', {xdm: {eventType: 'a'}}).catch(() => 0)")
    assert visit.calls("interact") == []


def test_decisions_are_none_and_a_beacon_is_collected(visit: Visit) -> None:
    visit.configure()
    asked = {"renderDecisions": True, "personalization": {"surfaces": ["#hero"]}, "xdm": {"eventType": "a"}}
    assert visit.alloy("sendEvent", asked)["propositions"] == []
    with visit.page.expect_response(lambda response: "/v1/collect" in response.url) as beacon:
        visit.alloy("sendEvent", {"documentUnloading": True, "xdm": {"eventType": "b"}})
    assert beacon.value.status == 204


def test_an_unknown_datastream_is_told_to_the_page(visit: Visit) -> None:
    visit.configure(datastreamId="nosuch")
    script = "() => alloy('sendEvent', {xdm: {eventType: 'a'}}).then(() => '', e => e.message)"
    assert "EXEG-0003" in visit.page.evaluate(script) or visit.calls("interact") == [400]
