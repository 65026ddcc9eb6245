"""Jails that stay warm: each serves one submission after another, a forked worker a stage."""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.checking.execution.connection import Launcher
from autograder.checking.execution.forking import ForkServer
from autograder.checking.execution.limits import Limits

from .tiers import FIRST_USER, USERS, Tier

END_SECONDS = 30.0
numbers = itertools.count(os.getpid())


class Jail(ForkServer):
    """A process with torch loaded that forks workers, each inside a tier's walls.

    The control socket stays with that process, which runs no line of a submission.

    Args:
        tier: the kind of walls.
        limits: what a submission may take.
    """

    def __init__(self, tier: Tier, limits: Limits = Limits()) -> None:
        self.limits = limits
        self.scratch = tempfile.TemporaryDirectory()
        folder = Path(self.scratch.name)
        folder.chmod(0o711)
        user = FIRST_USER + next(numbers) % USERS
        super().__init__(lambda control: tier.command(control, user, folder, limits))

    def in_words(self, reason: str) -> str | None:
        """Why a worker had ended: a crash by its signal, a limit by its name."""
        if reason.startswith("SIG"):
            return f"crashed the Python that it ran in ({reason})"
        words = {
            "memory": f"used more than {self.limits.memory_gib:g} GiB of memory and was stopped",
            "disk": f"wrote more than {self.limits.scratch_mib} MiB and was stopped",
        }
        return words.get(reason)

    def clear(self) -> bool:
        """End every worker; whether nothing of theirs is left, so that the next may come."""
        try:
            return self.ask("clear") == "clear" and self.alive()
        except RuntimeError:
            return False

    def alive(self) -> bool:
        """Whether its process still runs."""
        return self.process.poll() is None

    def close(self) -> None:
        """End the jail and everything in it: its process does so when the socket closes."""
        self.control.close()
        if self.ready:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(END_SECONDS)
        super().close()
        self.scratch.cleanup()


class JailPool:
    """As many warm jails as there are submissions graded at once.

    One thread starts them all and lives as long as the pool: bubblewrap's `--die-with-parent`
    means the thread that started it.

    Args:
        tier: the kind of walls.
        limits: what a submission may take.
    """

    def __init__(self, tier: Tier, limits: Limits = Limits()) -> None:
        self.tier = tier
        self.limits = limits
        self.lock = threading.Lock()
        self.idle: list[Jail] = []
        self.starter = ThreadPoolExecutor(1)

    @contextlib.contextmanager
    def jail(self) -> Iterator[Launcher]:
        """A jail for one submission; after the `with` every process and file of its is gone."""
        jail = self._take()
        fit = False
        try:
            yield jail
            fit = jail.clear()
        finally:
            if fit:
                with self.lock:
                    self.idle.append(jail)
            else:
                jail.close()

    def close(self) -> None:
        """End the idle jails."""
        with self.lock:
            while self.idle:
                self.idle.pop().close()
        self.starter.shutdown()

    def _take(self) -> Jail:
        while True:
            with self.lock:
                jail = self.idle.pop() if self.idle else None
            if jail is None:
                return self.starter.submit(Jail, self.tier, self.limits).result()
            if jail.alive():
                return jail
            jail.close()
