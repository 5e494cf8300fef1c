"""The options that say what is recorded, and what is answered from a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.lazy_dataclass import dataclass
from harness.options.derived import expressions, match_rule
from harness.options.option import (
    BOTH,
    CASSETTE,
    PYTEST,
    Option,
    setting,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Literal

    from harness.cassettes.compare.answers import Ignore
    from harness.cassettes.file.parts import Per
    from harness.cassettes.replay.match import MatchRule


RECORD_MODES: Final = ("none", "once", "new_episodes", "all", "rewrite")
"""vcrpy's words for what becomes of a cassette; `harness.cassettes.modes` says what they mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CassetteOptions:
    """What is recorded, and what is answered from a recording."""

    record: str | Path | None = setting(
        None,
        Option(
            name="record", heading=CASSETTE, metavar="FILE", file=True, help="record this run into a cassette"
        ),
    )
    replay: str | Path | None = setting(
        None,
        Option(
            name="replay",
            heading=CASSETTE,
            metavar="FILE",
            file=True,
            help="answer from a cassette, without any network",
        ),
    )
    file: str | Path | None = setting(
        None,
        Option(
            name="cassette",
            on=PYTEST,
            metavar="FILE",
            file=True,
            help="the cassette, in place of the companion's",
        ),
        keyword="cassette",
    )
    mode: str | None = setting(
        None,
        Option(
            name="record-mode",
            heading=CASSETTE,
            on=BOTH,
            choices=RECORD_MODES,
            help="what becomes of the cassette, in the words of vcrpy: none (replay it), once (record when it"
            " is not there), new_episodes (replay, record what is missing), all (record, keep what is not"
            " sent), rewrite (record anew)",
        ),
        keyword="cassette_mode",
    )
    per: Per = setting(
        "collection",
        Option(
            name="cassette-per",
            on=PYTEST,
            choices=("collection", "folder", "call"),
            help="keep a cassette in one file (collection), or apart: shop/FOLDER.yaml beside shop.yaml",
        ),
        keyword="cassette_per",
    )
    besides: Sequence[str | Path] = setting(
        (), keyword="cassettes_besides", meaning="further cassettes that answers are taken from"
    )
    allowed_hosts: Sequence[str] = setting(
        (),
        Option(
            name="allowed-hosts",
            on=PYTEST,
            kind="list",
            metavar="REGEX",
            help="hosts that code of the project's own may reach while a replay runs; repeatable",
        ),
        combine=expressions("allowed-hosts"),
    )
    resume: Literal["continue", "discard"] | None = setting(
        None,
        Option(
            name="resume",
            heading=CASSETTE,
            kind="flag",
            const="continue",
            help="go on with an interrupted recording",
        ),
        Option(
            name="discard",
            heading=CASSETTE,
            kind="flag",
            dest="resume",
            const="discard",
            help="throw an interrupted recording away",
        ),
        Option(
            name="resume",
            on=PYTEST,
            choices=("continue", "discard"),
            metavar="HOW",
            help="what becomes of an interrupted recording: continue it, or discard it",
        ),
        meaning="what becomes of an interrupted recording",
    )
    expire: str | None = setting(
        None,
        Option(
            name="expire",
            heading=CASSETTE,
            on=BOTH,
            metavar="AGE=warn|fail|record",
            help="what becomes of a replay from older recordings: 30d=warn, 12h=fail, 90d=record",
        ),
    )
    replay_latency: bool = setting(
        False,
        Option(
            name="replay-latency",
            heading=CASSETTE,
            on=BOTH,
            kind="flag",
            help="let recorded answers take as long as they took",
        ),
    )
    match: MatchRule | None = setting(
        None,
        Option(
            name="match-on",
            heading=CASSETTE,
            on=BOTH,
            metavar="PARTS",
            help="what of a request a replay compares, default method,url,body",
        ),
        Option(
            name="match-repeats",
            heading=CASSETTE,
            on=BOTH,
            kind="flag",
            help="let the last of equal answers be given again and again",
        ),
        Option(
            name="match-order",
            heading=CASSETTE,
            on=BOTH,
            kind="flag",
            help="refuse an answer whose turn has not come",
        ),
        meaning="how a replay finds its answers",
        combine=match_rule,
    )
    drift: str | Path | None = setting(
        None, meaning="a cassette that the answers of a live run are compared with"
    )
    drift_ignore: Ignore | None = setting(None, meaning="what of an answer may differ from that cassette")
