import pytest

from harness.collection.companion import CallEntry, ExpectEntry, ExtractEntry
from harness.errors import InputError
from harness.extract.answer import Answer
from harness.extract.judge import compile_judge

ENTRY = CallEntry(
    path=("R",),
    expect=(ExpectEntry(subject="status", check="equals", wanted=(200,)),),
    extract=(
        ExtractEntry(variable="ID", source="path", expression="$.id"),
        ExtractEntry(variable="NO", source="path", expression="$.no"),
    ),
)


def test_values_are_taken_whatever_the_expectations_say_and_what_is_missed_is_a_failure():
    verdict = compile_judge(ENTRY).verdict(Answer(status=500, body=b'{"id": 1}'), str)
    assert [(one.name, one.passed) for one in verdict.outcomes] == [
        ("status is 200", False),
        ("extract NO from $.no", False),
    ]
    assert [(one.variable, one.value) for one in verdict.extracted] == [("ID", 1)]
    assert not verdict.passed


def test_an_answer_that_holds_gives_all_its_values():
    verdict = compile_judge(ENTRY).verdict(Answer(status=200, body=b'{"id": 1, "no": 2}'), str)
    assert verdict.passed
    assert len(verdict.extracted) == 2


def test_mistakes_show_when_compiling():
    with pytest.raises(InputError, match="not a JSONPath"):
        compile_judge(
            CallEntry(path=("R",), extract=(ExtractEntry(variable="V", source="path", expression="x"),))
        )
