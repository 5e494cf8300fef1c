"""Routes of the console: `/` and what it leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.catalog.lake import FAILED, LAKE
from harness.aep.console import audience_pages, flow_pages, lake_pages, overview, people_pages, schema_trees
from harness.aep.console.sandbox_choice import SandboxChoice, choice_of
from harness.aep.flow.activation import DEAD_LETTERS
from harness.aep.serving.environment import environment
from harness.aep.serving.surface import AepSurface
from harness.twin.call_log import CallLog
from harness.twin.console import provenance_page
from harness.twin.console.journal import JournalPages
from harness.twin.console.paging import asked_for, span_of
from harness.twin.console.rendering import Pages, asset
from harness.twin.routing import Endpoint
from harness.twin.wires.sinks import STREAM as SINK_STREAM

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.message import ServedRequest

_BASE = "/_console"
_TABS = (
    ("overview", "Overview", "/"),
    ("log", "Log", f"{_BASE}/log"),
    ("schemas", "Schemas", f"{_BASE}/schemas"),
    ("datasets", "Datasets", f"{_BASE}/datasets"),
    ("profiles", "Profiles", f"{_BASE}/profiles"),
    ("segments", "Segments", f"{_BASE}/segments"),
    ("audiences", "Audiences", f"{_BASE}/audiences"),
    ("flows", "Flows", f"{_BASE}/flows"),
    ("provenance", "Provenance", f"{_BASE}/provenance"),
)
_RECENT = 12
_FOLLOWED = {
    LAKE: "Landed in the data lake",
    FAILED: "Refused by the data lake",
    SINK_STREAM: "Exported messages",
    DEAD_LETTERS: "Messages that were not taken",
}
_PAGES = Pages("harness.aep.console")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the pages."""
    console = Console(platform)
    journal = JournalPages(platform, console.journal_page, _FOLLOWED, always=(LAKE, SINK_STREAM))
    table: tuple[tuple[str, Callable[[ServedRequest, Caller], Response]], ...] = (
        ("/", console.overview),
        (_BASE, console.overview),
        (f"{_BASE}/log", journal.log),
        (f"{_BASE}/log/rows", journal.rows),
        (f"{_BASE}/log/{{number}}", journal.call),
        (f"{_BASE}/schemas", console.schemas),
        (f"{_BASE}/schemas/{{id}}", console.schema),
        (f"{_BASE}/datasets", console.datasets),
        (f"{_BASE}/datasets/{{id}}", console.dataset),
        (f"{_BASE}/profiles", console.profiles),
        (f"{_BASE}/profiles/{{xid}}", console.profile),
        (f"{_BASE}/segments", console.segments),
        (f"{_BASE}/audiences", console.audiences),
        (f"{_BASE}/flows", console.flows),
        (f"{_BASE}/provenance", console.provenance),
        (f"{_BASE}/assets/{{name}}", console.asset),
        (f"{_BASE}/{{rest...}}", console.nothing),
    )
    return [
        Endpoint(method="GET", path=path, handler=console.as_page(handler), door="console")
        for path, handler in table
    ]


class Console:
    """Pages about one place each; nothing can be changed from them."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._log = platform.service(CallLog)

    def as_page(
        self, handler: Callable[[ServedRequest, Caller], Response]
    ) -> Callable[[ServedRequest, Caller], Response]:
        """Answer with a page, too, when what was asked for is not there."""

        def answered(request: ServedRequest, caller: Caller) -> Response:
            try:
                return handler(request, caller)
            except problem.Problem as raised:
                if raised.status != 404:
                    raise
                place = choice_of(self._platform, request)
                return self._page("", place, "missing.html", 404, text=raised.body["detail"])

        answered.__doc__ = handler.__doc__
        return answered

    def nothing(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /_console/…`: any other page."""
        raise problem.not_found(f"There is no page {request.path}")

    def overview(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /`: services with counts, the last calls, variables."""
        place = choice_of(self._platform, request)
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

    def schemas(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /_console/schemas?q=&page=`."""
        place, asked = choice_of(self._platform, request), asked_for(request)
        found = schema_trees.schemas(place, asked)
        span = span_of(request, len(found), size=24)
        shown = schema_trees.schema_cards(place, found[span.start : span.end])
        return self._page("schemas", place, schemas=shown, span=span, asked=asked)

    def schema(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /_console/schemas/{id}`: a schema as a tree."""
        place = choice_of(self._platform, request)
        found = schema_trees.schema_card(place, request.params["id"])
        if found is None:
            raise problem.not_found(f"There is no schema {request.params['id']}")
        return self._page(
            "schemas", place, "schema.html", schema=found, tree=schema_trees.schema_tree(place, found.id)
        )

    def datasets(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /_console/datasets?q=&page=`."""
        place, asked = choice_of(self._platform, request), asked_for(request)
        found = lake_pages.datasets(place, asked)
        span = span_of(request, len(found))
        shown = lake_pages.dataset_rows(place, found[span.start : span.end])
        return self._page("datasets", place, datasets=shown, span=span, asked=asked)

    def dataset(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /_console/datasets/{id}?batch=&page=&rows=`: batches, and the rows of all or of one."""
        place = choice_of(self._platform, request)
        found = lake_pages.dataset_row(place, request.params["id"])
        if found is None:
            raise problem.not_found(f"There is no dataset {request.params['id']}")
        batches = lake_pages.batches_of(place, found.id)
        span = span_of(request, len(batches), size=20)
        picked = [one for one in batches if one["id"] == request.query.get("batch")]
        chosen = lake_pages.batch_rows(place, picked)
        counted = chosen[0].records if chosen else found.records
        rows = span_of(request, counted, name="rows")
        return self._page(
            "datasets",
            place,
            "dataset.html",
            dataset=found,
            batches=lake_pages.batch_rows(place, batches[span.start : span.end]),
            span=span,
            picked=chosen[0].id if chosen else "",
            table=lake_pages.landed(place, picked or batches, rows.start, rows.size),
            rows=rows,
            refusals=lake_pages.refusals(place, picked or batches),
            refused=chosen[0].refused if chosen else found.refused,
        )

    def profiles(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /_console/profiles?q=&page=`: all, or those with an identity of that value."""
        place, asked = choice_of(self._platform, request), asked_for(request)
        if asked:
            found = people_pages.people_named(place, asked)
            return self._page("profiles", place, people=found, asked=asked, span=span_of(request, len(found)))
        span = span_of(request, self._platform.store.count(place.tenant, "identityCluster"))
        found = people_pages.people_rows(place, span.start, span.size)
        return self._page("profiles", place, people=found, asked=asked, span=span)

    def profile(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /_console/profiles/{xid}?events=`: attributes, identities, memberships, events."""
        place = choice_of(self._platform, request)
        found = people_pages.person(place, request.params["xid"])
        if found is None:
            raise problem.not_found(f"There is no profile {request.params['xid']}")
        span = span_of(request, len(found.events), size=25, name="events")
        segments = span_of(request, len(found.memberships), size=10, name="memberships")
        return self._page(
            "profiles",
            place,
            "profile.html",
            person=found,
            span=span,
            events=lake_pages.table_of(list(found.events[span.start : span.end])),
            segments=segments,
            memberships=found.memberships[segments.start : segments.end],
        )

    def segments(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /_console/segments?q=&page=`."""
        place, asked = choice_of(self._platform, request), asked_for(request)
        found = flow_pages.segments(place, asked)
        span = span_of(request, len(found))
        shown = flow_pages.segment_rows(place, found[span.start : span.end])
        return self._page("segments", place, segments=shown, span=span, asked=asked)

    def audiences(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /_console/audiences?q=&page=&sets=`: audiences from outside, mapping sets, consent."""
        place, asked = choice_of(self._platform, request), asked_for(request)
        found, sets = audience_pages.audiences(place, asked), audience_pages.mapping_sets(place, asked)
        span = span_of(request, len(found), size=20)
        set_span = span_of(request, len(sets), size=20, name="sets")
        return self._page(
            "audiences",
            place,
            audiences=audience_pages.audience_rows(found[span.start : span.end]),
            span=span,
            asked=asked,
            sets=audience_pages.mapping_cards(sets[set_span.start : set_span.end]),
            set_span=set_span,
            consents=audience_pages.consents(place),
        )

    def flows(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /_console/flows?q=&page=`: flows with what they delivered, and what leads in."""
        place, asked = choice_of(self._platform, request), asked_for(request)
        found = flow_pages.flows(place, asked)
        span = span_of(request, len(found), size=10)
        inlets, streams = flow_pages.inlet_rows(place), flow_pages.datastream_rows(place)
        inlet_span = span_of(request, len(inlets), size=20, name="inlets")
        stream_span = span_of(request, len(streams), size=20, name="datastreams")
        return self._page(
            "flows",
            place,
            flows=flow_pages.flow_cards(place, found[span.start : span.end]),
            span=span,
            asked=asked,
            inlets=inlets[inlet_span.start : inlet_span.end],
            inlet_span=inlet_span,
            datastreams=streams[stream_span.start : stream_span.end],
            stream_span=stream_span,
        )

    def provenance(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /_console/provenance`: where each call is known from."""
        place = choice_of(self._platform, request)
        return self._page("provenance", place, **provenance_page.facts(AepSurface(self._platform)))

    def asset(self, request: ServedRequest, _: Caller) -> Response:
        """`GET /_console/assets/{name}`: style and script of the pages."""
        found = asset(request.params["name"])
        if found is None:
            raise problem.not_found(f"There is no asset {request.params['name']}")
        return found

    def journal_page(self, request: ServedRequest, template: str, facts: dict[str, Any]) -> Response:
        """Show a page of the journal."""
        return self._page("log", choice_of(self._platform, request), template, **facts)

    def _page(
        self, tab: str, place: SandboxChoice, template: str = "", status: int = 200, **facts: Any
    ) -> Response:
        tabs = [(name, title, place.link(path)) for name, title, path in _TABS]
        common = {
            "base": "base.html",
            "title": "Local platform",
            "place": place,
            "tab": tab,
            "tabs": tabs,
            "url": self._platform.url,
            "now_ms": self._platform.clock.now_ms(),
        }
        return _PAGES.page(template or f"{tab}.html", common | facts, status)
