"""`--isolate`: a replay in a network namespace of its own, or a refusal that says why there is none."""

import errno
import subprocess
import sys

import pytest

from harness.cli.isolation import isolate
from harness.errors import UsageError

_ALONE = """
import socket
from harness.cli.isolation import isolate
from harness.errors import UsageError
try:
    isolate()
except UsageError as refused:
    print(refused)
else:
    print([name for _, name in socket.if_nameindex()])
"""


def test_an_isolated_process_has_no_interface_but_its_own_loopback_or_is_told_why_not():
    said = subprocess.run([sys.executable, "-c", _ALONE], capture_output=True, text=True, check=True).stdout
    assert said == "['lo']\n" or said.startswith(
        ("the kernel refuses a network namespace: ", "network namespaces are Linux's")
    )


def test_a_kernel_that_refuses_is_an_error_with_its_reason():
    asked = []

    def refuse(flags: int) -> int:
        asked.append(flags)
        return errno.EPERM

    with pytest.raises(UsageError, match="refuses a network namespace: Operation not permitted"):
        isolate(refuse, platform="linux")
    assert len(asked) == 2, "once with the privilege one has, once in a user namespace"


def test_other_systems_are_told_that_they_have_none():
    with pytest.raises(UsageError, match="this is win32"):
        isolate(lambda _: 0, platform="win32")
