"""Masks that come back as input: an environment that was exported with its secrets hidden."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from harness.collection.model import Variable
from harness.secrets.placeholder import PREFIX

_MASK: Final = re.compile(
    rf"\*{{3,}}|•{{3,}}|●{{3,}}|x{{6,}}|X{{6,}}|{PREFIX}\w+"
    r"|[<\[({]{1,2}\s*(?:secret|redacted|masked|hidden|filtered)(?:[ :_-][^<>\[\](){}]*)?\s*[>\])}]{1,2}"
    r"|redacted|masked",
    re.IGNORECASE,
)


def is_mask(value: object) -> bool:
    """Tell whether a value is what some program writes in place of a secret."""
    return isinstance(value, str) and _MASK.fullmatch(value.strip()) is not None


def mask_warnings(variables: Iterable[Variable], where: str) -> Iterator[str]:
    """Give a warning for each variable whose value is a mask."""
    for variable in variables:
        if not variable.disabled and is_mask(variable.value):
            yield (
                f"{f'{where}: ' if where else ''}variable {variable.key!r} holds a mask ({variable.value}), "
                "not its real value: it was exported with its secrets hidden"
            )
