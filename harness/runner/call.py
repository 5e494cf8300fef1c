"""One call: from the authored request to its result, in numbered phases."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from harness.client.build import BuiltRequest, build
from harness.client.message import Exchange, Failure, ResolvedRequest
from harness.client.profile import Profile
from harness.client.transport import HopContext
from harness.collection.model import EventName, Request
from harness.collection.request_json import authored_json, request_from_json
from harness.lazy_dataclass import dataclass
from harness.runner.bail import Stop, until_failure
from harness.runner.host import RunHost
from harness.runner.plan import Call
from harness.runner.results import CallResult, RunWarning, SideExchange
from harness.runner.rules import CallRule, Judgement
from harness.runner.run_context import RunContext
from harness.runner.script_request import sent_json
from harness.runner.undefined_address import explained, undefined_in_address
from harness.runner.untested import untested, untested_runs
from harness.scripting.engine import (
    JobResult,
    NextRequest,
    ScriptJob,
    ScriptRun,
)
from harness.variables.scope import Scopes
from harness.variables.substitute import Resolver, UsedVariable
from harness.warning_kinds import kind_of

_NO_SCRIPTS: Final = JobResult()

MOST_NESTED: Final = 10
"""How deep requests that scripts run may run others (postman-runtime's maxInvokableNestedRequests)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutcome:
    """A call's result, and where its scripts want the run to go next."""

    result: CallResult
    next: NextRequest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSite:
    """One attempt of one call: which, when, and with which variables."""

    call: Call
    position: int
    iteration: int
    iterations: int
    attempt: int
    scopes: Scopes


def run_call(site: CallSite, context: RunContext, rule: CallRule, *, stop: Stop | None = None) -> CallOutcome:
    """Run one attempt of one call.

    With `stop` (`--bail`) nothing of the call follows a failed script or request, or a failed assertion.
    Raises `HarnessError` when going on is senseless: no engine, no recorded interaction, offline.
    """
    return _CallRun(site, context, rule, stop).run()


class _CallRun:
    """The state of one attempt while its phases run."""

    def __init__(self, site: CallSite, context: RunContext, rule: CallRule, stop: Stop | None) -> None:
        self.site = site
        self.context = context
        self.rule = rule
        self.stop = stop
        self.draws = context.draws.call(site.call.path, site.iteration, site.attempt)
        self.place = " / ".join(site.call.path)
        self.side: list[SideExchange] = []
        self.warnings: list[RunWarning] = []
        self.begun = time.monotonic()
        self.started_ms = time.time() * 1000
        self.authored: Request = site.call.item.request
        self.next: NextRequest | None = None
        self.nested: list[CallResult] = []
        self.variables: tuple[UsedVariable, ...] = ()

    def run(self) -> CallOutcome:
        call = self.site.call
        # 1. Pre-request scripts see the request as authored, and may change it.
        before = self._scripts("prerequest", lambda: authored_json(self.authored), None)
        if before.request is not None:
            self.authored = request_from_json(before.request)
        if self._stops(before):
            return self._outcome(prerequest=before)
        # 2. They may call it off.
        if before.skip_request:
            return self._outcome(prerequest=before, skipped="skipped by pm.execution.skipRequest()")
        # 3. Names are resolved, after that no text is looked up again.
        amended = self.context.amend(call, self.authored)
        if amended is not self.authored:
            self.authored = replace(amended, source=None)
        resolver = self._resolver("request")
        built = self._build(call, resolver)
        # 4. Authorize, send, follow redirects.
        exchange = self._explained(built, self._send(built), resolver.unresolved)
        if self.stop is not None and exchange.failure is not None:
            return self._outcome(prerequest=before, exchange=exchange)
        # 5. Test scripts see the request as sent, and the answer.
        after = self._scripts("test", lambda: sent_json(built, exchange, self.authored, resolver), exchange)
        # 6. The companion holds its expectations and takes values out.
        judged = self.rule.apply(exchange, self.site.scopes, self._resolver("expect").text)
        # 7. What was sent and answered is held against the description of the service.
        judged = self._checked(judged, exchange)
        return self._outcome(prerequest=before, exchange=exchange, test=after, judged=judged)

    def _checked(self, judged: Judgement, exchange: Exchange) -> Judgement:
        contract = self.context.contract
        if contract is None:
            return judged
        by_scripts = (one.exchange for one in self.side if one.origin in ("prerequest", "test"))
        checked = contract.check(self.site.position, (exchange, *by_scripts), self.place)
        self.warnings += checked.warnings
        held = judged.expectations
        numbered = (replace(one, index=one.index + len(held)) for one in checked.assertions)
        return replace(judged, expectations=(*held, *numbered))

    def _stops(self, result: JobResult) -> bool:
        return self.stop is not None and any(run.error is not None for run in result.runs)

    def _scripts(
        self, event: EventName, request: Callable[[], Mapping[str, Any]], exchange: Exchange | None
    ) -> JobResult:
        """Run the scripts of one event; in `--bail` one by one, since the first failure ends them."""
        site, context = self.site, self.context
        if not site.call.scripts:
            return _NO_SCRIPTS
        scripts = tuple([labelled for labelled in site.call.scripts if labelled[1].event == event])
        engine = context.engine
        if not context.dialect.run.counts_empty_scripts:
            scripts = tuple(labelled for labelled in scripts if labelled[1].source.strip())
        if not any(script.source.strip() for _, script in scripts):
            # Nothing to run, but newman counts them.
            return JobResult(runs=tuple(ScriptRun(script=script, label=label) for label, script in scripts))
        if engine is None:
            return JobResult()
        job = ScriptJob(
            event=event,
            scripts=scripts,
            request=_once(request),
            item_id=site.call.item.id,
            item_name=site.call.item.name,
            location=(context.collection, *site.call.path),
            scopes=site.scopes,
            response=exchange.response if exchange else None,
            cookies=exchange.cookies if exchange else (),
            iteration=site.iteration,
            iteration_count=site.iterations,
            seed=self.draws.seed(event),
            clock_ms=self.draws.clock.now_ms() if self.draws.clock.virtual else None,
            wait_for_timers=context.wait_for_timers,
            timeout_s=context.timeout_script_s,
            answers=context.dialect.scripts,
        )
        host = self._host(event)
        if self.stop is None:
            result = engine.run(job, host)
        else:
            result = until_failure(engine, job, host, assertions=self.stop == "failure")
        result = self._with_nested(result)
        if not context.dialect.run.keeps_losses:
            result = replace(result, runs=tuple(replace(run, losses=()) for run in result.runs))
        if job.clock_ms is not None and result.clock_ms is not None:
            self.draws.clock.advance(result.clock_ms - job.clock_ms)
        self.side += host.side
        self.warnings += host.warnings
        self.warnings += self._deprecations(result.runs)
        if result.next is not None:
            self.next = result.next
        return result

    def _deprecations(self, runs: tuple[ScriptRun, ...]) -> Iterator[RunWarning]:
        """Warn of the deprecated names that no script before these has used."""
        for run in runs:
            for used in run.deprecations:
                if used.name in self.context.deprecated:
                    continue
                self.context.deprecated.add(used.name)
                instead = f", use {used.instead} instead" if used.instead else ""
                line = f", line {used.position.line}" if used.position else ""
                yield RunWarning(
                    kind="deprecated-name",
                    message=f'"{used.name}" is deprecated{instead}',
                    place=f"{run.label or self.context.collection}, {run.script.event}-script{line}",
                )

    def _host(self, event: EventName) -> RunHost:
        context = self.context
        return RunHost(
            session=context.session,
            jar=context.jar,
            files=context.files,
            context=self._hop_context(event),
            draws=self.draws,
            vault_values=context.vault,
            packages=context.packages,
            run_item=self._run_item,
            place=self.place,
        )

    def _run_item(self, target: str, overrides: Mapping[str, Any]) -> Exchange | None:
        """Run another call while a script of this one waits for it (`pm.execution.runRequest`)."""
        context = self.context
        call = next((one for one in context.calls if one.item.id == target), None)
        call = call or next((one for one in context.calls if one.item.name == target), None)
        if call is None:
            return _not_run(f"runRequest: there is no request {target!r} in this collection")
        item = call.item
        if item.skipped is not None or item.unreadable is not None:
            why = item.unreadable.message if item.unreadable is not None else item.skipped
            return _not_run(f"runRequest: {target!r} cannot be run: {why}")
        if context.depth >= MOST_NESTED or context.engines is None:
            return _not_run(f"runRequest: requests are nested more than {MOST_NESTED} deep")
        given = overrides.get("variables")
        local = self.site.scopes.local
        before = local.snapshot()
        for key, value in given.items() if isinstance(given, Mapping) else ():
            local.set(key, value)
        inner = replace(context, engine=context.engines(), depth=context.depth + 1)
        outcome = _CallRun(replace(self.site, call=call), inner, CallRule(), stop=None).run()
        if given:
            local.restore(before)
        self.nested.append(outcome.result)
        return outcome.result.exchange

    def _with_nested(self, result: JobResult) -> JobResult:
        """Add what nested calls did to what the scripts that ran them did."""
        for nested in self.nested:
            result = replace(result, runs=(*result.runs, *nested.prerequest, *nested.test))
            self.side += nested.side
            self.warnings += nested.warnings
            if nested.exchange is not None:
                self.side.append(SideExchange(origin="runRequest", exchange=nested.exchange))
        self.nested.clear()
        return result

    def _hop_context(self, origin: str) -> HopContext:
        site = self.site
        return HopContext(
            call=site.call.path,
            iteration=site.iteration,
            attempt=site.attempt,
            origin=origin,
            turn=self.context.turn,
        )

    def _resolver(self, event: str) -> Resolver:
        return Resolver(self.site.scopes, lambda: self.draws.random(event), self.draws.clock)

    def _build(self, call: Call, resolver: Resolver) -> BuiltRequest:
        built = build(
            self.authored,
            self.authored.auth or call.auth,
            resolver.text,
            files=self.context.files,
            profile=Profile.of(call.profile),
            random=self.draws.random("send"),
            clock=self.draws.clock,
        )
        self.variables = tuple(resolver.used.values())
        if self.context.dialect.run.warns:
            self.warnings += (
                RunWarning(kind="undefined-variable", message=_undefined(name), place=self.place)
                for name in resolver.unresolved
            )
        return built

    def _send(self, built: BuiltRequest) -> Exchange:
        inherited = None if self.authored.auth else self.site.call.auth
        memory = self.context.auth_memory.setdefault(id(inherited), {}) if inherited else {}
        exchange = self.context.session.exchange(built, context=self._hop_context("call"), memory=memory)
        if exchange.response is not None:
            self.draws.clock.advance(exchange.response.elapsed_ms)
        self.warnings += (
            RunWarning(kind=kind_of(text), message=str(text), place=self.place) for text in exchange.warnings
        )
        return exchange

    def _explained(self, built: BuiltRequest, exchange: Exchange, unresolved: Sequence[str]) -> Exchange:
        """Tell an undefined variable in the address once: as the failure, and not as a warning too."""
        if exchange.failure is None or not unresolved or not self.context.dialect.run.explains_addresses:
            return exchange
        names = undefined_in_address(built.draft.url, unresolved)
        failure = explained(exchange.failure, names)
        if failure is None:
            return exchange
        told = {_undefined(name) for name in names}
        self.warnings = [one for one in self.warnings if one.message not in told]
        return replace(exchange, failure=failure)

    def _outcome(
        self,
        *,
        prerequest: JobResult,
        exchange: Exchange | None = None,
        test: JobResult | None = None,
        judged: Judgement | None = None,
        skipped: str | None = None,
    ) -> CallOutcome:
        site = self.site
        tests, expectations = test.runs if test else (), judged.expectations if judged else ()
        if exchange is not None and exchange.failure is not None and self.context.dialect.run.skips_untested:
            tests, expectations = untested_runs(tests), untested(expectations)
        tells = skipped is None or self.context.dialect.run.skipped_requests_tell
        result = CallResult(
            call=site.call,
            position=site.position,
            iteration=site.iteration,
            attempt=site.attempt,
            request=self.authored.without_source(),
            exchange=exchange,
            variables=self.variables,
            prerequest=prerequest.runs,
            test=tests,
            expectations=expectations,
            extractions=judged.extractions if judged else (),
            side=tuple(self.side) if tells else (),
            skipped=skipped,
            skipped_by_script=skipped is not None,
            warnings=self.context.policy.told(self.warnings),
            visualizer=(test.visualizer if test else None) or prerequest.visualizer,
            started_ms=self.started_ms,
            elapsed_ms=(time.monotonic() - self.begun) * 1000,
        )
        return CallOutcome(result=self.context.settle(result), next=self.next)


def _once(make: Callable[[], Mapping[str, Any]]) -> Callable[[], Mapping[str, Any]]:
    """Make something when it is first asked for, and the same again after that."""
    made: list[Mapping[str, Any]] = []

    def give() -> Mapping[str, Any]:
        if not made:
            made.append(make())
        return made[0]

    return give


def _undefined(name: str) -> str:
    return f"variable {name!r} is not defined"


def _not_run(why: str) -> Exchange:
    """Answer a script whose wish cannot be fulfilled."""
    failure = Failure(kind="invalid", message=why)
    return Exchange(request=ResolvedRequest(method="GET", url=""), failure=failure)
