"""System calls that Python's library does not have (yet)."""

import ctypes
import os
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_CAPBSET_READ = 23
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000

MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18

CAPABILITY_VERSION = 0x20080522

LIBC = ctypes.CDLL(None, use_errno=True)


def succeed(result: int, what: str) -> int:
    """The result of a call.

    Raises:
        OSError: where the call failed, with its name.
    """
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments: Any) -> int:
    """A system call by its number."""
    return succeed(LIBC.syscall(ctypes.c_long(number), *arguments), f"system call {number}")


def prctl(option: int, *arguments: int) -> int:
    """`prctl(2)`; arguments that are not given are 0."""
    given = [ctypes.c_ulong(each) for each in (*arguments, 0, 0, 0, 0)[:4]]
    return succeed(LIBC.prctl(option, *given), f"prctl {option}")


def unshare(flags: int) -> None:
    """Move this process (for CLONE_NEWPID: its next children) into new namespaces."""
    succeed(LIBC.unshare(flags), "unshare")


def enter(namespace: int, kind: int) -> None:
    """Move into the namespace that a file descriptor stands for."""
    succeed(LIBC.setns(namespace, kind), "setns")


def mount(kind: str, target: str, flags: int, options: str = "") -> None:
    """Mount a new file system, or with an empty kind change a mount's flags."""
    name = kind.encode() or None
    done = LIBC.mount(name, target.encode(), name, ctypes.c_ulong(flags), options.encode())
    succeed(done, f"mounting {kind or 'nothing'} at {target}")


def bind(place: int, target: str) -> None:
    """Show an open folder at another path, with what is mounted in it, as writable as it was.

    Args:
        place: the folder's descriptor.
        target: an empty folder.
    """
    source = f"/proc/self/fd/{place}".encode()
    flags = ctypes.c_ulong(MS_BIND | MS_REC)
    succeed(LIBC.mount(source, target.encode(), None, flags, None), f"binding {target}")


def drop_bounding_set() -> None:
    """Have no later program bring a capability back; without the right to, nothing happens."""
    capability = 0
    while LIBC.prctl(PR_CAPBSET_READ, ctypes.c_ulong(capability), 0, 0, 0) >= 0:
        LIBC.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0)
        capability += 1


def drop_capabilities(keep: int | None) -> None:
    """Give up every capability but `keep`."""
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    held = 0 if keep is None else 1 << keep
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    sets = (ctypes.c_uint32 * 6)(held, held, 0, 0, 0, 0)
    succeed(LIBC.capset(header, sets), "capset")
