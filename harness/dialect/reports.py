"""How results are told in reports and exports."""

from harness.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAnswers:
    """Where newman, Postman and this runner tell the same result differently."""

    banner: str
    """The first line on the terminal."""

    additions: bool
    """Do reports add what newman's leave out: attempts, extractions, warnings, positions, expected values?"""

    idle_options: bool
    """Is an option for a reporter that is not in use told of?"""

    entry_per_request: bool
    """Has each request of an item's scripts an entry of its own in the JSON report, beside the item's own?"""

    shared_entries: bool
    """Do all entries of an item show the last request that it sent, and the last failure?"""

    counts_legs: bool
    """Is a request counted anew for each leg of an auth handshake?"""

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
    entry_per_request=True,
    shared_entries=True,
    counts_legs=True,
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
    entry_per_request=False,
    shared_entries=False,
    counts_legs=True,
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
    entry_per_request=True,
    shared_entries=False,
    counts_legs=False,
    lists_unsent=False,
    bare_positions=False,
    invented_stacks=False,
    whole_thrown_values=True,
    exported_types=True,
)
