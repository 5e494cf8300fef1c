"""A replay that the kernel holds offline: this process and all that it starts have no network at all.

The offline guard refuses what Python code attempts. Other programs, C libraries and `python -I` never ask it;
in a network namespace of its own (https://man7.org/linux/man-pages/man7/network_namespaces.7.html) they find
no interface but a loopback that is down.
"""

import ctypes
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from harness.errors import UsageError

_NEW_USER: Final = 0x10000000
_NEW_NETWORK: Final = 0x40000000

Unshare = Callable[[int], int]
"""The system call of that name: flags to an error number, 0 for none."""


def _unshare(flags: int) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    return 0 if libc.unshare(flags) == 0 else ctypes.get_errno()


def isolate(unshare: Unshare = _unshare, *, platform: str = sys.platform) -> None:
    """Move this process into a network namespace of its own, before it starts a thread or a child.

    Raises `UsageError` where the system has none or refuses it.
    """
    if platform != "linux":
        raise UsageError(
            f"network namespaces are Linux's, and this is {platform}",
            where="--isolate",
            hint="leave it out: --replay refuses connections of Python code everywhere",
        )
    user, group = os.getuid(), os.getgid()
    if unshare(_NEW_NETWORK) == 0:
        return
    # Without the privilege, a user namespace comes first, in which one has it.
    refused = unshare(_NEW_USER | _NEW_NETWORK)
    if refused:
        raise UsageError(
            f"the kernel refuses a network namespace: {os.strerror(refused)}",
            where="--isolate",
            hint="allow unprivileged user namespaces (containers: --security-opt seccomp=unconfined,"
            " Ubuntu: kernel.apparmor_restrict_unprivileged_userns=0), or leave it out",
        )
    _keep_identity(user, group)


def _keep_identity(user: int, group: int) -> None:
    """Let files belong to the same user and group as outside (user_namespaces(7))."""
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny", encoding="ascii")
    (own / "uid_map").write_text(f"{user} {user} 1", encoding="ascii")
    (own / "gid_map").write_text(f"{group} {group} 1", encoding="ascii")
