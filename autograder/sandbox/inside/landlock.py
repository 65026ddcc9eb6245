"""Landlock: from which files a process and its children may read, and where they may write.

Kernel interface: Documentation/userspace-api/landlock.rst. Every version of it adds rights that a
process can give up; this takes all that the running kernel knows.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable

from .kernel import LIBC, PR_SET_NO_NEW_PRIVS, prctl, syscall

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
RULE_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
MAKE_FILE = 1 << 8
TRUNCATE = 1 << 14
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
ALL_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
ALL_NETWORK_RIGHTS = {4: 3}
ALL_SCOPES = {6: 3}  # abstract sockets, signals
SCOPES_SINCE = 6
TRUNCATE_SINCE = 3

READ = EXECUTE | READ_FILE | READ_FOLDER
USE = READ_FILE | WRITE_FILE | TRUNCATE
FILL = READ_FILE | READ_FOLDER | WRITE_FILE | TRUNCATE | MAKE_FILE


def version() -> int:
    """Which version of Landlock the kernel has; 0 where it has none."""
    if sys.platform != "linux":
        return 0
    return max(0, LIBC.syscall(ctypes.c_long(CREATE_RULESET), None, 0, ASK_VERSION))


def rights(by_version: dict[int, int], known: int) -> int:
    """All rights up to a version."""
    return max((bits for since, bits in by_version.items() if since <= known), default=0)


def restrict(known: int, allowed: Iterable[tuple[str, int]]) -> None:
    """Leave this process and its children only the files that are named.

    Args:
        known: the version of Landlock to use.
        allowed: paths with the rights below them; a path that is not there is passed over.

    Raises:
        OSError: where the kernel refuses.
    """
    files = rights(ALL_FILE_RIGHTS, known)
    scopes = rights(ALL_SCOPES, known)
    attributes = struct.pack("QQQ", files, rights(ALL_NETWORK_RIGHTS, known), scopes)
    size = 8 if known < 4 else 16 if known < SCOPES_SINCE else 24
    ruleset = syscall(CREATE_RULESET, attributes[:size], size, 0)
    for path, wanted in allowed:
        add(ruleset, path, wanted & files)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    syscall(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def add(ruleset: int, path: str, wanted: int) -> None:
    """Allow something below one path; a file takes only the rights that files have."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(path):
        wanted &= FILE_RIGHTS
    rule = struct.pack("=Qi", wanted, place)
    syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, rule, 0)
    os.close(place)
