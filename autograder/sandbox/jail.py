"""Jails that stay warm: each serves one submission after another, a forked worker a stage."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.checking.connection import Connection, Launcher, SocketChannel

from .tiers import FIRST_USER, USERS, Tier

START_SECONDS = 120.0
END_SECONDS = 30.0
WORDS = {
    "memory": "used more than 3 GiB of memory and was stopped",
    "disk": "wrote more than 256 MiB and was stopped",
}
numbers = itertools.count(os.getpid())


class Jail:
    """A process with torch loaded, inside a tier's walls; `start` forks a worker from it.

    The control socket stays with that process, which runs no line of a submission.

    Args:
        tier: the kind of walls.
    """

    def __init__(self, tier: Tier) -> None:
        self.lock = threading.Lock()
        self.words = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the jail)
        self.scratch = tempfile.TemporaryDirectory()
        Path(self.scratch.name).chmod(0o711)
        self.control, theirs = socket.socketpair()
        self.control.settimeout(START_SECONDS)
        user = FIRST_USER + next(numbers) % USERS
        with theirs:
            descriptor = theirs.fileno()
            self.process = subprocess.Popen(
                tier.command(str(descriptor), user, Path(self.scratch.name)),
                pass_fds=(descriptor,),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self.words,
            )
        self.ready = False

    def start(self) -> Connection:
        """A new worker, forked from the process that has torch loaded.

        Raises:
            RuntimeError: where the jail does not come up or the worker cannot be closed in: the
                grader's trouble.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            number = self._ask(b"start", theirs)
        if not number.isdigit():
            raise RuntimeError(f"a worker cannot be closed in: {number}")

        def kill() -> str | None:
            reason = ""
            with contextlib.suppress(RuntimeError):
                reason = self._ask(f"kill {number}".encode()).removeprefix("gone").strip()
            with contextlib.suppress(OSError):
                ours.shutdown(socket.SHUT_RDWR)
            ours.close()
            return in_words(reason)

        return Connection(SocketChannel(ours), kill)

    def clear(self) -> bool:
        """End every worker; whether nothing of theirs is left, so that the next may come."""
        try:
            return self._ask(b"clear") == "clear" and self.alive()
        except RuntimeError:
            return False

    def alive(self) -> bool:
        """Whether its process still runs."""
        return self.process.poll() is None

    def close(self) -> None:
        """End the jail and everything in it."""
        self.control.close()
        try:
            self.process.wait(END_SECONDS if self.ready else 0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.words.close()
        self.scratch.cleanup()

    def _ask(self, message: bytes, passed: socket.socket | None = None) -> str:
        with self.lock:
            try:
                if not self.ready:
                    self.ready = self._line() == "ready"
                socket.send_fds(self.control, [message], [passed.fileno()] if passed else [])
                return self._line()
            except OSError as error:
                raise RuntimeError(f"the jail does not answer: {self._last_words()}") from error

    def _line(self) -> str:
        line = bytearray()
        while not line.endswith(b"\n"):
            part = self.control.recv(1)
            if not part:
                raise ConnectionError("closed")
            line += part
        return line.decode().strip()

    def _last_words(self) -> str:
        self.process.kill()
        self.process.wait()
        self.words.seek(0)
        return self.words.read().decode(errors="replace").strip()[-500:] or "no message"


class JailPool:
    """As many warm jails as there are submissions graded at once.

    One thread starts them all and lives as long as the pool: bubblewrap's `--die-with-parent`
    means the thread that started it.

    Args:
        tier: the kind of walls.
    """

    def __init__(self, tier: Tier) -> None:
        self.tier = tier
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
                return self.starter.submit(Jail, self.tier).result()
            if jail.alive():
                return jail
            jail.close()


def in_words(reason: str) -> str | None:
    """Why a worker ended, after "your code"; None where the connection knows as much."""
    if reason.startswith("SIG"):
        return f"crashed the Python that it ran in ({reason})"
    return WORDS.get(reason)
