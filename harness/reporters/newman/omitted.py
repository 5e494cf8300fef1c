"""What `--reporter-json-omit...` leaves out of a report: bodies and headers, wherever they stand."""

from collections.abc import Mapping
from typing import Any, Final, Self

from harness.lazy_dataclass import dataclass
from harness.reporters.reporter import ReporterOptions

_REQUEST_PARTS: Final = ("request", "originalRequest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Omitted:
    """Which parts of requests and responses are left out."""

    request_bodies: bool = False
    response_bodies: bool = False
    headers: bool = False

    @classmethod
    def of(cls, options: ReporterOptions) -> Self:
        """Read the options, by Postman CLI's names."""
        everything = bool(options.get("omitAllHeadersAndBody"))
        return cls(
            request_bodies=everything or bool(options.get("omitRequestBodies")),
            response_bodies=everything or bool(options.get("omitResponseBodies")),
            headers=everything or bool(options.get("omitHeaders")),
        )

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return self.request_bodies or self.response_bodies or self.headers

    def without(self, document: Any) -> Any:
        """Return an item, execution or collection without what is left out; examples are responses, too."""
        if isinstance(document, list):
            return [self.without(one) for one in document]
        if not isinstance(document, Mapping):
            return document
        kept: dict[str, Any] = {}
        for key, value in document.items():
            if key in _REQUEST_PARTS and isinstance(value, Mapping):
                kept[key] = self._part(value, body=self.request_bodies)
            elif key == "response" and isinstance(value, list):
                kept[key] = [self._part(self.without(one), body=self.response_bodies) for one in value]
            elif key == "response" and isinstance(value, Mapping):
                kept[key] = self._part(value, body=self.response_bodies)
            elif key == "item":
                kept[key] = self.without(value)
            else:
                kept[key] = value
        return kept

    def _part(self, message: Any, *, body: bool) -> Any:
        if not isinstance(message, Mapping):
            return message
        gone = {"header", "headers"} if self.headers else set()
        gone |= {"body", "stream"} if body else set()
        return {key: value for key, value in message.items() if key not in gone}
