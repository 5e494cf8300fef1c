"""All that a companion wants of one call's answers, compiled once before the run."""

from harness.collection.companion import CallEntry
from harness.extract.answer import Answer
from harness.extract.expectation import Expectation, Outcome, Resolve, compile_expectation
from harness.extract.extraction import Extracted, Extractor, compile_extractor
from harness.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedAnswer:
    """What came of an answer: the expectations in order, and the values taken.

    A value that could not be taken is an outcome that failed, after the expectations.
    """

    outcomes: tuple[Outcome, ...] = ()
    extracted: tuple[Extracted, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all held and every value was there."""
        return all(outcome.passed for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class Judge:
    """Holds a call's expectations against its answers, then takes values out of them."""

    expectations: tuple[Expectation, ...] = ()
    extractors: tuple[Extractor, ...] = ()

    def verdict(self, answer: Answer, resolve: Resolve) -> JudgedAnswer:
        """Judge one answer; `resolve` replaces `{{name}}` in what is wanted."""
        outcomes = [expectation.hold(answer, resolve) for expectation in self.expectations]
        extracted: list[Extracted] = []
        for extractor in self.extractors:
            taken = extractor.take(answer)
            if isinstance(taken, Extracted):
                extracted.append(taken)
            else:
                name = f"extract {taken.variable} from {taken.expression}"
                outcomes.append(Outcome(name=name, passed=False, message=taken.message))
        return JudgedAnswer(outcomes=tuple(outcomes), extracted=tuple(extracted))


def compile_judge(entry: CallEntry) -> Judge:
    """Compile what a companion file says of a call. Raises `InputError` at the place that is wrong."""
    return Judge(
        tuple(compile_expectation(one) for one in entry.expect),
        tuple(compile_extractor(one) for one in entry.extract),
    )
