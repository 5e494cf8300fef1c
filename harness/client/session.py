"""Sends a built request: auth legs, redirects and cookies, over any transport.

    session = Session(transport, jar=CookieJar(), options=SessionOptions(...))
    exchange = session.exchange(built, context=HopContext(...), memory={})

`memory` is where an auth keeps what it learnt (digest: the server's nonce). Postman forgets it with the
request that the auth belongs to, and keeps it for the run when the auth is inherited: give one dictionary to
each inherited auth, and a new one otherwise. A session may be used from several threads.
"""

import time
from collections.abc import Callable, MutableMapping
from copy import copy
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from harness.client.auth import MODULES, scheme
from harness.client.auth.flow import Answered, AuthProblem, Flow, Params, Send, Tools, draw_uuid
from harness.client.auth.noauth import flow as unsigned
from harness.client.build import BuiltRequest, complete
from harness.client.certificates import CertificateRule, certificate_for
from harness.client.cookies import CookieJar
from harness.client.draft import Draft
from harness.client.message import Exchange, Failure, Hop, ResolvedRequest, Response
from harness.client.outgoing import Outgoing, invalid
from harness.client.profile import Profile
from harness.client.transport import (
    ClientCertificate,
    HopContext,
    HopOptions,
    HopRequest,
    Transport,
    TransportFailure,
)
from harness.client.url import EncodedUrl, encode, encode_text, unparse
from harness.collection.model import Url
from harness.collection.url_text import parse
from harness.dialect import EXACT, RunAnswers
from harness.errors import OfflineError, ReplayMiss
from harness.lazy_dataclass import dataclass
from harness.warning_kinds import WarningText

# How often an auth may send a request again (postman-runtime's replay controller).
MOST_REPLAYS: Final = 3
# What the next leg sees of the headers that sending added.
_KEPT: Final = frozenset({"content-length", "cookie"})
_KEPT_LENGTHS: Final = frozenset(map(len, _KEPT))


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """What holds for all requests of a run, unless an item's profile says otherwise.

    `verify` and `follow_redirects` are `None` by default and then mean yes. `answers` say whether tokens are
    asked for, and whether a jar's cookies go along when a redirect leads to another host.
    """

    timeout_s: float | None = None
    verify: bool | None = None
    follow_redirects: bool | None = None
    certificates: tuple[CertificateRule, ...] = ()
    extra_ca: str | None = None
    encodes_client: bool = False
    answers: RunAnswers = EXACT.run


class Session:
    """What the requests of a run share: the transport, the cookie jar, the options.

    `deadline` is when the run has to be over, on the monotonic clock: no request is waited for longer.
    """

    def __init__(
        self, transport: Transport, *, jar: CookieJar | None = None, options: SessionOptions | None = None
    ) -> None:
        self.transport = transport
        self.jar = CookieJar() if jar is None else jar
        self.options = SessionOptions() if options is None else options
        self.tokens: dict[tuple[str, ...], Any] = {}
        self.deadline: float | None = None

    def with_jar(self, jar: CookieJar) -> "Session":
        """Return a session that has all in common with this one but the cookies."""
        other = copy(self)
        other.jar = jar
        return other

    def exchange(
        self,
        built: BuiltRequest,
        *,
        context: HopContext | None = None,
        memory: MutableMapping[str, Any] | None = None,
    ) -> Exchange:
        """Send a request and whatever it takes to answer it. Never raises for what goes wrong on the way."""
        return _Sending(self, built, context or HopContext(), {} if memory is None else memory).run()


class _Sending:
    """One exchange while it happens."""

    def __init__(
        self,
        session: Session,
        built: BuiltRequest,
        context: HopContext,
        memory: MutableMapping[str, Any],
    ) -> None:
        self._session = session
        self._built = built
        self._context = context
        self._memory = memory
        self._warnings = list(built.warnings)
        self._hops: list[Hop] = []
        self._request: ResolvedRequest | None = None
        self._last_url: EncodedUrl | None = None
        self._asked: Draft | None = None
        self._shown: Draft | None = None
        self._spelled: tuple[Url, bool, EncodedUrl] | None = None

    def run(self) -> Exchange:
        """Send leg after leg until the auth is content."""
        draft = self._built.draft
        response: Response | None = None
        failure: Failure | None = None
        try:
            if not draft.url.host and not unparse(draft.url):
                raise invalid("runtime:extensions~request: request url is empty")
            response = self._legs(draft)
        except TransportFailure as problem:
            from harness.client.failure_hints import hinted

            failure = hinted(problem.failure)
        except ReplayMiss as miss:
            failure = Failure(kind="miss", message=str(miss), code="REPLAY_MISS")
        except OfflineError as attempt:
            failure = Failure(kind="offline", message=str(attempt), code="OFFLINE")
        return self._exchange(response, failure)

    def _exchange(self, response: Response | None, failure: Failure | None) -> Exchange:
        request = self._hops[-1].request if self._hops and failure is None else self._request
        if request is None:
            # Nothing was sent: show what would have been.
            request = _unsendable(self._built.draft)
        cookies = self._session.jar.matching(self._last_url) if self._last_url and response else ()
        shown = self._shown or (self._as_sent(self._asked) if self._asked else self._built.draft)
        return Exchange(
            request=request,
            response=response,
            failure=failure,
            hops=tuple(self._hops),
            cookies=tuple(cookie.plain() for cookie in cookies),
            warnings=tuple(self._warnings),
            fields=shown.headers,
            address=_spelled_out(shown.url),
        )

    def _legs(self, draft: Draft) -> Response | None:
        if self._built.auth is None:
            return self._unsigned(draft)
        flow, send = self._first(draft)
        response: Response | None = None
        replays = 0
        leg = 0
        while True:
            completed = self._complete(send.draft)
            self._asked, self._shown = completed, None
            answer = self._redirects(completed, leg, aside=send.aside, again=send.again)
            if not send.aside:
                response = answer
            leg += 1
            self._shown = self._as_sent(completed)
            try:
                send = flow.send(Answered(draft=self._shown, response=answer))
            except StopIteration:
                return response
            except AuthProblem as problem:
                self._warn(problem)
                if problem.draft is None:
                    return response
                flow = unsigned(problem.draft, Params({}, {}), self._tools())
                send = next(flow)
            replays += 1
            if replays > MOST_REPLAYS:
                text = "runtime: maximum intermediate request limit exceeded"
                self._warnings.append(WarningText(text, kind="auth-limit"))
                return response

    def _unsigned(self, draft: Draft) -> Response:
        """Send the one leg of a request that has no auth."""
        self._asked = completed = self._complete(draft)
        response = self._redirects(completed, 0, aside=False)
        self._shown = self._as_sent(completed)
        return response

    def _first(self, draft: Draft) -> tuple[Flow, Send]:
        """Start the auth's flow; one that cannot sign is replaced by none."""
        auth = self._built.auth
        found = None if auth is None else scheme(auth.type)
        if auth is not None and found is None:
            known = ", ".join(sorted(MODULES))
            text = f"runtime: could not find a handler for auth: {auth.type} (known: {known})"
            self._warnings.append(WarningText(text, kind="unknown-auth"))
        tools = self._tools()
        if auth is not None and found is not None:
            flow = found(draft, Params(auth.params, self._memory), tools)
            try:
                return flow, next(flow)
            except AuthProblem as problem:
                self._warn(problem)
                draft = problem.draft or draft
        flow = unsigned(draft, Params({}, {}), tools)
        return flow, next(flow)

    def _tools(self) -> Tools:
        built = self._built
        return Tools(
            random=built.random,
            clock=built.clock,
            profile=built.profile,
            obtains_tokens=self._session.options.answers.obtains_tokens,
            encodes_client=self._session.options.encodes_client,
            answers_challenges=self._session.options.answers.answers_challenges,
            tokens=self._session.tokens,
            warnings=self._warnings,
        )

    def _warn(self, problem: AuthProblem) -> None:
        kind = self._built.auth.type if self._built.auth else "auth"
        text = f"runtime~{kind}.auth: could not sign the request: {problem}"
        self._warnings.append(WarningText(text, kind="unsigned-request"))

    def _draw_token(self) -> str:
        return draw_uuid(self._built.random)

    def _complete(self, draft: Draft) -> Draft:
        profile = self._built.profile
        url = self._encoded(draft.url, disabled=profile.disable_url_encoding)
        return complete(draft, profile, host=url.host, token=self._draw_token)

    def _encoded(self, url: Url, *, disabled: bool) -> EncodedUrl:
        """Spell an address for the wire; the one that was spelled last is at hand."""
        last = self._spelled
        if last is None or last[0] is not url or last[1] is not disabled:
            last = self._spelled = (url, disabled, encode(url, disabled=disabled))
        return last[2]

    def _as_sent(self, draft: Draft) -> Draft:
        """Return a leg's request as Postman keeps it for the next leg: encoded, with length and cookies."""
        url = self._encoded(draft.url, disabled=self._built.profile.disable_url_encoding)
        for key, value in self._request.headers if self._request is not None else ():
            if len(key) in _KEPT_LENGTHS and key.lower() in _KEPT:
                draft = draft.replacing(key, value)
        return draft.with_url(parse(url.href))

    def _redirects(
        self, draft: Draft, leg: int, *, aside: bool, again: Callable[[Draft], Draft] | None = None
    ) -> Response:
        """Send one leg and follow where it leads."""
        options, jar = self._session.options, self._session.jar
        profile = Profile() if aside else self._built.profile
        outgoing = Outgoing(
            draft,
            profile,
            self._encoded(draft.url, disabled=profile.disable_url_encoding),
            self._built.random,
            cookies=None if profile.disable_cookies else jar.header,
            keeps_all=options.answers.jar_crosses_hosts,
        )
        hop_options = self._hop_options(draft, profile)
        asked = (profile.follow_redirects, options.follow_redirects)
        follows = next((value for value in asked if value is not None), True)
        kind = "auth" if leg or aside else "call"
        context = replace(self._context, origin="auth") if kind == "auth" else self._context
        first = True
        while True:
            request = outgoing.prepare()
            if first:
                self._request, first = request, False
            response = self._session.transport.send(
                HopRequest(request=request, options=hop_options, context=context)
            )
            self._hops.append(Hop(request=request, response=response, leg=leg))
            self._last_url = outgoing.url
            if not profile.disable_cookies:
                for key, value in response.headers:
                    if key.lower() == "set-cookie":
                        jar.store(value, outgoing.url)
            location = response.header("location")
            if not follows or not location or not 300 <= response.status < 400:
                return response
            outgoing.redirect(response, location)
            if again is not None:
                outgoing.sign(again)

    def _hop_options(self, draft: Draft, profile: Profile) -> HopOptions:
        options = self._session.options
        verify = options.verify if profile.strict_ssl is None else profile.strict_ssl
        return HopOptions(
            timeout_s=self._timeout_s(),
            verify=verify is not False,
            certificate=self._certificate(draft),
            extra_ca=options.extra_ca,
            ciphers=profile.tls_ciphers,
            disabled_protocols=profile.tls_disabled_protocols,
        )

    def _timeout_s(self) -> float | None:
        """Return how long to wait for a hop: as the options say, and not beyond the end of the run."""
        limit, deadline = self._session.options.timeout_s, self._session.deadline
        if deadline is None:
            return limit
        left = max(0.001, deadline - time.monotonic())
        return left if limit is None else min(limit, left)

    def _certificate(self, draft: Draft) -> ClientCertificate | None:
        """Return the certificate for the request; a file that is not there is a warning."""
        certificate = certificate_for(self._session.options.certificates, draft.url)
        if certificate is None:
            return None
        for name in ("pfx", "key", "cert"):
            path = getattr(certificate, name)
            if path and not Path(path).is_file():
                message = (
                    f"certificate \"{name}\" load error:  ENOENT: no such file or directory, open '{path}'"
                )
                if message not in self._warnings:
                    self._warnings.append(WarningText(message, kind="client-certificate"))
                certificate = replace(certificate, **{name: None})
        return certificate if certificate.pfx or (certificate.cert and certificate.key) else None


_spelled_out = lru_cache(maxsize=1024)(unparse)


def _unsendable(draft: Draft) -> ResolvedRequest:
    text = unparse(draft.url)
    return ResolvedRequest(
        method=draft.method,
        url=encode_text(text).address if text else "",
        headers=tuple(
            (field.key, field.value or "") for field in draft.headers if field.key and not field.disabled
        ),
    )
