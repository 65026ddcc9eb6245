"""Workers forked from a process that has torch loaded: each starts in milliseconds."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable

from .connection import ABOVE_WORKER, Connection, Launcher, PlainLauncher, SocketChannel

START_SECONDS = 120.0


class ForkServer:
    """A process that forks workers, and its control socket.

    Args:
        command: the process's command line, given the socket's descriptor.
        environment: all of its environment; None passes this process's on.
    """

    def __init__(
        self, command: Callable[[str], list[str]], environment: dict[str, str] | None = None
    ) -> None:
        self.lock = threading.Lock()
        self.words = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the process)
        self.control, theirs = socket.socketpair()
        self.control.settimeout(START_SECONDS)
        with theirs:
            self.process = subprocess.Popen(
                command(str(theirs.fileno())),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self.words,
                env=environment,
                start_new_session=True,  # Ctrl-C is for this process, whose end is that one's.
            )
        self.ready = False

    def start(self) -> Connection:
        """A new worker.

        Raises:
            RuntimeError: where the process is gone or cannot fork: not a submission's fault.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            number = self.ask("start", theirs)
        if not number.isdigit():
            raise RuntimeError(f"a worker cannot be started: {number}")

        def kill() -> str | None:
            reason = ""
            with contextlib.suppress(RuntimeError):
                reason = self.ask(f"kill {number}").removeprefix("gone").strip()
            with contextlib.suppress(OSError):
                ours.shutdown(socket.SHUT_RDWR)
            ours.close()
            return self.in_words(reason)

        return Connection(SocketChannel(ours), kill)

    def in_words(self, reason: str) -> str | None:
        """Why a worker had ended, after "your code"; None where the connection knows as much."""
        return None

    def close(self) -> None:
        """End the process; its workers end with their sockets."""
        self.control.close()
        self.process.kill()
        self.process.wait()
        self.words.close()

    def ask(self, message: str, passed: socket.socket | None = None) -> str:
        """Send one message, and the socket with it, and wait for the answer.

        Raises:
            RuntimeError: where there is none; with the process's last words.
        """
        with self.lock:
            try:
                if not self.ready:
                    self.ready = self._line() == "ready"
                descriptors = [passed.fileno()] if passed else []
                socket.send_fds(self.control, [message.encode()], descriptors)
                return self._line()
            except OSError as error:
                words = self._last_words()
                raise RuntimeError(f"the process that forks workers is gone: {words}") from error

    def _line(self) -> str:
        line = bytearray()
        while not line.endswith(b"\n"):
            part = self.control.recv(1)
            if not part:
                raise ConnectionError("closed")
            line += part
        return line.decode().strip()

    def _last_words(self) -> str:
        if self.words.closed:
            return "it was closed"
        self.process.kill()
        self.process.wait()
        self.words.seek(0)
        return self.words.read().decode(errors="replace").strip()[-500:] or "no message"


class ForkLauncher(ForkServer):
    """Workers without a sandbox, on Linux: for one's own code and the staff's."""

    def __init__(self) -> None:
        start = (
            f"import sys; sys.path.append({str(ABOVE_WORKER)!r}); import runpy; "
            "runpy.run_module('worker.forkserver', run_name='__main__')"
        )
        super().__init__(
            lambda control: [sys.executable, "-P", "-c", start, control],
            os.environ | {"OMP_NUM_THREADS": "1"},
        )


def unconfined() -> Launcher:
    """The fastest workers without a sandbox that this system has."""
    return ForkLauncher() if sys.platform == "linux" else PlainLauncher()
