"""Masks that come back as input: an environment that was exported with its secrets hidden."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from harness.collection.model import Variable
from harness.secrets.names import secret_name
from harness.secrets.placeholder import PREFIX

_MASK: Final = re.compile(
    rf"(?:(?:Bearer|Basic|Token)\s+)?(?:\*{{3,}}|\*{{2,}}[a-z]+\*{{2,}}|•{{3,}}|●{{3,}}|x{{6,}}|X{{6,}}|{PREFIX}\w+"
    r"|[<\[({]{1,2}\s*(?:secret|redacted|masked|hidden|filtered)(?:[ :_-][^<>\[\](){}]*)?\s*[>\])}]{1,2}"
    r"|redacted|masked)",
    re.IGNORECASE,
)


_SAYS_SO: Final = re.compile(r"secret|redacted|masked|hidden|filtered", re.IGNORECASE)


def is_mask(value: object) -> bool:
    """Tell whether a value is what some program writes in place of a secret."""
    return isinstance(value, str) and _MASK.fullmatch(value.strip()) is not None


def mask_warnings(variables: Iterable[Variable], where: str) -> Iterator[str]:
    """Yield a warning for each variable whose value is a mask."""
    for variable in variables:
        if not variable.disabled and is_mask(variable.value):
            yield (
                f"{f'{where}: ' if where else ''}variable {variable.key!r} holds a mask ({variable.value}), "
                "not its real value: it was exported with its secrets hidden"
            )


def row_mask_warnings(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a warning for each column in which a row holds a mask; three stars may be a verdict, too."""
    told: set[str] = set()
    for number, row in enumerate(rows, 1):
        for name, value in row.items():
            if name not in told and is_mask(value) and (secret_name(name) or _SAYS_SO.search(value)):
                told.add(name)
                yield (
                    f"row {number} of the data: {name!r} holds a mask ({value}), not its real value: "
                    "it was exported with its secrets hidden"
                )
