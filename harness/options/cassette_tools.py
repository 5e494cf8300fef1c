"""The tools of `harness cassette`, and what other commands that work on recordings share with them."""

from typing import Final

from harness.options.command import FORMAT, Command, Section, headed
from harness.options.option import (
    WARNINGS,
    WHAT,
    Argument,
    Option,
)
from harness.options.output import SECRET_PATTERN

CASSETTE_FILE: Final = Argument(name="file", metavar="CASSETTE")

CASSETTE_FILES: Final = Argument(name="files", metavar="CASSETTE", count="+")

RECORDED: Final = Argument(
    name="collection",
    metavar="COLLECTION",
    count="?",
    help="file or URL (default: the collection that was recorded)",
)

IGNORE: Final = (
    Option(
        name="ignore",
        kind="list",
        metavar="POINTER",
        help="let this differ: body/createdAt, body/items/*/id, body/**/etag, headers/x-trace; repeatable",
    ),
    Option(name="all-headers", kind="flag", help="compare dates, request ids and the like, too"),
    Option(name="exact", kind="flag", help="compare what systems make up, too: UUIDs, times, digests"),
)

OUTPUT_CASSETTE: Final = Option(
    name="output", short="o", required=True, metavar="CASSETTE", file=True, help="file to write"
)

SECRETS: Final = (
    Option(
        name="environment",
        short="e",
        metavar="FILE",
        file=True,
        help="environment whose secret values are not to be there",
    ),
    SECRET_PATTERN,
)

TOOLS: Final = (
    Command(
        name="show",
        help="print a cassette for people",
        arguments=(CASSETTE_FILE,),
        sections=(
            Section(
                options=(
                    Option(name="call", metavar="TEXT", help="only calls whose path contains this"),
                    Option(name="no-bodies", kind="flag", help="leave headers and bodies out"),
                    FORMAT,
                )
            ),
        ),
    ),
    Command(
        name="diff",
        help="compare two cassettes; exit code 1 when they differ",
        arguments=(Argument(name="old", metavar="OLD"), Argument(name="new", metavar="NEW")),
        sections=(Section(options=(*IGNORE, FORMAT)),),
    ),
    Command(
        name="merge",
        help="make one cassette of several",
        arguments=(
            Argument(
                name="files", metavar="CASSETTE", count="+", help="of equal requests the later file counts"
            ),
        ),
        sections=(Section(options=(OUTPUT_CASSETTE, FORMAT)),),
    ),
    Command(
        name="prune",
        help="replay a collection and drop what it does not use",
        arguments=(CASSETTE_FILE, RECORDED),
        sections=(
            Section(
                options=(Option(name="dry-run", kind="flag", help="only say what would be dropped"), FORMAT)
            ),
            *headed(WHAT, WARNINGS),
        ),
    ),
    Command(
        name="scan",
        help="look for secrets; exit code 1 when there are",
        arguments=(CASSETTE_FILES,),
        sections=(Section(options=(*SECRETS, FORMAT)), *headed(WARNINGS)),
    ),
    Command(
        name="redact",
        help="take secrets out, or finish an interrupted recording",
        arguments=(Argument(name="file", metavar="CASSETTE|JOURNAL"),),
        sections=(
            Section(
                options=(
                    Option(
                        name="output",
                        short="o",
                        metavar="FILE",
                        file=True,
                        help="write here and leave the file as it is",
                    ),
                    *SECRETS,
                    FORMAT,
                )
            ),
            *headed(WARNINGS),
        ),
    ),
    Command(
        name="import-har",
        help="make a cassette of a browser's HAR",
        arguments=(Argument(name="file", metavar="HAR"),),
        sections=(Section(options=(OUTPUT_CASSETTE, *SECRETS, FORMAT)), *headed(WARNINGS)),
    ),
    Command(
        name="export-har",
        help="write a cassette as HAR",
        arguments=(CASSETTE_FILE,),
        sections=(
            Section(
                options=(
                    Option(
                        name="output",
                        short="o",
                        metavar="HAR",
                        file=True,
                        help="file to write (default: print it)",
                    ),
                )
            ),
        ),
    ),
)
