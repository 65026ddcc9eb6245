"""A seccomp filter: the system calls that a worker is refused.

The filter is a small BPF program (linux/filter.h, linux/seccomp.h) that looks at a call's number
and at the lower halves of its arguments. What it does not name is allowed.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from dataclasses import dataclass

from .calls import (
    ALWAYS_REFUSED,
    NUMBERS,
    REFUSED_WITH_SIGNALS,
    REFUSED_WITHOUT_NAMESPACES,
)
from .kernel import LIBC, PR_SET_NO_NEW_PRIVS, prctl, succeed

PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT = 0x40000000

LOAD, JUMP_EQUAL, JUMP_AT_LEAST, AND, RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16

AF_UNIX = 1
SOCKET_TYPES = 0xF
SOCK_STREAM = 1
NAMESPACE_FLAGS = 0x7E020000  # CLONE_NEW* but for CLONE_NEWTIME, which clone cannot take
O_TMPFILE = 0x400000
ALL_BITS = 0xFFFFFFFF
FD_COMMANDS = (0, 1, 2, 3, 4, 5, 6, 7, 1030, 1031, 1032)  # F_DUPFD .. F_SETLKW, ..., F_GETPIPE_SZ
QUESTIONS_TO_FILES = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS .. FIOCLEX


@dataclass(frozen=True)
class Only:
    """A call is refused unless one argument, after a mask, is one of some values.

    Attributes:
        call: its name.
        argument: from 0.
        bits: the mask.
        values: what is allowed.
        error: what the caller gets otherwise.
    """

    call: str
    argument: int
    bits: int
    values: tuple[int, ...]
    error: int = errno.EPERM


def rules(namespaces: bool, own: int | None) -> list[Only]:
    """The calls that depend on their arguments.

    Args:
        namespaces: whether the worker has namespaces of its own; where not, it is kept from
            everything by which it could reach another process of its user.
        own: the only process that may be sent signals; None leaves them to Landlock or to the
            pid namespace.
    """
    found = [
        Only("clone", 0, NAMESPACE_FLAGS, (0,)),
        Only("socket", 0, ALL_BITS, (AF_UNIX,), errno.EACCES),
        Only("socketpair", 0, ALL_BITS, (AF_UNIX,), errno.EACCES),
    ]
    if namespaces:
        return found
    found += [
        Only("socketpair", 1, SOCKET_TYPES, (SOCK_STREAM,), errno.EACCES),
        Only("open", 1, O_TMPFILE, (0,), errno.EOPNOTSUPP),
        Only("openat", 2, O_TMPFILE, (0,), errno.EOPNOTSUPP),
        Only("prlimit64", 0, ALL_BITS, (0,)),
        Only("fcntl", 1, ALL_BITS, FD_COMMANDS),
        Only("ioctl", 1, ALL_BITS, QUESTIONS_TO_FILES, errno.ENOTTY),
    ]
    if own is not None:
        found += [Only(call, 0, ALL_BITS, (own, 0)) for call in ("kill", "tgkill")]
    return found


def assemble(machine: str, namespaces: bool, own: int | None) -> bytes:
    """The filter's instructions, 8 bytes each.

    Raises:
        OSError: for a machine whose system calls are not known here.
    """
    if machine not in AUDIT_ARCH:
        raise OSError(errno.ENOSYS, f"no seccomp filter is written for {machine}")
    column = list(AUDIT_ARCH).index(machine)
    program = [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_EQUAL, 1, 0, AUDIT_ARCH[machine]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
    ]
    if machine == "x86_64":
        program += [(JUMP_AT_LEAST, 0, 1, X32_BIT), (RETURN, 0, 0, KILL)]
    refused = list(ALWAYS_REFUSED)
    if not namespaces:
        refused += REFUSED_WITHOUT_NAMESPACES
    if own is not None:
        refused += REFUSED_WITH_SIGNALS
    for name in refused:
        number = NUMBERS[name][column]
        if number is not None:
            program += [(JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE | refusal(name))]
    conditional: dict[str, list[Only]] = {}
    for rule in rules(namespaces, own):
        conditional.setdefault(rule.call, []).append(rule)
    for name, conditions in conditional.items():
        number = NUMBERS[name][column]
        block = [part for rule in conditions for part in condition(rule)]
        block.append((RETURN, 0, 0, ALLOW))
        if number is not None:
            program += [(JUMP_EQUAL, 0, len(block), number), *block]
    program.append((RETURN, 0, 0, ALLOW))
    return b"".join(struct.pack("HBBI", *instruction) for instruction in program)


def refusal(name: str) -> int:
    """The error of a call that is refused whatever its arguments.

    Calls whose arguments lie in memory "do not exist", so that the C library takes the older
    ones.
    """
    return errno.ENOSYS if name in ("clone3", "openat2") else errno.EPERM


def condition(rule: Only) -> list[tuple[int, int, int, int]]:
    """The instructions that refuse where the rule is not met, and otherwise go on."""
    values = rule.values
    jumps = [(JUMP_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
    return [
        (LOAD, 0, 0, ARGUMENTS + 8 * rule.argument),
        (AND, 0, 0, rule.bits),
        *jumps,
        (RETURN, 0, 0, REFUSE | rule.error),
    ]


def load(program: bytes) -> None:
    """Put this thread and all its children under a filter, for good."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    instructions = ctypes.create_string_buffer(program, len(program))
    filter_ = struct.pack("HP", len(program) // 8, ctypes.addressof(instructions))
    pointer = ctypes.create_string_buffer(filter_, len(filter_))
    done = LIBC.prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), pointer, 0, 0)
    succeed(done, "seccomp")


def program(namespaces: bool, own: int | None = None) -> bytes:
    """The filter for this machine."""
    return assemble(platform.machine(), namespaces, own)
