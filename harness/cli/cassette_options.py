"""The options of `harness cassette`, one tool a word."""

import argparse

from harness.cli.run_options import add_inputs


def add_cassette(cassette: argparse.ArgumentParser) -> None:
    """Add the arguments of `harness cassette` and its tools."""
    cassette.description = "Show and edit recordings. Cassettes are YAML, or JSON by extension."
    tools = cassette.add_subparsers(dest="tool", metavar="TOOL", required=True)

    show = tools.add_parser("show", help="print a cassette for people", allow_abbrev=False)
    _add_file(show)
    show.add_argument("--call", metavar="TEXT", help="only calls whose path contains this")
    show.add_argument("--no-bodies", action="store_true", help="leave headers and bodies out")

    diff = tools.add_parser(
        "diff", help="compare two cassettes; exit code 1 when they differ", allow_abbrev=False
    )
    diff.add_argument("old", metavar="OLD")
    diff.add_argument("new", metavar="NEW")
    add_ignore(diff)

    merge = tools.add_parser("merge", help="make one cassette of several", allow_abbrev=False)
    merge.add_argument("files", nargs="+", metavar="CASSETTE", help="of equal requests the later file counts")
    _add_output(merge)

    prune = tools.add_parser(
        "prune", help="replay a collection and drop what it does not use", allow_abbrev=False
    )
    _add_file(prune)
    add_collection(prune)
    prune.add_argument("--dry-run", action="store_true", help="only say what would be dropped")
    add_inputs(prune.add_argument_group("what is run"))

    scan = tools.add_parser("scan", help="look for secrets; exit code 1 when there are", allow_abbrev=False)
    scan.add_argument("files", nargs="+", metavar="CASSETTE")
    _add_secrets(scan)

    redact = tools.add_parser(
        "redact", help="take secrets out, or finish an interrupted recording", allow_abbrev=False
    )
    redact.add_argument("file", metavar="CASSETTE|JOURNAL")
    redact.add_argument("-o", "--output", metavar="FILE", help="write here and leave the file as it is")
    _add_secrets(redact)

    import_har = tools.add_parser("import-har", help="make a cassette of a browser's HAR", allow_abbrev=False)
    import_har.add_argument("file", metavar="HAR")
    _add_output(import_har)
    _add_secrets(import_har)

    export_har = tools.add_parser("export-har", help="write a cassette as HAR", allow_abbrev=False)
    _add_file(export_har)
    export_har.add_argument("-o", "--output", metavar="HAR", help="file to write (default: print it)")


def add_collection(parser: argparse.ArgumentParser) -> None:
    """Add the collection that a cassette belongs to."""
    parser.add_argument(
        "collection",
        nargs="?",
        metavar="COLLECTION",
        help="file or URL (default: the collection that was recorded)",
    )


def add_ignore(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which differences between answers count."""
    parser.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="POINTER",
        help="let this differ: body/createdAt, body/items/*/id, body/**/etag, headers/x-trace; repeatable",
    )
    parser.add_argument(
        "--all-headers", action="store_true", help="compare dates, request ids and the like, too"
    )
    parser.add_argument(
        "--exact", action="store_true", help="compare what systems make up, too: UUIDs, times, digests"
    )


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="CASSETTE")


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", required=True, metavar="CASSETTE", help="file to write")


def _add_secrets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-e", "--environment", metavar="FILE", help="environment whose secret values are not to be there"
    )
    parser.add_argument(
        "--secret-pattern",
        action="append",
        default=[],
        metavar="NAME=REGEX",
        help="take what matches, or its first group, for a secret; repeatable",
    )
