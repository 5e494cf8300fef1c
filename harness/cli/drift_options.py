"""The options of `harness drift`."""

import argparse

from harness.cli.cassette_options import add_collection, add_ignore
from harness.cli.run_options import add_inputs, add_limits, add_network


def add_drift(drift: argparse.ArgumentParser) -> None:
    """Add the arguments of `harness drift`."""
    drift.description = (
        "Run the collection of a recording live, and compare the answers with those recorded. "
        "Values that systems make up (UUIDs, times, digests, long numbers) may differ."
    )
    drift.add_argument("file", metavar="CASSETTE")
    add_collection(drift)
    add_ignore(drift)
    drift.add_argument(
        "--accept",
        action="append",
        nargs="?",
        const="",
        metavar="CALL",
        help="write what changed into the cassette: all of it, or (--accept=TEXT) of calls whose path "
        "contains this; repeatable",
    )
    drift.add_argument("-o", "--output", metavar="FILE", help="write the differences as HTML, too")
    add_inputs(drift.add_argument_group("what is run"))
    add_limits(drift.add_argument_group("limits"))
    add_network(drift.add_argument_group("network"))
