"""Profile Query Language: the expressions that segment definitions are made of.

`parse` reads the text form and `parse_json` the `pql/json` form, both into the tree of
`harness.aep.pql.tree`; `evaluate` decides whether a profile with its events qualifies. `parse_value` and
`value_of` do so for expressions of any value. Sequences (`chain`) are not part of what the platform
evaluates and are refused when they are parsed.
"""

from harness.aep.pql.evaluation import Subject, evaluate, value_of
from harness.aep.pql.json_form import parse_json
from harness.aep.pql.parser import parse, parse_value
from harness.aep.pql.tokens import PqlError
from harness.aep.pql.tree import QueryNode, named_segments, references_events, references_segments

__all__ = [
    "PqlError",
    "QueryNode",
    "Subject",
    "evaluate",
    "named_segments",
    "parse",
    "parse_json",
    "parse_value",
    "references_events",
    "references_segments",
    "value_of",
]
