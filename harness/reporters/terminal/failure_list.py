"""The list of failures at the end of a run: what, where, why, and the line of the script."""

from collections.abc import Iterator
from difflib import ndiff
from typing import Final

from harness.client.message import Exchange
from harness.dialect import ReportAnswers
from harness.lazy_dataclass import dataclass
from harness.reporters.exchange_text import body_text
from harness.reporters.fault import Fault, faults_of
from harness.reporters.outside_text import clean, cut
from harness.reporters.terminal.call_lines import named, outcome, placed_url, warning_line
from harness.reporters.terminal.colours import cells, wrap
from harness.reporters.terminal.style import Style
from harness.reporters.units import counted
from harness.runner.results import CallResult, RunWarning

# Beyond this many the list says how many more there are: memory and readers have an end.
_LISTED: Final = 500
_DIFF_LINES: Final = 40
_ANSWER_LINES: Final = 12
_ALIKE: Final = 5
_ANSWER_LONGEST: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failed:
    path: tuple[str, ...]
    iteration: int
    row: str
    request: tuple[str, ...]
    answer: str
    faults: tuple[Fault, ...]
    warnings: tuple[RunWarning, ...]
    number: int

    @property
    def cause(self) -> str | None:
        """What kept the request from an answer, when nothing else failed: other calls may share it."""
        if len(self.faults) != 1 or self.faults[0].kind != "request":
            return None
        return self.faults[0].message


class FailureList:
    """Collects what failed while a run goes on, and tells it in the end."""

    def __init__(self, style: Style, answers: ReportAnswers) -> None:
        self._style = style
        self._answers = answers
        self._failed: list[_Failed] = []
        self.count = 0

    def take(self, result: CallResult, *, row: str = "") -> None:
        """Keep what failed in a call, if anything; `row` tells the data of its iteration."""
        faults = tuple(faults_of(result, self._answers))
        if faults and self.count < _LISTED:
            request: tuple[str, ...] = ()
            answer = ""
            if result.exchange is not None:
                sent = result.exchange.request
                told = outcome(result.exchange, self._style)
                url, below = placed_url(sent.method, sent.url, len(told) + 2, self._style)
                request = (
                    (f"{sent.method} {url}", f"  [{told}]") if below else (f"{sent.method} {url} [{told}]",)
                )
                answer = self._answer(result.exchange)
            self._failed.append(
                _Failed(
                    path=result.call.path,
                    iteration=result.iteration,
                    row=row,
                    request=request,
                    answer=answer,
                    faults=faults,
                    warnings=result.warnings,
                    number=self.count + 1,
                )
            )
        self.count += len(faults)

    def lines(self, iterations: int) -> Iterator[str]:
        """Tell all failures, numbered as they were in the run."""
        ink, style = self._style.ink, self._style
        number = 1
        sharing: dict[str, list[_Failed]] = {}
        for failed in self._failed:
            if failed.cause is not None and self._answers.additions:
                sharing.setdefault(failed.cause, []).append(failed)
        yield ink("Failures", "red", "bold", "underline") if self.count else ""
        for failed in self._failed:
            alike = [failed] if failed.cause is None else sharing.get(failed.cause, [failed])
            if failed is not alike[0]:
                number += len(failed.faults)
                continue
            yield ""
            *above, head = named(style.signs.folder, " / ".join(failed.path), style, "bold")
            cycle = f"iteration {failed.iteration + 1}" if iterations > 1 else ""
            room = cells(" / ".join(failed.path)) + len(cycle) + 4
            beside = style.width is None or (not above and room <= style.width)
            yield from above
            yield head + ink(f"  {cycle}", "dim") if cycle and beside else head
            if cycle and not beside:
                yield "  " + ink(cycle, "dim")
            if failed.row:
                yield "  " + ink(failed.row, "dim")
            yield from ("  " + ink(line, "dim") for line in failed.request)
            yield from (warning_line(one.message, "", style, kind=one.kind) for one in failed.warnings)
            yield from self._shown(failed.answer)
            for fault in failed.faults:
                yield from self._fault(fault, number, failed.path)
                number += 1
            if len(alike) > 1:
                yield from self._labelled(self._others(alike[1:], iterations), "dim")
        if number <= self.count:
            yield ""
            yield ink(f"... and {self.count - number + 1} more; the json report has them all", "red")

    def _others(self, alike: list[_Failed], iterations: int) -> str:
        """Name the calls that failed for the same cause as one above."""
        named = [
            f"{one.number}. {' / '.join(one.path)}"
            + (f" (iteration {one.iteration + 1})" if iterations > 1 else "")
            for one in alike[:_ALIKE]
        ]
        more = f" and {len(alike) - _ALIKE} more" if len(alike) > _ALIKE else ""
        return f"the same in {', '.join(named)}{more}"

    def _answer(self, exchange: Exchange) -> str:
        """Keep the beginning of an answer's text, as it may be shown."""
        if exchange.response is None or not self._answers.additions:
            return ""
        response = exchange.response
        text = body_text(response.body, response.header("content-type") or "")
        return clean(cut(self._style.mask(text or ""), _ANSWER_LONGEST)).strip()

    def _shown(self, answer: str) -> Iterator[str]:
        """Show an answer, as far as it helps to see why its call failed."""
        lines = list(self._wrapped(answer, 4)) if answer else []
        bar = "  " + self._style.ink(self._style.signs.middle, "dim") + " "
        yield from (f"{bar}{self._style.ink(line, 'dim')}".rstrip() for line in lines[:_ANSWER_LINES])
        if len(lines) > _ANSWER_LINES:
            yield bar + self._style.ink(f"({counted(len(lines) - _ANSWER_LINES, 'more line')})", "dim")

    def _fault(self, fault: Fault, number: int, path: tuple[str, ...]) -> Iterator[str]:
        ink = self._style.ink
        style = self._style
        title = style.label(fault.test) if fault.test is not None else style.text(fault.message)
        first, _, more = title.partition("\n")
        head, *rest = self._wrapped(first, 5)
        yield ink(f"{number:>3}. {head}", "red", "bold")
        yield from ("     " + ink(line, "red", "bold") for line in rest)
        yield from ("     " + ink(line, "red") for line in self._wrapped(more, 5) if more)
        if fault.test is not None:
            yield from self._indented(f"{fault.name}: {fault.message}", "red")
        yield from self._difference(fault)
        yield from self._labelled(self._place(fault, path), "dim")
        if fault.failure is not None and fault.failure.hint:
            yield from self._indented(self._style.text(fault.failure.hint))
        position = fault.error.position if fault.error else None
        if position is not None and position.text.strip():
            yield from self._script_line(position.line, position.text.strip())

    def _script_line(self, number: int, text: str) -> Iterator[str]:
        """Show a line of a script behind its number, as a listing does."""
        head = f"       {number} {self._style.signs.middle} "
        for line in self._wrapped(self._style.label(text), cells(head)):
            yield head + line
            head = f"       {' ' * len(str(number))} {self._style.signs.middle} "

    def _place(self, fault: Fault, path: tuple[str, ...]) -> str:
        if fault.kind == "request":
            return f"{fault.name} in the request" + (f" of {fault.origin}" if fault.origin != "call" else "")
        if fault.kind == "file":
            return "the file cannot be read"
        if fault.kind == "expectation":
            described = fault.name == "ContractViolation"
            return "described by the OpenAPI document" if described else "expected by the companion file"
        if fault.event is None:
            return fault.at()
        whose = f" of folder {fault.label}" if fault.label else " of the collection"
        whose = "" if fault.label == " / ".join(path) else whose
        name = "" if fault.test is not None else f"{fault.name} "
        late = "after the end of the" if fault.kind == "lost" else "in the"
        position = fault.error.position if fault.error else None
        line = f", line {position.line}" if position else ""
        return f"{name}{late} {fault.event}-script{whose}{line}"

    def _difference(self, fault: Fault) -> Iterator[str]:
        error = fault.error
        if error is None or error.expected is None or error.actual is None:
            return
        expected, actual = self._style.text(error.expected), self._style.text(error.actual)
        ink = self._style.ink
        if "\n" not in expected and "\n" not in actual:
            yield from (ink(f"     - {line}", "green") for line in self._wrapped(f"expected  {expected}", 7))
            yield from (ink(f"     + {line}", "red") for line in self._wrapped(f"actual    {actual}", 7))
            return
        yield f"     {ink('- expected', 'green')}  {ink('+ actual', 'red')}"
        lines = [line for line in ndiff(expected.split("\n"), actual.split("\n")) if line[0] != "?"]
        for line in lines[:_DIFF_LINES]:
            styles = {"-": ("green",), "+": ("red",)}.get(line[0], ("dim",))
            yield "     " + ink(line.rstrip(), *styles)
        if len(lines) > _DIFF_LINES:
            yield f"     ({len(lines) - _DIFF_LINES} more lines)"

    def _indented(self, text: str, *styles: str) -> Iterator[str]:
        for line in self._wrapped(self._style.text(text), 5):
            yield "     " + self._style.ink(line, *styles)

    def _labelled(self, text: str, *styles: str) -> Iterator[str]:
        for line in self._wrapped(self._style.label(text), 5):
            yield "     " + self._style.ink(line, *styles)

    def _wrapped(self, text: str, indent: int) -> Iterator[str]:
        width = self._style.width
        return wrap(text, None if width is None else max(width - indent, 16))
