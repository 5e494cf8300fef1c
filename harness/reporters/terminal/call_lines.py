"""What came of one call, as lines for a terminal."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from harness.client.message import Exchange, Headers, Response
from harness.collection.model import Notice
from harness.reporters.phases import OPENING, TITLES, phases_of
from harness.reporters.terminal.colours import cells, fit, wrap
from harness.reporters.terminal.style import Style
from harness.reporters.units import counted, duration, size
from harness.runner.results import SET_UP, CallResult, Extraction, SideExchange
from harness.scripting.engine import Assertion, ConsoleMessage, ScriptRun
from harness.warning_kinds import OTHER, kind_of

_BODY_CLIP: Final = 2048
_NAMED: Final = 5
_URL_ROOM: Final = 40
"""Where less is left for a URL, its answer is told on the next line."""
_LEVELS: Final[Mapping[str, tuple[str, ...]]] = {
    "debug": ("blue",),
    "log": ("dim",),
    "info": ("cyan",),
    "warn": ("yellow",),
    "error": ("red",),
}


def call_lines(result: CallResult, style: Style, first: int, warned: set[str]) -> Iterator[str]:
    """Tell a call in the order it went; failures are numbered from `first` on.

    `warned` are the warnings that were told before: the list at the end has the other places.
    """
    lines = _CallLines(style, first, warned)
    if result.set_up:
        yield "  " + style.ink(f"{style.signs.retry} {SET_UP}", "cyan")
    if result.skipped is not None:
        reason = style.text(result.skipped)
        told = reason if reason.startswith("skipped") else f"skipped: {reason}"
        yield "  " + style.ink(f"{style.signs.skipped} {told}", "cyan")
    if result.unreadable is not None:
        yield from lines.unreadable(result.unreadable)
    yield from lines.requests([side for side in result.side if side.origin != "test"], result.started_ms)
    yield from lines.scripts(result.prerequest)
    if result.exchange is not None:
        yield from lines.request(result.exchange, result.started_ms)
    yield from lines.requests([side for side in result.side if side.origin == "test"], result.started_ms)
    yield from lines.scripts(result.test)
    for expectation in result.expectations:
        yield from lines.assertion(expectation)
    yield from lines.untested(result)
    for extraction in result.extractions:
        yield lines.extraction(extraction)
    for warning in result.warnings:
        if warning.message in warned:
            continue
        warned.add(warning.message)
        place = warning.place.removeprefix(" / ".join(result.call.path)).lstrip(", ")
        yield warning_line(warning.message, place, style, kind=warning.kind)


def named(sign: str, name: str, style: Style, *styles: str) -> Iterator[str]:
    """Put a sign before a name, in one line where it fits."""
    width = None if style.width is None else max(style.width - cells(sign) - 1, 16)
    for line in wrap(style.label(name), width):
        yield f"{sign} {style.ink(line, *styles)}"
        sign = " " * cells(sign)


def attempt_line(result: CallResult, style: Style) -> str:
    """Tell an attempt that another follows, in one line where it fits."""
    exchange = result.exchange
    failed = sum(one.error is not None for one in result.assertions)
    told = outcome(exchange, style) if exchange is not None else "not sent"
    rest = f", {failed} of {counted(len(result.assertions), 'assertion')} failed" if failed else ""
    return _signed(style.signs.retry, f"attempt {result.attempt}: {told}{rest}", style)


def warning_line(message: str, place: str, style: Style, *, kind: str) -> str:
    """Tell a warning, in one line where it fits."""
    where = f" ({style.label(place)})" if place else ""
    named = f" [{kind}]" if style.kinds and kind != OTHER else ""
    return _signed(style.signs.warning, f"{style.text(message)}{where}{named}", style)


def _signed(sign: str, text: str, style: Style) -> str:
    """Put a sign before a text, whose further lines stand below its first."""
    width = None if style.width is None else max(style.width - len(sign) - 3, 16)
    return "  " + f"\n    {' ' * (len(sign) - 1)}".join(
        style.ink(f"{sign} {line}" if number == 0 else line, "yellow")
        for number, line in enumerate(wrap(text, width))
    )


def outcome(exchange: Exchange, style: Style) -> str:
    """Tell an answer as newman does: `201 Created, 250B, 45ms`."""
    if exchange.response is None:
        return "errored"
    response = exchange.response
    told = f"{response.status} {style.text(response.reason)}".rstrip()
    redirects = sum(300 <= hop.response.status < 400 for hop in exchange.hops)
    via = f", {counted(redirects, 'redirect')}" if redirects else ""
    return f"{told}, {size(_size(response))}, {duration(response.elapsed_ms, style.signs.micro)}{via}"


def _size(response: Response) -> int:
    """Return what an answer took on the wire, its head included."""
    head = sum(len(key) + len(value) + 4 for key, value in response.headers)
    return (response.wire_size or len(response.body)) + head + len(response.reason) + 17


def placed_url(method: str, url: str, beside: int, style: Style, *, before: int = 0) -> tuple[str, bool]:
    """Return an address as it is shown, and whether what is told of its answer stands below it.

    `beside` are the columns that this takes, `before` what stands before the method. An address that has no
    room is cut in the middle, but rather stands alone than be cut to little.
    """
    shown = style.url(url)
    if style.width is None:
        return shown, False
    room = style.width - before - len(method) - 3
    below = room - beside - 1 < min(cells(shown), _URL_ROOM)
    room = max(room if below else room - beside - 1, 20)
    return fit(shown, room, style.signs.ellipsis), below


def status_style(status: int) -> str:
    """Return the colour of a status code."""
    if status < 300:
        return "green"
    return "cyan" if status < 400 else "yellow" if status < 500 else "red"


class _CallLines:
    """Writes the parts of a call, and counts the failures as it meets them."""

    def __init__(self, style: Style, first: int, warned: set[str]) -> None:
        self._style = style
        self._ink = style.ink
        self._signs = style.signs
        self._number = first
        self._warned = warned

    def requests(self, sides: list[SideExchange], started_ms: float) -> Iterator[str]:
        """Tell the requests that scripts and auth schemes sent."""
        for side in sides:
            yield from self.request(side.exchange, started_ms, origin=side.origin)

    def request(self, exchange: Exchange, started_ms: float, *, origin: str = "") -> Iterator[str]:
        """Tell a request and its answer."""
        sent, response = exchange.request, exchange.response
        told = f"[{outcome(exchange, self._style)}]"
        suffix = f" {self._ink(f'({origin})', 'dim')}" if origin else ""
        stamp = f"[{_clock(started_ms)}] " if self._style.timestamps else ""
        taken = len(told) + (len(origin) + 3 if origin else 0)
        url, below = placed_url(sent.method, sent.url, taken, self._style, before=len(stamp))
        gap = "\n    " if below else " "
        colour = status_style(response.status) if response is not None else "red"
        line = f"  {self._ink(stamp, 'dim')}{self._ink(sent.method, 'bold')} {url}"
        yield f"{line}{gap}{self._ink(told, colour)}{suffix}"
        if exchange.failure is not None:
            number = self._next()
            for part in self._wrapped(exchange.failure.message, 5):
                yield self._ink(f"{number:>3}. {part}" if number else f"     {part}", "red")
                number = 0
        for warning in exchange.warnings:
            if warning not in self._warned:
                self._warned.add(str(warning))
                yield warning_line(warning, "", self._style, kind=kind_of(warning))
        if self._style.verbose:
            yield from self._verbose(exchange)

    def unreadable(self, notice: Notice) -> Iterator[str]:
        """Tell why nothing of the call could run."""
        number = self._next()
        for part in self._wrapped(notice.told, 5):
            yield self._ink(f"{number:>3}. {part}" if number else f"     {part}", "red")
            number = 0

    def scripts(self, runs: tuple[ScriptRun, ...]) -> Iterator[str]:
        """Tell what the scripts of an event printed and asserted, and how they failed."""
        box: list[ConsoleMessage] = []
        for run in runs:
            for entry in run.output:
                if isinstance(entry, ConsoleMessage):
                    box.append(entry)
                else:
                    yield from self._console(box)
                    yield from self.assertion(entry)
            if run.error is not None or run.losses:
                yield from self._console(box)
            where = f"{run.script.event}-script"
            if run.error is not None:
                yield from self._failure(f"{run.error.name} in {where}", run.error.message)
            for loss in run.losses:
                yield from self._failure(f"{loss.name} after the {where} had ended", loss.message)
        yield from self._console(box)

    def assertion(self, assertion: Assertion) -> Iterator[str]:
        """Tell one assertion."""
        name = self._style.label(assertion.name)
        if assertion.error is not None:
            if self._style.assertions:
                yield from self._failure(name, assertion.error.message)
            else:
                self._next()
        elif assertion.untested is not None or not (self._style.assertions and self._style.successes):
            return
        elif assertion.skipped:
            yield self._ink(f"  {self._signs.skipped}  [skipped] {name}", "cyan")
        else:
            sign = f"  {self._ink(self._signs.passed, 'green')}  "
            for line in self._wrapped(name, 5):
                yield sign + self._ink(line, "dim")
                sign = "     "

    def untested(self, result: CallResult) -> Iterator[str]:
        """Name in one line what could not be tested, because the call got no answer."""
        names = [self._style.label(one.name) for one in result.assertions if one.untested is not None]
        if len(names) > _NAMED:
            names[_NAMED:] = [f"{len(names) - _NAMED} more"]
        ended = [run.untested.name for run in result.test if run.untested is not None]
        told = [f"without an answer not tested: {', '.join(names)}"] if names else []
        told += [f"the test-script ended early: {self._style.text(name)}" for name in ended]
        if told:
            sign = f"  {self._signs.skipped}  "
            for line in self._wrapped("; ".join(told), len(sign)):
                yield self._ink(sign + line, "cyan")
                sign = " " * len(sign)

    def extraction(self, extraction: Extraction) -> str:
        """Tell a value that was taken out of an answer."""
        value = self._style.text(str(extraction.value)).replace("\n", " ")
        name = f"{self._style.label(extraction.variable)} = "
        source = f"  ({extraction.scope}, {self._style.label(extraction.expression)})"
        room = None if self._style.width is None else self._style.width - len(name) - len(source) - 5
        value = fit(value, room if room is None else max(room, 12), self._signs.ellipsis)
        return f"  {self._ink(self._signs.taken, 'magenta')}  {name}{value}{self._ink(source, 'dim')}"

    def _next(self) -> int:
        number = self._number
        self._number += 1
        return number

    def _failure(self, title: str, message: str) -> Iterator[str]:
        number = self._next()
        for part in self._wrapped(title, 5):
            yield self._ink(f"{number:>3}. {part}" if number else f"     {part}", "red", "bold")
            number = 0
        for line in self._wrapped(message.partition("\n")[0], 5):
            yield "     " + self._ink(line, "red")

    def _console(self, messages: list[ConsoleMessage]) -> Iterator[str]:
        """Tell messages in a box, and take them out of the list."""
        if not messages or not self._style.console:
            messages.clear()
            return
        colour = _LEVELS[messages[0].level]
        yield "  " + self._ink(self._signs.top, *colour)
        for message in messages:
            colour = _LEVELS[message.level]
            for line in self._wrapped(message.text, 4):
                yield f"  {self._ink(self._signs.middle, *colour)} {self._ink(line, 'dim')}".rstrip()
        yield "  " + self._ink(self._signs.bottom, *colour)
        messages.clear()

    def _wrapped(self, text: str, indent: int) -> Iterator[str]:
        width = self._style.width
        return wrap(self._style.text(text), None if width is None else max(width - indent, 16))

    def _verbose(self, exchange: Exchange) -> Iterator[str]:
        sent, response = exchange.request, exchange.response
        title = f"{self._signs.up} request"
        yield from self._message(title, sent.headers, sent.body or b"", sent.header("content-type"))
        if response is not None:
            title = f"{self._signs.down} response HTTP/{response.http_version}"
            yield from self._message(title, response.headers, response.body, response.header("content-type"))
            yield from self._phases(phases_of(exchange))

    def _message(self, title: str, headers: Headers, body: bytes, kind: str | None) -> Iterator[str]:
        bar = "  " + self._ink(self._signs.middle, "dim") + " "
        told = f" {self._signs.dot} ".join((counted(len(headers), "header"), size(len(body))))
        yield f"  {self._ink(self._signs.top, 'dim')} {self._ink(title, 'bold')}  {self._ink(told, 'dim')}"
        for key, value in headers:
            first = True
            for line in self._wrapped(f"{key}: {value}", 4):
                name, colon, rest = line.partition(":") if first else ("", "", line)
                yield f"{bar}{self._ink(name + colon, 'cyan')}{rest}"
                first = False
        if body:
            yield bar.rstrip()
            for line in self._body(body, kind):
                yield (bar + line).rstrip()
        yield "  " + self._ink(self._signs.bottom, "dim")

    def _phases(self, phases: Mapping[str, float]) -> Iterator[str]:
        """Tell where the time went, as newman's table where that fits; else one phase after the other."""
        if not phases:
            return
        told = [(TITLES[name], self._phase(name, ms)) for name, ms in phases.items()]
        columns = [max(len(title), len(time)) + 2 for title, time in told]
        if self._style.width is not None and sum(columns) > self._style.width - 2:
            text = f" {self._signs.dot} ".join(f"{title} {time}" for title, time in told)
            yield from (f"  {self._ink(line, 'dim')}" for line in self._wrapped(text, 2))
            return
        for row in zip(*told, strict=True):
            line = "".join(f"{cell:<{width}}" for cell, width in zip(row, columns, strict=True))
            yield f"  {self._ink(line.rstrip(), *(('dim',) if row[0] != told[0][0] else ()))}"

    def _phase(self, name: str, ms: float) -> str:
        return duration(ms, self._signs.micro) if ms or name not in OPENING else "(cache)"

    def _body(self, body: bytes, kind: str | None) -> Iterator[str]:
        try:
            text = self._style.whole(body.decode("utf-8"))
        except UnicodeDecodeError:
            yield self._ink(f"<{size(len(body))} of {kind or 'binary data'}>", "dim")
            return
        yield from self._wrapped(text[:_BODY_CLIP], 4)
        if len(text) > _BODY_CLIP:
            yield self._ink(f"(the first {size(_BODY_CLIP)} of {size(len(body))})", "bold")


def _clock(ms: float) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone().strftime("%H:%M:%S")
