"""The files that a load writes, by the names of their reporters."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Final

from harness.errors import UsageError, choices
from harness.load.baseline import EarlierLoad
from harness.load.csv_table import write_csv
from harness.load.html import write_html
from harness.load.junit import write_junit
from harness.load.report import LoadReport

Writer = Callable[[LoadReport, IO[bytes], EarlierLoad | None], None]

WRITERS: Final[Mapping[str, Writer]] = {
    "html": write_html,
    "json": lambda report, file, _: report.write_json(file),
    "junit": lambda report, file, _: write_junit(report, file),
    "csv": lambda report, file, _: write_csv(report, file),
}
"""What writes each report that is a file."""

_SUFFIX: Final = {"junit": "xml"}


def reports_asked_for(names: str | None, given: Mapping[str, str | bool], cwd: Path) -> dict[str, Path]:
    """Return where each report goes. Raises `UsageError` for a reporter or an option that there is not.

    A report without an export goes to `load.json` and the like in the working directory.
    """
    wanted = [name.strip() for name in (names or "cli").split(",") if name.strip()]
    known = ("cli", *WRITERS)
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"a load has no reporter {name!r}", where="--reporters", hint=choices(name, known)
            )
    for option in given:
        name, _, what = option.partition("-")
        if name not in WRITERS or what != "export":
            options = [f"{one}-export" for one in WRITERS]
            raise UsageError(
                f"a load's reporters have no option {option!r}",
                where=f"--reporter-{option}",
                hint=choices(option, options),
            )
    paths: dict[str, Path] = {}
    for name in wanted:
        if name == "cli":
            continue
        value = given.get(f"{name}-export")
        paths[name] = cwd / (value if isinstance(value, str) and value else f"load.{_SUFFIX.get(name, name)}")
    return paths
