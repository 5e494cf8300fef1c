"""How results are told in reports and exports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAnswers:
    """Where newman, Postman and this runner tell the same result differently."""

    banner: str
    """The first line on the terminal."""

    additions: bool
    """Do reports add what newman's leave out: attempts, extractions, warnings, positions, expected values?"""

    idle_options: bool
    """Is an option for a reporter that is not in use told of?"""

    one_exchange_per_item: bool
    """Do all entries of an item in the JSON report show the last request that the item sent?"""

    lists_unsent: bool
    """Has an item whose request was not sent an entry in the JSON report?"""

    bare_positions: bool
    """Is the place in a script told for chai's errors alone, and by the lines of newman's wrapper?"""

    invented_stacks: bool
    """Has a failed assertion the stack that newman makes up, the assertion's index for a line?"""

    whole_thrown_values: bool
    """Has a thrown value that is no error a type in the JSON report, not an empty `stacktrace`?"""

    exported_types: bool
    """Does an exported variable keep a type that converts nothing? Otherwise it reads `any`."""


NEWMAN_REPORTS = ReportAnswers(
    banner="newman",
    additions=False,
    idle_options=False,
    one_exchange_per_item=True,
    lists_unsent=False,
    bare_positions=True,
    invented_stacks=True,
    whole_thrown_values=False,
    exported_types=False,
)
POSTMAN_REPORTS = ReportAnswers(
    banner="postman",
    additions=False,
    idle_options=False,
    one_exchange_per_item=False,
    lists_unsent=True,
    bare_positions=True,
    invented_stacks=True,
    whole_thrown_values=False,
    exported_types=False,
)
EXACT_REPORTS = ReportAnswers(
    banner="harness",
    additions=True,
    idle_options=True,
    one_exchange_per_item=False,
    lists_unsent=False,
    bare_positions=False,
    invented_stacks=False,
    whole_thrown_values=True,
    exported_types=True,
)
