"""One worker at the other end of a socket or pipe: requests with a deadline."""

from __future__ import annotations

import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol

from ..api.program import Answer, Reply, WorkerGone, WorkerSlow
from ..worker.protocol import MAX_TENSORS, PIECE, ProtocolError, Reader, frame, pack, read_parts

ABOVE_WORKER = Path(__file__).parents[1]
NOTHING = pack({})


class Launcher(Protocol):
    """Starts workers; each is a process of its own."""

    def start(self) -> Connection:
        """A worker that nothing was loaded into yet."""

    def close(self) -> None:
        """End what it keeps ready."""


class Channel(Protocol):
    """Bytes to and from a worker, within a time."""

    def exchange(self, request: bytes, waiting: float, count: int = 1) -> list[Answer]:
        """Send a request and read the next frames; a worker that does not read is no excuse.

        Args:
            request: its frames.
            waiting: seconds, for all together.
            count: how many frames answer it.

        Raises:
            TimeoutError: where that takes longer than `waiting` seconds.
            ProtocolError, OSError: where the worker hangs up or answers with no frame, or with
                more than one frame may have.
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
        self.number = 1

    def request(self, asked: bytes, computing: float, waiting: float) -> Reply:
        """Send one request and wait for its answer.

        Args:
            asked: the frame that says what.
            computing: seconds of computing that the worker may spend on it, which a busy machine
                does not shorten.
            waiting: seconds after which no answer is waited for, whatever the reason.

        Raises:
            WorkerSlow: where it takes too long.
            WorkerGone: where the worker ends or breaks the protocol. It is killed either way.
        """
        number = self.number
        try:
            reply = self._exchange(asked, 1, computing, waiting, shared=False)[0].read()
        except ProtocolError as error:
            self.kill()
            raise WorkerGone("wrote into its answers") from error
        if reply.header.get("id") != number:
            self.kill()
            raise WorkerGone("wrote into its answers")
        return reply

    def request_all(
        self, asked: bytes, count: int, computing: float, waiting: float
    ) -> list[Answer]:
        """Send several programs at once and wait for all their answers, which are left unread.

        Args:
            asked: the frame that says which programs.
            count: how many they are.
            computing: seconds of computing for each.
            waiting: seconds for all.

        Returns:
            The answers, their headers without the number.

        Raises:
            WorkerGone: as `request`, and where the worker refuses to run them in one process.
        """
        number = self.number
        answers = self._exchange(asked, count, computing, waiting, shared=True)
        found = []
        for place, answer in enumerate(answers, start=number):
            start = f'{{"id": {place}, '.encode()
            if not answer.header.startswith(start):
                self.kill()
                raise WorkerGone("wrote into its answers")
            found.append(Answer(b"{" + answer.header[len(start) :], answer.tensors))
        return found

    def _exchange(
        self, asked: bytes, count: int, computing: float, waiting: float, *, shared: bool
    ) -> list[Answer]:
        envelope = {"id": self.number, "computing": computing, "shared": shared}
        self.number += count
        started = time.monotonic()
        try:
            return self.channel.exchange(frame(envelope, NOTHING) + asked, waiting, count)
        except TimeoutError:
            self.kill()
            raise WorkerSlow(f"took longer than {waiting:.0f} s and was stopped") from None
        except (ProtocolError, OSError, ValueError) as error:
            if words := self.kill():
                raise WorkerGone(words) from error
            if time.monotonic() - started >= computing:
                words = f"computed for longer than {computing:g} s and was stopped"
                raise WorkerSlow(words) from error
            raise WorkerGone("ended the process it ran in, or wrote into its answers") from error


class SocketChannel:
    """A worker at the other end of a socket.

    Args:
        end: our end.
    """

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self.deadline = 0.0
        self.come = memoryview(b"")

    def exchange(self, request: bytes, waiting: float, count: int = 1) -> list[Answer]:
        """Send a request and read the next frames."""
        self.deadline = time.monotonic() + waiting
        self.end.settimeout(waiting)
        self.end.sendall(request)
        return read_answers(self, count)

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, before the deadline."""
        if not self.come:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self.end.settimeout(left)
            self.come = memoryview(self.end.recv(PIECE))
        part, self.come = self.come[:size], self.come[size:]
        return bytes(part)


class PipeChannel:
    """A worker at the other end of two pipes, which have no deadlines of their own everywhere.

    Args:
        reader, writer: the two directions.
    """

    def __init__(self, reader: IO[bytes], writer: IO[bytes]) -> None:
        self.reader = reader
        self.writer = writer
        self.requests: queue.SimpleQueue[tuple[bytes, int]] = queue.SimpleQueue()
        self.replies: queue.SimpleQueue[list[Answer] | Exception] = queue.SimpleQueue()
        threading.Thread(target=self._exchange, daemon=True).start()

    def exchange(self, request: bytes, waiting: float, count: int = 1) -> list[Answer]:
        """Send a request and read the next frames."""
        self.requests.put((request, count))
        try:
            answers = self.replies.get(timeout=waiting)
        except queue.Empty:
            raise TimeoutError from None
        if isinstance(answers, Exception):
            raise answers
        return answers

    def _exchange(self) -> None:
        while True:
            try:
                request, count = self.requests.get()
                self.writer.write(request)
                self.writer.flush()
                self.replies.put(read_answers(self.reader, count))
            except (ProtocolError, OSError, ValueError) as error:
                self.replies.put(ProtocolError(str(error)))
                return


def read_answers(reader: Reader, count: int) -> list[Answer]:
    """The next frames, unread.

    Raises:
        ProtocolError: at the end of the stream, or where they are together too large for one.
    """
    answers: list[Answer] = []
    left = MAX_TENSORS
    for _ in range(count):
        answers.append(Answer(*read_parts(reader, left)))
        left -= len(answers[-1].header) + len(answers[-1].tensors)
    return answers


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
                f"import sys; sys.path.append({str(ABOVE_WORKER)!r}); import runpy; "
                "runpy.run_module('worker', run_name='__main__')",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
