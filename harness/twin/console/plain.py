"""A console for a platform that has no pages of its own: its journal, and what its answers are known from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from harness.twin import problem
from harness.twin.console import provenance_page
from harness.twin.console.journal import JournalPages
from harness.twin.console.rendering import Pages, asset
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.twin.message import ServedRequest
    from harness.twin.surface import Surface


class Everywhere:
    """What a page is about on a platform that is not divided."""

    hidden: tuple[tuple[str, str], ...] = ()

    def link(self, path: str, **query: str) -> str:
        """Address of another page."""
        return f"{path}?{urlencode(query)}" if query else path


def routes(surface: Surface) -> list[Endpoint]:
    """Endpoints of the pages: the journal at `/`, and the style and script of the frame."""
    pages = Pages()

    def show(_: ServedRequest, template: str, facts: dict[str, Any]) -> Response:
        common = {
            "base": "frame.html",
            "title": surface.title,
            "place": Everywhere(),
            "tab": "provenance" if template.startswith("provenance") else "log",
            "tabs": (("log", "Log", "/"), ("provenance", "Provenance", "/_console/provenance")),
            "url": surface.platform.url,
        }
        return pages.page(template, common | facts)

    def assets(request: ServedRequest, _: object) -> Response:
        found = asset(request.params["name"])
        if found is None:
            raise problem.not_found(f"There is no asset {request.params['name']}")
        return found

    def provenance(request: ServedRequest, _: object) -> Response:
        return show(request, "provenance.html", provenance_page.facts(surface))

    journal = JournalPages(surface.platform, show)
    table = (
        ("/", journal.log),
        ("/_console/log/rows", journal.rows),
        ("/_console/log/{number}", journal.call),
        ("/_console/provenance", provenance),
        ("/_console/assets/{name}", assets),
    )
    return [Endpoint(method="GET", path=path, handler=handler, door="console") for path, handler in table]
