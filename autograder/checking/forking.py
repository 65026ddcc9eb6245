"""Workers forked from a process that has torch loaded: each starts in milliseconds."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading

from .connection import HERE, Connection, Launcher, PlainLauncher, SocketChannel

START_SECONDS = 120.0


class ForkLauncher:
    """Workers without a sandbox, on Linux: for one's own code and the staff's."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.control, theirs = socket.socketpair()
        self.control.settimeout(START_SECONDS)
        start = (
            f"import sys; sys.path.append({str(HERE)!r}); import runpy; "
            "runpy.run_module('worker.forkserver', run_name='__main__')"
        )
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", start, str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"OMP_NUM_THREADS": "1"},
            )
        self.ready = False

    def start(self) -> Connection:
        """A fork of the process that waits.

        Raises:
            RuntimeError: where that process is gone.
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
        """End the process; its workers end with their sockets."""
        self.control.close()
        self.process.kill()
        self.process.wait()

    def _ask(self, message: bytes, passed: socket.socket | None = None) -> str:
        with self.lock:
            try:
                if not self.ready:
                    self.ready = self._line() == "ready"
                socket.send_fds(self.control, [message], [passed.fileno()] if passed else [])
                return self._line()
            except OSError as error:
                raise RuntimeError("the process that workers are forked from is gone") from error

    def _line(self) -> str:
        line = bytearray()
        while not line.endswith(b"\n"):
            part = self.control.recv(1)
            if not part:
                raise OSError("closed")
            line += part
        return line.decode().strip()


def unconfined() -> Launcher:
    """The fastest workers without a sandbox that this system has."""
    return ForkLauncher() if sys.platform == "linux" else PlainLauncher()
