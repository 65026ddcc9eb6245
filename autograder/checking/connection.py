"""One worker at the other end of a socket or pipe: requests with a deadline."""

from __future__ import annotations

import itertools
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Protocol

from .programs import Reply, WorkerGone, WorkerSlow
from .worker.protocol import ProtocolError, frame, read_frame

HERE = Path(__file__).parent
PIECE = 2**16


class Launcher(Protocol):
    """Starts workers; each is a process of its own."""

    def start(self) -> Connection:
        """A worker that nothing was loaded into yet."""

    def close(self) -> None:
        """End what it keeps ready."""


class Channel(Protocol):
    """Bytes to and from a worker, within a time."""

    def exchange(self, request: bytes, waiting: float) -> Reply:
        """Send a frame and read the next one; a worker that does not read it is no excuse.

        Raises:
            TimeoutError: where that takes longer than `waiting` seconds.
            ProtocolError, OSError: where the worker hangs up or answers with no frame.
        """


class Connection:
    """Requests to one worker, each answered before its deadline or not at all.

    Args:
        channel: to the worker and back.
        kill: ends the worker, whatever it is doing, and says what had ended it before, as the
            end of a sentence on "your code", or None where that is not known.
    """

    def __init__(self, channel: Channel, kill: Callable[[], str | None]) -> None:
        self.channel = channel
        self.kill = kill
        self.numbers = itertools.count(1)

    def request(
        self, header: dict[str, Any], tensors: bytes, computing: float, waiting: float
    ) -> Reply:
        """Send one request and wait for its answer.

        Args:
            header, tensors: the request, its tensors packed.
            computing: seconds of computing that the worker may spend on it, which a busy machine
                does not shorten.
            waiting: seconds after which no answer is waited for, whatever the reason.

        Raises:
            WorkerSlow: where it takes too long.
            WorkerGone: where the worker ends or breaks the protocol. It is killed either way.
        """
        number = next(self.numbers)
        started = time.monotonic()
        request = frame({"id": number, "computing": computing, **header}, tensors)
        try:
            reply = self.channel.exchange(request, waiting)
        except TimeoutError:
            self.kill()
            raise WorkerSlow(f"took longer than {waiting:.0f} s and was stopped") from None
        except (ProtocolError, OSError, ValueError) as error:
            if words := self.kill():
                raise WorkerGone(words) from error
            if time.monotonic() - started >= computing:
                words = f"computed for longer than {computing:.0f} s and was stopped"
                raise WorkerSlow(words) from error
            raise WorkerGone("ended the process it ran in, or wrote into its answers") from error
        if reply.header.get("id") != number:
            self.kill()
            raise WorkerGone("wrote into its answers")
        return reply


class SocketChannel:
    """A worker at the other end of a socket.

    Args:
        end: our end.
    """

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self.deadline = 0.0

    def exchange(self, request: bytes, waiting: float) -> Reply:
        """Send a frame and read the next one."""
        self.deadline = time.monotonic() + waiting
        self.end.settimeout(waiting)
        self.end.sendall(request)
        return Reply(*read_frame(self))

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, before the deadline."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.end.settimeout(left)
        return self.end.recv(min(size, PIECE))


class PipeChannel:
    """A worker at the other end of two pipes, which have no deadlines of their own everywhere.

    Args:
        reader, writer: the two directions.
    """

    def __init__(self, reader: IO[bytes], writer: IO[bytes]) -> None:
        self.reader = reader
        self.writer = writer
        self.requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.replies: queue.SimpleQueue[Reply | Exception] = queue.SimpleQueue()
        threading.Thread(target=self._exchange, daemon=True).start()

    def exchange(self, request: bytes, waiting: float) -> Reply:
        """Send a frame and read the next one."""
        self.requests.put(request)
        try:
            reply = self.replies.get(timeout=waiting)
        except queue.Empty:
            raise TimeoutError from None
        if isinstance(reply, Exception):
            raise reply
        return reply

    def _exchange(self) -> None:
        while True:
            try:
                self.writer.write(self.requests.get())
                self.writer.flush()
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
        return Connection(PipeChannel(process.stdout, process.stdin), kill)

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
