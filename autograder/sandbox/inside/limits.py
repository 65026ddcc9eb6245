"""A worker's share: what one process may use, and who it is."""

import ctypes
import fcntl
import itertools
import os
import resource
import signal
from dataclasses import dataclass

from .kernel import (
    LIBC,
    PR_SET_DUMPABLE,
    PR_SET_KEEPCAPS,
    drop_bounding_set,
    drop_capabilities,
    prctl,
)

PROCESSES = 64
FILES = 128


@dataclass(frozen=True)
class Share:
    """What a submission may use; it is told from outside the walls.

    Attributes:
        resident: bytes of memory, for all its processes.
        address_space: bytes that one process may map.
        scratch: bytes of files, for one worker.
        file: bytes of one file.
        computing: whole seconds, for one process.
    """

    resident: int
    address_space: int
    scratch: int
    file: int
    computing: int


def limit(share: Share, baseline: int, processes: int) -> None:
    """Cap this process and its children.

    Args:
        share: what it may use.
        baseline: bytes of address space that are mapped before a submission runs.
        processes: how many processes and threads this user may have.
    """
    for what, most in (
        (resource.RLIMIT_AS, baseline + share.address_space),
        (resource.RLIMIT_FSIZE, share.file),
        (resource.RLIMIT_CPU, share.computing),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    be_first_to_go()
    end_at_the_limit()


def be_first_to_go() -> None:
    """Have the kernel end this process before any other where memory runs out.

    A process that is not dumpable may not write even its own files in /proc.
    """
    prctl(PR_SET_DUMPABLE, 1)
    with open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")
    prctl(PR_SET_DUMPABLE, 0)


def end_at_the_limit() -> None:
    """Have SIGXCPU end this process also where it is the first of a pid namespace.

    The kernel ignores a signal without a handler there, so `_exit` is the handler: the exit code
    is the signal's number.
    """
    LIBC.signal.argtypes = (ctypes.c_int, ctypes.c_void_p)
    LIBC.signal(signal.SIGXCPU, ctypes.cast(LIBC._exit, ctypes.c_void_p))


def become(user: int, keep: int | None = None) -> None:
    """Give up root, where this is root, and every capability but `keep`, for good."""
    drop_bounding_set()
    if os.getuid() == 0:
        prctl(PR_SET_KEEPCAPS, int(keep is not None))
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    drop_capabilities(keep)


def keep_only(*descriptors: int) -> list[int]:
    """Close every file but these, which get new numbers; standard streams lead nowhere."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    kept = [fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, FILES // 2) for each in descriptors]
    edges = [2, *sorted(kept), resource.getrlimit(resource.RLIMIT_NOFILE)[1]]
    for low, high in itertools.pairwise(edges):
        os.closerange(low + 1, high)
    return kept
