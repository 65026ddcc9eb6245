"""The process that has torch loaded, and the workers that are forked from it."""

from __future__ import annotations

import itertools
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass

from .kernel import PR_SET_DUMPABLE, prctl
from .limits import keep_only
from .processes import address_space, below, descendants, memory, reap
from .walls import Walls

LOOK_SECONDS = 0.1
CONFINED = b"closed in"


@dataclass
class Worker:
    """A worker, and why it was ended where it was ended ahead of time."""

    process: int
    reason: str = ""
    ended: bool = False


class Zygote:
    """Serves the control socket.

    Args:
        control: its descriptor.
        walls: what a worker is closed in with.
    """

    def __init__(self, control: int, walls: Walls) -> None:
        self.control = socket.socket(fileno=control)
        self.walls = walls
        self.workers: dict[int, Worker] = {}
        self.numbers = itertools.count(1)

    def serve(self) -> None:
        """Answer until the control socket closes; then end every worker."""
        from worker.ready_made import fence_ahead
        from worker.serve import serve_on
        from worker.warm import import_ahead, prepare_to_fork

        import_ahead()
        fence_ahead()
        prepare_to_fork()
        self.serve_worker = serve_on
        prctl(PR_SET_DUMPABLE, 0)
        self.baseline = address_space()
        self.memory = memory(os.getpid())
        self.control.sendall(b"ready\n")
        while True:
            running = any(not worker.ended for worker in self.workers.values())
            if not select.select([self.control], [], [], LOOK_SECONDS if running else None)[0]:
                self.look()
                continue
            message, sockets, _, _ = socket.recv_fds(self.control, 64, 1)
            if not message:
                self.clear()
                os._exit(0)  # Python would take torch apart first, for a third of a second.
            self.control.sendall(f"{self.answer(message.decode(), sockets)}\n".encode())

    def answer(self, message: str, sockets: list[int]) -> str:
        """Do what is asked, and say what came of it."""
        match message.split():
            case ["start"]:
                return self.start(sockets[0])
            case ["kill", number]:
                return f"gone {self.kill(int(number))}"
            case ["clear"]:
                return self.clear()
        return "what?"

    def start(self, stream: int) -> str:
        """A new worker's number, once it is closed in; or why there is none."""

        def live(stream: int) -> None:
            self.serve_worker(socket.socket(fileno=stream))

        process, trouble = fork_closed_in(self.walls, self.baseline, stream, live)
        os.close(stream)
        number = next(self.numbers)
        self.workers[number] = Worker(process)
        if trouble:
            self.kill(number)
            return f"failed {trouble}"
        return str(number)

    def kill(self, number: int) -> str:
        """End a worker, and say why it had ended by itself, if it had."""
        worker = self.workers.pop(number, None)
        if worker is None:
            return ""
        self.end(worker, "")
        return worker.reason

    def clear(self) -> str:
        """End all workers."""
        for number in list(self.workers):
            self.kill(number)
        left = descendants(os.getpid())
        return f"left {len(left)}" if left else "clear"

    def end(self, worker: Worker, reason: str) -> None:
        """End a worker; the reason is what ended it, or what had."""
        if worker.ended:
            return
        running = [each for each in self.workers.values() if not each.ended]
        others = [each.process for each in running if each is not worker]
        status = self.walls.end(worker.process, others)
        worker.reason = reason or reason_in(status)
        worker.ended = True

    def look(self) -> None:
        """End what uses more memory or disk than one submission may, the largest worker first."""
        running = [worker for worker in self.workers.values() if not worker.ended]
        processes = descendants(os.getpid())
        reap(each for each in processes if each.number not in {w.process for w in running})
        used = {
            each.number: max(0, memory(each.number) - (self.memory if each.forked else 0))
            for each in processes
        }

        def size(worker: Worker) -> int:
            tree = below(worker.process, processes)
            return used.get(worker.process, 0) + sum(used[each.number] for each in tree)

        if sum(used.values()) > self.walls.share.resident:
            self.end(max(running, key=size), "memory")
        for worker in running:
            if self.walls.overfull(worker.process):
                self.end(worker, "disk")


def fork_closed_in(
    walls: Walls, baseline: int, stream: int, live: Callable[[int], None]
) -> tuple[int, str]:
    """Fork a child that closes itself in and then lives.

    Args:
        walls, baseline: what it is closed in with.
        stream: the only file that it keeps open.
        live: what it does; called with the file's new number.

    Returns:
        Its process id, and what went wrong before it could live, or "".
    """
    report, word = os.pipe()
    child = walls.fork()
    if child == 0:
        try:
            stream, word = keep_only(stream, word)
            walls.close_in(baseline)
            os.write(word, CONFINED)
            os.close(word)
        except BaseException as error:
            os.write(word, f"{type(error).__name__}: {error}".encode())
            os._exit(1)
        try:
            live(stream)
        finally:
            os._exit(0)
    os.close(word)
    with os.fdopen(report, "rb") as reader:
        said = reader.read()
    return child, "" if said == CONFINED else said.decode(errors="replace") or "it died"


def try_once(walls: Walls) -> None:
    """Close one child in that does nothing, and print "alive", or what went wrong."""
    prctl(PR_SET_DUMPABLE, 0)
    child, trouble = fork_closed_in(walls, address_space(), sys.stdin.fileno(), lambda stream: None)
    walls.end(child, ())
    print(trouble or "alive")


def reason_in(status: int) -> str:
    """What a wait status says about an end that nobody asked for."""
    if os.WIFEXITED(status):
        return "computing" if os.WEXITSTATUS(status) == signal.SIGXCPU else ""
    number = os.WTERMSIG(status)
    return "" if number == signal.SIGKILL else signal.Signals(number).name
