"""One worker at the other end of a pipe or socket: requests with a deadline."""

from __future__ import annotations

import itertools
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from torch import Tensor

from .programs import Reply, WorkerGone, WorkerSlow
from .worker.protocol import ProtocolError, Reader, Writer, read_frame, write_frame

HERE = Path(__file__).parent


class Launcher(Protocol):
    """Starts workers; each is a process of its own."""

    def start(self) -> Connection:
        """A worker that nothing was loaded into yet."""

    def close(self) -> None:
        """End what it keeps ready."""


class Connection:
    """Requests to one worker, each answered before its deadline or not at all.

    Args:
        reader, writer: the two directions.
        kill: ends the worker, whatever it is doing.
    """

    def __init__(self, reader: Reader, writer: Writer, kill: Callable[[], None]) -> None:
        self.reader = reader
        self.writer = writer
        self.kill = kill
        self.numbers = itertools.count(1)
        self.replies: queue.Queue[Reply | ProtocolError] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def request(
        self, header: dict[str, Any], tensors: dict[str, Tensor], computing: float, waiting: float
    ) -> Reply:
        """Send one request and wait for its answer.

        Args:
            header, tensors: the request.
            computing: seconds of computing that the worker may spend on it, which a busy machine
                does not shorten.
            waiting: seconds after which no answer is waited for, whatever the reason.

        Raises:
            WorkerSlow: where it takes too long.
            WorkerGone: where the worker ends or breaks the protocol. It is killed either way.
        """
        number = next(self.numbers)
        started = time.monotonic()
        try:
            request = {"id": number, "computing": computing, **header}
            write_frame(self.writer, request, tensors)
            reply = self.replies.get(timeout=waiting)
        except queue.Empty:
            self.kill()
            raise WorkerSlow(f"took longer than {waiting:.0f} s and was stopped") from None
        except OSError as error:
            self.kill()
            raise WorkerGone("ended the process it ran in") from error
        if isinstance(reply, ProtocolError):
            self.kill()
            if time.monotonic() - started >= computing:
                raise WorkerSlow(f"computed for longer than {computing:.0f} s and was stopped")
            raise WorkerGone("ended the process it ran in, or wrote into its answers") from reply
        if reply.header.get("id") != number:
            self.kill()
            raise WorkerGone("wrote into its answers")
        return reply

    def _listen(self) -> None:
        while True:
            try:
                self.replies.put(Reply(*read_frame(self.reader)))
            except (ProtocolError, OSError, ValueError) as error:
                self.replies.put(ProtocolError(str(error)))
                return


class PlainLauncher:
    """Workers as plain subprocesses of this Python, without a sandbox: for one's own code.

    One worker is kept started ahead, so that importing torch is paid for while nobody waits.
    """

    def __init__(self) -> None:
        self.spare: subprocess.Popen[bytes] | None = None

    def start(self) -> Connection:
        """The spare worker, or a new one; and another spare."""
        process, self.spare = self.spare or self._spawn(), None
        if process.poll() is not None:
            process = self._spawn()
        self.spare = self._spawn()

        def kill() -> None:
            process.kill()
            process.wait()

        assert process.stdin
        assert process.stdout
        return Connection(process.stdout, process.stdin, kill)

    def close(self) -> None:
        """End the spare worker."""
        if self.spare:
            self.spare.kill()
            self.spare.wait()
            self.spare = None

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-c",
                f"import sys; sys.path.append({str(HERE)!r}); import runpy; "
                "runpy.run_module('worker', run_name='__main__')",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
