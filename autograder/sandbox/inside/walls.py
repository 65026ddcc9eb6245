"""The two kinds of walls around a worker: namespaces of its own, or Landlock.

Both are used by one process that never runs a submission: `fork` makes a child, the child calls
`close_in` before it runs anything, `end` takes it and all its children away.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from . import landlock, seccomp
from .kernel import (
    CLONE_NEWIPC,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUTS,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_REC,
    PR_SET_CHILD_SUBREAPER,
    PR_SET_PDEATHSIG,
    bind,
    enter,
    mount,
    prctl,
    unshare,
)
from .limits import PROCESSES, Share, become, limit
from .processes import descendants, reap, threads_of

SCRATCH_FILES = 4096
SWEEP_SECONDS = 20.0
CAP_DAC_READ_SEARCH = 2


class Walls(Protocol):
    """How workers are kept apart from everything, and ended.

    Attributes:
        share: what a submission may use.
    """

    @property
    def share(self) -> Share: ...

    def fork(self) -> int:
        """Like `os.fork`."""

    def close_in(self, baseline: int) -> None:
        """In the child: give up what a submission must not have.

        Args:
            baseline: bytes of address space that are mapped before a submission runs.

        Raises:
            OSError: where the kernel refuses; the child must end then.
        """

    def overfull(self, worker: int) -> bool:
        """Whether a worker has written more files than it may."""

    def end(self, worker: int, others: Collection[int]) -> int:
        """Kill a worker with all its children, and wait until they are gone.

        Args:
            worker: its process id.
            others: the workers that go on.

        Returns:
            The worker's wait status.
        """


class Namespaces:
    """Walls for a jail of bubblewrap's, whose first process holds CAP_SYS_ADMIN in it.

    A worker is the first process of a pid namespace, so that its end is the end of all its
    children; it has an ipc, a uts and a mount namespace, with a /tmp, /dev/shm and /proc that
    nobody else sees. The network namespace is the jail's: it has no way out, and no socket of a
    worker lives longer than the worker.

    Args:
        share: what a submission may use.
        user: whom a worker becomes where this is root.
    """

    def __init__(self, share: Share, user: int) -> None:
        self.share = share
        self.user = user
        self.own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self.filter = seccomp.program(namespaces=True)

    def fork(self) -> int:
        """A child in a new pid namespace."""
        unshare(CLONE_NEWPID)
        worker = os.fork()
        if worker:
            enter(self.own, CLONE_NEWPID)
        return worker

    def close_in(self, baseline: int) -> None:
        """Namespaces, limits, no root, no capability, no system call that a worker needs not."""
        unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS)
        limit(self.share, baseline, PROCESSES)
        mount("", "/", MS_REC | MS_PRIVATE)
        quiet = MS_NOSUID | MS_NODEV
        below = [prefix for prefix in {sys.prefix, sys.base_prefix} if prefix.startswith("/tmp/")]
        python = {prefix: os.open(prefix, os.O_PATH) for prefix in below}
        size = f"mode=1777,nr_inodes={SCRATCH_FILES},size={self.share.scratch}"
        mount("tmpfs", "/tmp", quiet, size)
        for prefix, place in python.items():
            os.makedirs(prefix)
            bind(place, prefix)
            os.close(place)
        mount("tmpfs", "/dev/shm", quiet, size)
        mount("proc", "/proc", quiet | MS_NOEXEC)
        os.chdir("/tmp")
        os.setsid()
        become(self.user)
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        seccomp.load(self.filter)

    def overfull(self, worker: int) -> bool:
        """Never: the file systems have a size."""
        return False

    def end(self, worker: int, others: Collection[int]) -> int:
        """Kill the first process of the namespace; the kernel kills the others."""
        os.kill(worker, signal.SIGKILL)
        return os.waitpid(worker, 0)[1]


class Landlocked:
    """Walls without namespaces: Landlock, seccomp, and orphans that come back to this process.

    Args:
        share: what a submission may use.
        user: whom a worker becomes where this is root.
        readable: paths below which a worker may read.
        listable: paths below which a worker may see names only.
        readable_by_all: whether a user without rights can go to all of these.
        scratch: the folder in which each worker gets one of its own, which it can fill and not
            empty, so that what it wrote is counted.
        version: the version of Landlock to use; None takes what the kernel has.
    """

    def __init__(
        self,
        share: Share,
        user: int,
        readable: list[str],
        listable: list[str],
        readable_by_all: bool,
        scratch: str,
        version: int | None = None,
    ) -> None:
        self.share = share
        self.user = user
        self.readable = readable
        self.listable = listable
        self.scratch = Path(scratch)
        self.version = landlock.version() if version is None else version
        if self.version < 1:
            raise OSError("this kernel has no Landlock")
        helped = os.getuid() == 0 and not readable_by_all
        self.capability = CAP_DAC_READ_SEARCH if helped else None
        prctl(PR_SET_CHILD_SUBREAPER, 1)

    def fork(self) -> int:
        """A child, with a folder."""
        return os.fork()

    def close_in(self, baseline: int) -> None:
        """Landlock, limits, no root, no system call that reaches other processes."""
        os.setsid()
        running = threads_of(self.user if os.getuid() == 0 else os.getuid())
        limit(self.share, baseline, running + PROCESSES)
        folder = self.folder(os.getpid())
        folder.mkdir(mode=0o700)
        if os.getuid() == 0:
            os.chown(folder, self.user, self.user)
        os.chdir(folder)
        for name in ("HOME", "TMPDIR"):
            os.environ[name] = str(folder)
        tempfile.tempdir = str(folder)
        become(self.user, self.capability)
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        allowed = [(path, landlock.READ) for path in self.readable]
        allowed += [(path, landlock.READ_FOLDER) for path in self.listable]
        allowed += [(f"/dev/{name}", landlock.USE) for name in ("null", "zero", "full")]
        allowed += [(f"/dev/{name}", landlock.READ_FILE) for name in ("random", "urandom")]
        landlock.restrict(self.version, [*allowed, (str(folder), landlock.FILL)])
        alone = None if self.version >= landlock.SCOPES_SINCE else os.getpid()
        seccomp.load(seccomp.program(namespaces=False, own=alone))

    def overfull(self, worker: int) -> bool:
        """Whether the worker's folder is larger than it may be."""
        try:
            with os.scandir(self.folder(worker)) as entries:
                sizes = [entry.stat(follow_symlinks=False).st_blocks * 512 for entry in entries]
        except FileNotFoundError:
            return False
        return len(sizes) > SCRATCH_FILES or sum(sizes) > self.share.scratch

    def end(self, worker: int, others: Collection[int]) -> int:
        """Kill the worker, whatever is below it, and all orphans; remove its folder.

        Raises:
            OSError: where they multiply faster than they can be killed.
        """
        os.kill(worker, signal.SIGKILL)
        status = os.waitpid(worker, 0)[1]
        deadline = time.monotonic() + SWEEP_SECONDS
        while left := descendants(os.getpid(), without=others):
            if time.monotonic() > deadline:
                raise OSError(f"{len(left)} processes of a worker cannot be killed")
            for process in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.number, signal.SIGKILL)
            reap(left)
        shutil.rmtree(self.folder(worker), ignore_errors=True)
        return status

    def folder(self, worker: int) -> Path:
        """Where a worker may write."""
        return self.scratch / str(worker)


def open_to_all(path: str) -> bool:
    """Whether every user can go into a folder."""
    resolved = Path(path).resolve()
    return all(place.stat().st_mode & 0o001 for place in (resolved, *resolved.parents))
