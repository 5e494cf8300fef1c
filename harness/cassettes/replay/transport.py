"""Replay: a transport that answers from a cassette and has no way to the network at all."""

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from threading import Lock
from typing import Final

from harness.cassettes.file.canonical import AddressMap
from harness.cassettes.file.draws import AttemptKey, ReplayedDraws, clock_starts
from harness.cassettes.file.interaction import Cassette, CassetteMetadata, Interaction
from harness.cassettes.file.parts import Parts
from harness.cassettes.file.redaction import learn_request, redact_request
from harness.cassettes.file.variable_state import LeftBehind
from harness.cassettes.replay.match import Index, MatchRule, MissReason
from harness.cassettes.replay.miss import ExplainedMiss, explain, request_differences
from harness.cassettes.replay.placeholders import environment
from harness.cassettes.replay.recognition import Recognition
from harness.cassettes.replay.value_origin import origins
from harness.client.message import ResolvedRequest, Response
from harness.client.transport import HopContext, HopRequest, TransportFailure
from harness.collection.model import Collection, Request
from harness.secrets.names import secret_name
from harness.secrets.placeholder import PREFIX
from harness.secrets.redactor import Redactor
from harness.variables.scope import Scopes

_COMPARED: Final = frozenset({"method", "url", "body"})
_MARK: Final = PREFIX.encode()


class ReplayTransport:
    """Answers requests from recorded interactions; a recorded failure is raised again.

    It does not wait, unless `latency` is set; the response says the recorded `elapsed_ms`, and whoever sends
    lets the clock move on by it. Threads may share it.
    """

    def __init__(
        self,
        index: Index,
        redactor: Redactor,
        *,
        file: str = "",
        latency: bool = False,
        command: str = "",
        variables: Callable[[], Mapping[str, str]] = dict,
        authored: Callable[[HopContext], Request | None] | None = None,
    ) -> None:
        self.index = index
        self._redactor = redactor
        self._file = file
        self._latency = latency
        self._command = command
        self._variables = variables
        self._authored = authored
        self._recognition = Recognition()
        self._hides: bool | None = None
        self._lock = Lock()

    def send(self, hop: HopRequest) -> Response:
        """Answer a request.

        Raises `TransportFailure` where a failure is recorded, and `ReplayMiss` (an `ExplainedMiss`) where
        nothing is.
        """
        found = self.take(hop)
        if not isinstance(found, Interaction):
            raise self._miss(hop, found)
        if self._latency:
            time.sleep(found.elapsed_ms / 1000)
        if found.failure is not None:
            raise TransportFailure(found.failure)
        if found.response is None:
            raise AssertionError("an interaction has a response or a failure")
        with self._lock:
            return self._recognition.show(found.response)

    def take(self, hop: HopRequest) -> Interaction | MissReason:
        """Return the interaction that answers a request, or why there is none.

        The request is looked for as it is, then with today's secrets taken out, then with all placeholders
        taken for the same: the secrets of a replay may go by other names. At last comes what the same call
        sent then, when only secrets differ.
        """
        if hop.context.turn is not None:
            hop.context.turn()
        request, context = self._recognition.hide(hop.request), hop.context
        parts = self.index.parts(request, context)
        with self._lock:
            found = self.index.take(parts, context)
        if isinstance(found, Interaction):
            return found
        learn_request(request, self._redactor)
        redacted = self.index.parts(redact_request(request, self._redactor), context)
        with self._lock:
            if redacted != parts:
                again = self.index.take(redacted, context)
                if again != "unknown":
                    return again
            if found == "unknown":
                found = self.index.take(redacted, context, unify=True)
            if found == "unknown" and set(self.index.rule.on) <= _COMPARED:
                found = self._recognize(request, context)
        return found

    def _recognize(self, request: ResolvedRequest, context: HopContext) -> Interaction | MissReason:
        """Look for what the same call sent then and differs in secrets alone."""
        url = self.index.addresses.recorded(request.url)
        for one in self.index.of_call(context):
            differences = [
                difference
                for difference in request_differences(request, url, one.request)
                if difference.pointer.partition("/")[0] in self.index.rule.on
            ]
            secrets = self._recognition.explain(differences, derived=self._hides_secrets())
            if differences and secrets is not None:
                parts = self.index.parts_of(one)
                found = self.index.take(parts, one.context)
                if isinstance(found, Interaction):
                    self._recognition.learn(secrets)
                return found
        return "unknown"

    def _hides_secrets(self) -> bool:
        """Whether the recording hides secrets, from which others may have been computed."""
        if self._hides is None:
            self._hides = any(
                _MARK in (one.request.body or b"")
                or PREFIX in one.request.url
                or any(PREFIX in value for _, value in one.request.headers)
                or _placeholder_in(one.response)
                for one in self.index.interactions
            )
        return self._hides

    def close(self) -> None:
        """Do nothing: there is no connection to give back."""

    def unused(self) -> tuple[Interaction, ...]:
        """Return the interactions that were never played."""
        with self._lock:
            return self.index.unused()

    def _miss(self, hop: HopRequest, reason: MissReason) -> ExplainedMiss:
        authored = None
        if self._authored is not None and hop.context.origin == "call":
            authored = self._authored(hop.context)
        request = redact_request(hop.request, self._redactor)
        variables = self._variables()
        with self._lock:
            report = explain(
                request,
                hop.context,
                reason,
                self.index,
                command=self._command,
                origins=lambda one: origins(one, request, authored, variables),
            )
        return ExplainedMiss(report, file=self._file)


def _placeholder_in(response: Response | None) -> bool:
    return response is not None and (
        _MARK in response.body or any(PREFIX in value for _, value in response.headers)
    )


class Replay:
    """A cassette being replayed: give `transport` and `draws` to the run."""

    def __init__(
        self,
        cassette: Cassette,
        *,
        rule: MatchRule,
        redactor: Redactor,
        today: Mapping[str, str],
        latency: bool,
        command: str,
    ) -> None:
        self.cassette = cassette
        self.metadata: CassetteMetadata = cassette.metadata
        self.redactor = redactor
        self._scopes: list[Scopes] = []
        self._requests: dict[tuple[str, ...], list[Request]] = {}
        addresses = AddressMap(recorded_addresses(cassette), today)
        for name, value in environment(cassette.metadata).items():
            if name in cassette.metadata.shapes:
                redactor.learn(value, name)
        self.transport = ReplayTransport(
            Index(cassette.interactions, rule, addresses),
            redactor,
            file=cassette.file,
            latency=latency,
            command=command,
            variables=self._variables,
            authored=self._request,
        )
        self._left_behind = LeftBehind(clock_starts(cassette))
        self.draws = ReplayedDraws(cassette, told=self._begin)

    def environment(self) -> dict[str, str]:
        """Return the environment of the recording, with stand-ins of the right shape where secrets were."""
        return environment(self.metadata)

    def secrets(self) -> frozenset[str]:
        """Return which variables of the recording's environment were secrets, or held some."""
        return frozenset(
            name
            for name, value in self.metadata.environment.items()
            if PREFIX in value or name in self.metadata.shapes
        )

    def unused(self) -> tuple[Interaction, ...]:
        """Return the interactions that were never played."""
        return self.transport.unused()

    def watch(self, scopes: Scopes, collection: Collection | None = None) -> None:
        """Tell whose variables a miss is to name as the origin of differing values, and who wrote them where.

        In the first scopes watched is set what calls left behind that this replay leaves out.
        """
        self._scopes.append(scopes)
        for item in collection.items() if collection is not None else ():
            self._requests.setdefault(item.path, []).append(item.request)

    def _begin(self, attempt: AttemptKey, visit: int) -> None:
        if self._scopes:
            self._left_behind.begin(*attempt, visit, self._scopes[0])

    def _request(self, context: HopContext) -> Request | None:
        """Return what the author wrote, where one call alone has that path."""
        requests = self._requests.get(context.call, [])
        return requests[0] if len(requests) == 1 else None

    def _variables(self) -> dict[str, str]:
        return {
            variable.key: str(variable.value)
            for scopes in self._scopes
            for scope in reversed(list(scopes))
            for variable in scope
            if variable.value not in (None, "") and not variable.disabled
        }


def recorded_addresses(cassette: Cassette) -> dict[str, str]:
    """Return which variables were addresses in the recording: those it says, and those that were hosts."""
    hosts = {
        part
        for one in cassette.interactions
        for authority in (one.request.url.partition("://")[2].partition("/")[0].lower(),)
        for part in (authority, authority.partition(":")[0])
    }
    addresses = {
        name: value for name, value in cassette.metadata.environment.items() if value.lower() in hosts
    }
    return addresses | dict(cassette.metadata.base_addresses)


def open_replay(
    path: str | Path | Parts,
    *,
    rule: MatchRule | None = None,
    redactor: Redactor | None = None,
    environment: Mapping[str, str] | None = None,
    latency: bool = False,
    command: str = "",
) -> Replay:
    """Load a cassette for replay.

    `environment` is today's, whose base addresses are mapped to the recorded ones and whose secrets are
    matched against placeholders. `command` is the one that would repair the cassette, for the explanation of
    a miss. Raises `InputError` when there is no cassette or it cannot be read.
    """
    parts = path if isinstance(path, Parts) else Parts(path=Path(path))
    cassette = parts.load()
    known = redactor or Redactor()
    today = dict(environment or {})
    learn_today(known, today, cassette.metadata.environment)
    return Replay(
        cassette,
        rule=rule or MatchRule(),
        redactor=known,
        today=today,
        latency=latency,
        command=command or f"record it again: harness run ... --record {parts.path}",
    )


def learn_today(redactor: Redactor, today: Mapping[str, str], recorded: Mapping[str, str]) -> None:
    """Learn those of today's values that are secrets by their name, or were when the cassette was made."""
    for name in _secret_names(today, recorded):
        redactor.learn(today[name], name)


def _secret_names(today: Mapping[str, str], recorded: Mapping[str, str]) -> Iterable[str]:
    return (name for name in today if secret_name(name) or recorded.get(name, "").startswith("REDACTED_"))
