"""What services over one kind of documents share: their endpoints, and the look-up by id."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from harness.aep import problem
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform


class Documents(ABC):
    """Documents of one kind, of every sandbox.

    A service says where its calls are (`base`), what its documents are kept as (`kind`) and what one of them
    is called (`noun`).
    """

    base: ClassVar[str]
    kind: ClassVar[str]
    noun: ClassVar[str]

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store

    def endpoints(self) -> list[Endpoint]:
        """Endpoints of the calls that all of them have."""
        one = f"{self.base}/{{id}}"
        return [
            Endpoint(method="GET", path=self.base, handler=self.list_all),
            Endpoint(method="POST", path=self.base, handler=self.create),
            Endpoint(method="GET", path=one, handler=self.read),
            Endpoint(method="DELETE", path=one, handler=self.delete),
        ]

    @abstractmethod
    def list_all(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET` of the list."""

    @abstractmethod
    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST` to the list."""

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET` of one."""
        return answer(self.held(request, caller))

    @abstractmethod
    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE` of one."""

    def all(self, caller: Caller) -> list[dict[str, Any]]:
        """All documents of the caller's sandbox, oldest first."""
        return self._store.find(caller.tenant, self.kind)

    def held(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        """Return the document that the path names; 404 when the caller's sandbox has none."""
        found = self._store.get(caller.tenant, self.kind, request.params["id"])
        if found is None:
            raise problem.not_found(f"There is no {self.noun} {request.params['id']}")
        return found

    def forget(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        """Remove the document that the path names, and return it; 404 when there is none."""
        found = self.held(request, caller)
        self._store.delete(caller.tenant, self.kind, request.params["id"])
        return found


class PatchedDocuments(Documents):
    """Documents that can be changed by `PATCH`, too."""

    def endpoints(self) -> list[Endpoint]:
        """Endpoints of all calls."""
        return [
            *super().endpoints(),
            Endpoint(method="PATCH", path=f"{self.base}/{{id}}", handler=self.patch),
        ]

    @abstractmethod
    def patch(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH` of one."""
