"""Conversion of a segment's expression between `pql/text` and `pql/json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.aep import problem
from harness.aep.pql import PqlError
from harness.aep.pql.writing import write_json, write_text
from harness.aep.segmentation.segments import parse_expression
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint
from harness.twin.store import encode

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoint of the conversion."""
    conversion = SegmentConversion(platform)
    path = "/data/core/ups/segment/conversion"
    return [Endpoint(method="POST", path=path, handler=conversion.convert)]


class SegmentConversion:
    """Writes an expression in the form that it does not have."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def convert(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /segment/conversion {expression}`: the same, its expression in the other form."""
        from harness.aep.access.sandboxes import Sandboxes

        wanted = request.document()
        expression = wanted.get("expression")
        node = parse_expression(expression)
        to_json = isinstance(expression, dict) and expression["format"] == "pql/text"
        try:
            value = encode(write_json(node)) if to_json else write_text(node)
        except PqlError as error:
            raise problem.bad_request(f"The expression cannot be converted: {error}") from None
        kept = {name: wanted[name] for name in ("ttlInDays", "description") if name in wanted}
        return answer(
            {
                **kept,
                "imsOrgId": caller.tenant.org,
                "sandbox": self._platform.service(Sandboxes).describe(caller.tenant),
                "expression": {
                    "type": "PQL",
                    "format": "pql/json" if to_json else "pql/text",
                    "value": value,
                },
            }
        )
