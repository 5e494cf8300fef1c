"""The options that say what is run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from harness.lazy_dataclass import dataclass
from harness.options.derived import assignments, beside_allowed, outside_allowed, with_companion
from harness.options.option import (
    BOTH,
    FLOW,
    PYTEST,
    WHAT,
    Option,
    setting,
)
from harness.options.values import positive, whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class InputOptions:
    """What is run: files are paths or http(s) addresses, or what stands in them."""

    environment: str | Path | Mapping[str, Any] | None = setting(
        None,
        Option(
            name="environment",
            short="e",
            heading=WHAT,
            on=BOTH,
            metavar="FILE",
            file=True,
            help="environment file or URL, in place of the companion's",
        ),
    )
    globals: str | Path | Mapping[str, Any] | None = setting(
        None,
        Option(
            name="globals",
            short="g",
            heading=WHAT,
            on=BOTH,
            metavar="FILE",
            file=True,
            help="globals file or URL",
        ),
    )
    data: str | Path | Sequence[Mapping[str, Any]] | None = setting(
        None,
        Option(
            name="iteration-data",
            short="d",
            heading=WHAT,
            metavar="FILE",
            file=True,
            help="data rows, JSON or CSV; each row is an iteration",
        ),
        Option(
            name="data",
            on=PYTEST,
            metavar="FILE",
            file=True,
            help="data rows, JSON or CSV; each row is an iteration",
        ),
    )
    iterations: int | None = setting(
        None,
        Option(
            name="iteration-count",
            short="n",
            heading=WHAT,
            on=BOTH,
            read=positive,
            metavar="N",
            help="how many iterations, in place of one a data row",
        ),
    )
    folders: Sequence[str] = setting(
        (),
        Option(
            name="folder",
            heading=WHAT,
            kind="list",
            metavar="NAME",
            help="run only this folder or request, by name, id, path or pattern (`Orders/*`); repeatable",
        ),
    )
    excluded: Sequence[str] = setting(
        (),
        Option(
            name="exclude-folder",
            heading=WHAT,
            kind="list",
            metavar="NAME",
            help="leave out this folder or request, by name, id, path or pattern; repeatable",
        ),
    )
    picks: Sequence[str] = setting(
        (),
        Option(
            name="item",
            short="i",
            heading=WHAT,
            kind="list",
            metavar="NAME",
            help="run this folder or request, by name or id; repeatable, run in the order given",
        ),
    )
    allow_empty: bool = setting(
        False,
        Option(
            name="allow-empty",
            heading=WHAT,
            kind="flag",
            help="pass, without a warning, when there is no request to run, also because the options that "
            "choose requests leave none",
        ),
    )
    tags: Sequence[str] = setting(
        (),
        Option(
            name="tag",
            heading=WHAT,
            on=BOTH,
            kind="list",
            metavar="TAG",
            help="run only calls to which the companion gives this tag; repeatable",
        ),
    )
    excluded_tags: Sequence[str] = setting(
        (),
        Option(
            name="exclude-tag",
            heading=WHAT,
            on=BOTH,
            kind="list",
            metavar="TAG",
            help="leave out calls to which the companion gives this tag; repeatable",
        ),
    )
    env_vars: Mapping[str, str] = setting(
        dict,
        Option(
            name="env-var",
            heading=WHAT,
            on=BOTH,
            kind="list",
            metavar="KEY=VALUE",
            help="set an environment variable; repeatable",
        ),
        combine=assignments("env-var"),
    )
    global_vars: Mapping[str, str] = setting(
        dict,
        Option(
            name="global-var",
            heading=WHAT,
            on=BOTH,
            kind="list",
            metavar="KEY=VALUE",
            help="set a global variable; repeatable",
        ),
        combine=assignments("global-var"),
    )
    companion: str | Path | None = setting(
        None,
        meaning="the companion file (default: the `NAME.harness.yaml` beside the collection, if any)",
    )
    use_companion: bool = setting(
        True,
        Option(
            name="no-companion",
            heading=WHAT,
            kind="flag",
            help="ignore the NAME.harness.yaml beside a collection",
        ),
        meaning="whether the companion beside the collection counts",
        combine=with_companion,
    )
    working_dir: str | Path | None = setting(
        None,
        Option(
            name="working-dir",
            heading=WHAT,
            on=BOTH,
            metavar="DIR",
            file=True,
            help="where relative file bodies are (default: here)",
        ),
    )
    files_beside: bool = setting(
        True,
        Option(
            name="no-insecure-file-read",
            heading=WHAT,
            kind="flag",
            help="read no file outside of the working directory",
        ),
        meaning="whether file bodies may also lie beside the collection, where no directory is named",
        combine=beside_allowed,
    )
    allow_outside: bool = setting(
        False,
        Option(
            name="allow-outside",
            heading=WHAT,
            on=BOTH,
            kind="flag",
            help="let file bodies come from anywhere",
        ),
        meaning="let file bodies come from anywhere",
        combine=outside_allowed,
    )
    files: Mapping[str, str | Path] = setting(
        dict,
        Option(
            name="upload",
            heading=WHAT,
            on=BOTH,
            kind="list",
            pairs="first",
            file=True,
            metavar="NAME=FILE",
            help="upload FILE where the collection names NAME; repeatable",
        ),
    )
    seed: int | None = setting(
        None,
        Option(
            name="seed",
            heading=FLOW,
            on=BOTH,
            read=whole,
            metavar="N",
            help="draw random values from this seed",
        ),
    )
    environ: Mapping[str, str] = setting(
        lambda: os.environ,
        meaning="fills environment values from `HARNESS_VAR_<name>` (default: the process's own)",
    )

    @property
    def partial(self) -> bool:
        """Whether some of the collection is chosen, or left out."""
        chosen = self.folders or self.picks or self.tags
        return bool(chosen or self.excluded or self.excluded_tags)
