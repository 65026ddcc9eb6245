"""Workers inside a jail: one jail a submission, one forked worker a stage."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import tempfile
import threading

from autograder.checking.connection import Connection, SocketChannel
from autograder.checking.programs import WorkerGone

from .bubblewrap import INSIDE, command, require_bubblewrap

START_SECONDS = 120.0


class Jail:
    """One bubblewrap jail with torch loaded; `start` forks a worker in it.

    Everything a submission leaves behind ends with `close`. The control socket stays with the
    jail's first process, which runs no line of a submission.

    Raises:
        SandboxUnavailable: where there is no bubblewrap.
    """

    def __init__(self) -> None:
        require_bubblewrap()
        self.lock = threading.Lock()
        self.words = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the jail)
        self.control, theirs = socket.socketpair()
        self.control.settimeout(START_SECONDS)
        with theirs:
            descriptor = theirs.fileno()
            self.process = subprocess.Popen(
                command([sys.executable, "-I", f"{INSIDE}/zygote.py", str(descriptor)]),
                pass_fds=(descriptor,),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self.words,
            )
        self.ready = False

    def start(self) -> Connection:
        """A new worker, forked from the process that has torch loaded.

        Raises:
            RuntimeError: where the jail itself does not come up: the grader's trouble.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            number = self._ask(b"start", theirs)

        def kill() -> None:
            with contextlib.suppress(RuntimeError):
                self._ask(f"kill {number}".encode())
            with contextlib.suppress(OSError):
                ours.shutdown(socket.SHUT_RDWR)
            ours.close()

        return Connection(SocketChannel(ours), kill)

    def close(self) -> None:
        """End the jail and everything in it."""
        self.control.close()
        self.process.kill()
        self.process.wait()
        self.words.close()

    def _ask(self, message: bytes, passed: socket.socket | None = None) -> str:
        with self.lock:
            try:
                if not self.ready:
                    self._line()
                    self.ready = True
                socket.send_fds(self.control, [message], [passed.fileno()] if passed else [])
                return self._line()
            except (OSError, WorkerGone) as error:
                raise RuntimeError(f"the jail does not answer: {self._last_words()}") from error

    def _line(self) -> str:
        line = bytearray()
        while not line.endswith(b"\n"):
            part = self.control.recv(1)
            if not part:
                raise WorkerGone("closed")
            line += part
        return line.decode().strip()

    def _last_words(self) -> str:
        self.process.kill()
        self.process.wait()
        self.words.seek(0)
        return self.words.read().decode(errors="replace").strip()[-500:] or "no message"


class JailPool:
    """Jails for one submission after another; the next one warms up while one is in use."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.spare: Jail | None = None

    @contextlib.contextmanager
    def jail(self):
        """A jail that nothing has run in, closed at the end of the `with`."""
        with self.lock:
            jail, self.spare = self.spare or Jail(), None
            self.spare = Jail()
        try:
            yield jail
        finally:
            jail.close()

    def close(self) -> None:
        """End the spare jail."""
        with self.lock:
            if self.spare:
                self.spare.close()
                self.spare = None
