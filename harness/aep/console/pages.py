"""Routes of the console: `/` and what it leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.call_log import CallLog
from harness.aep.console import flow_pages, lake_pages, overview, people_pages, schema_trees
from harness.aep.console.place import Place, place_of
from harness.aep.console.rendering import asset, page
from harness.aep.routing import Endpoint
from harness.aep.services import service_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from harness.aep.gateway import Caller
    from harness.aep.message import Request
    from harness.aep.platform import Platform

_BASE = "/_console"
_TABS = (
    ("overview", "Overview", "/"),
    ("log", "Log", f"{_BASE}/log"),
    ("schemas", "Schemas", f"{_BASE}/schemas"),
    ("datasets", "Datasets", f"{_BASE}/datasets"),
    ("profiles", "Profiles", f"{_BASE}/profiles"),
    ("segments", "Segments", f"{_BASE}/segments"),
    ("flows", "Flows", f"{_BASE}/flows"),
)
_RECENT = 12


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the pages."""
    console = Console(platform)
    table: tuple[tuple[str, Callable[[Request, Caller], Response]], ...] = (
        ("/", console.overview),
        (f"{_BASE}/log", console.log),
        (f"{_BASE}/log/rows", console.log_rows),
        (f"{_BASE}/schemas", console.schemas),
        (f"{_BASE}/schemas/{{id}}", console.schema),
        (f"{_BASE}/datasets", console.datasets),
        (f"{_BASE}/datasets/{{id}}", console.dataset),
        (f"{_BASE}/profiles", console.profiles),
        (f"{_BASE}/profiles/{{xid}}", console.profile),
        (f"{_BASE}/segments", console.segments),
        (f"{_BASE}/flows", console.flows),
        (f"{_BASE}/assets/{{name}}", console.asset),
    )
    return [Endpoint(method="GET", path=path, handler=handler, door="console") for path, handler in table]


class Console:
    """Pages about one place each; nothing can be changed from them."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._log = platform.service(CallLog)

    def overview(self, request: Request, _: Caller) -> Response:
        """`GET /`: services with counts, the last calls, variables."""
        from harness.aep.server import environment

        place = place_of(self._platform, request)
        settings = self._platform.settings
        return self._page(
            "overview",
            place,
            services=overview.service_cards(place),
            calls=self._log.latest(_RECENT),
            total=self._log.total,
            data_file="" if settings.data_file is None else str(settings.data_file),
            variables=[
                (name, value.partition("\n")[0] + (" …" if "\n" in value else ""))
                for name, value in environment(self._platform).items()
            ],
        )

    def log(self, request: Request, _: Caller) -> Response:
        """`GET /_console/log`: the last calls, with their bodies."""
        place = place_of(self._platform, request)
        return self._page("log", place, calls=self._log.latest(), total=self._log.total)

    def log_rows(self, request: Request, _: Caller) -> Response:
        """`GET /_console/log/rows?after=`: calls that came since, as rows of the page."""
        after = request.query.number("after", 0)
        return page("log_rows.html", {"calls": self._log.latest(after=after), "service_of": service_of})

    def schemas(self, request: Request, _: Caller) -> Response:
        """`GET /_console/schemas`."""
        place = place_of(self._platform, request)
        return self._page("schemas", place, schemas=schema_trees.schema_cards(place))

    def schema(self, request: Request, _: Caller) -> Response:
        """`GET /_console/schemas/{id}`: a schema as a tree."""
        place = place_of(self._platform, request)
        found = schema_trees.schema_card(place, request.params["id"])
        if found is None:
            raise problem.not_found(f"There is no schema {request.params['id']}")
        return self._page(
            "schemas", place, "schema.html", schema=found, tree=schema_trees.schema_tree(place, found.id)
        )

    def datasets(self, request: Request, _: Caller) -> Response:
        """`GET /_console/datasets`."""
        place = place_of(self._platform, request)
        return self._page("datasets", place, datasets=lake_pages.dataset_rows(place))

    def dataset(self, request: Request, _: Caller) -> Response:
        """`GET /_console/datasets/{id}`: batches and rows."""
        place = place_of(self._platform, request)
        found = lake_pages.dataset_row(place, request.params["id"])
        if found is None:
            raise problem.not_found(f"There is no dataset {request.params['id']}")
        batches = lake_pages.batch_rows(place, found.id)
        return self._page(
            "datasets",
            place,
            "dataset.html",
            dataset=found,
            batches=batches,
            table=lake_pages.landed(place, batches),
            refusals=lake_pages.refusals(place, batches),
        )

    def profiles(self, request: Request, _: Caller) -> Response:
        """`GET /_console/profiles?q=`: the last ones, or those with an identity of that value."""
        place = place_of(self._platform, request)
        asked = (request.query.get("q") or "").strip()
        found = people_pages.people_named(place, asked) if asked else people_pages.people_rows(place)
        total = self._platform.store.count(place.org, place.sandbox, "identityCluster")
        return self._page("profiles", place, people=found, asked=asked, total=total)

    def profile(self, request: Request, _: Caller) -> Response:
        """`GET /_console/profiles/{xid}`: attributes, identities, memberships, events."""
        place = place_of(self._platform, request)
        found = people_pages.person(place, request.params["xid"])
        if found is None:
            raise problem.not_found(f"There is no profile {request.params['xid']}")
        return self._page("profiles", place, "profile.html", person=found)

    def segments(self, request: Request, _: Caller) -> Response:
        """`GET /_console/segments`."""
        place = place_of(self._platform, request)
        return self._page("segments", place, segments=flow_pages.segment_rows(place))

    def flows(self, request: Request, _: Caller) -> Response:
        """`GET /_console/flows`: flows with what they delivered, and inlets."""
        place = place_of(self._platform, request)
        return self._page(
            "flows", place, flows=flow_pages.flow_cards(place), inlets=flow_pages.inlet_rows(place)
        )

    def asset(self, request: Request, _: Caller) -> Response:
        """`GET /_console/assets/{name}`: style and script of the pages."""
        found = asset(request.params["name"])
        if found is None:
            raise problem.not_found(f"There is no asset {request.params['name']}")
        return found

    def _page(self, tab: str, place: Place, template: str = "", **facts: Any) -> Response:
        tabs = [(name, title, place.link(path)) for name, title, path in _TABS]
        common = {
            "place": place,
            "tab": tab,
            "tabs": tabs,
            "url": self._platform.url,
            "now_ms": self._platform.clock.now_ms(),
            "service_of": service_of,
        }
        return page(template or f"{tab}.html", common | facts)
