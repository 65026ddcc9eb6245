"""A few real attacks, run in a sandbox to see whether it holds on this machine."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.checking.api.program import WorkerGone
from autograder.checking.execution.connection import NOTHING, Connection, Launcher
from autograder.checking.worker.protocol import frame
from autograder.places import HIDDEN, SECRET

SECONDS = 30.0
GOT_THROUGH = "got through"


@dataclass(frozen=True)
class Proof:
    """What came of one attack.

    Attributes:
        attack: what was tried.
        held: whether it was refused.
        words: what happened.
    """

    attack: str
    held: bool
    words: str


def prove(launcher: Launcher) -> Iterator[Proof]:
    """Attack a sandbox from inside.

    Args:
        launcher: whence its workers come.
    """
    token = uuid.uuid4().hex
    bystander = subprocess.Popen([sys.executable, "-c", "input()", token], stdin=subprocess.PIPE)
    with socket.create_server(("127.0.0.1", 0)) as server, bystander:
        port = server.getsockname()[1]
        for attack, attempt in attempts(bystander.pid, port, token):
            yield run(launcher, attack, attempt)
        bystander.kill()
    yield outlive(launcher, token[:15])


def attempts(bystander: int, port: int, token: str) -> Iterator[tuple[str, str]]:
    """Lines of Python that must be refused, by what they try."""
    places = ["/usr", "/var/tmp", "/tmp/..", str(SECRET), str(Path.home())]
    yield "read the hidden checks", f"open({str(HIDDEN / '__init__.py')!r}).read()"
    for place in dict.fromkeys(places):
        yield f"write into {place}", f"open({place!r} + '/proof-{token}', 'w')"
    yield "open a connection", f"socket.create_connection(('127.0.0.1', {port}), 2)"
    yield "see another process", f"open('/proc/{bystander}/cmdline').read().index('{token}')"
    yield "signal another process", f"os.kill({bystander}, 9)"
    yield "become root", "os.setuid(0)"
    yield "make a user namespace", "checked(libc.unshare(0x10000000))"
    yield "mount a file system", "checked(libc.mount(b'proc', b'/tmp', b'proc', 0, None))"
    yield "trace its parent", "checked(libc.ptrace(16, os.getppid() or 2, 0, 0))"


def run(launcher: Launcher, attack: str, attempt: str) -> Proof:
    """Run one attempt in a worker of its own."""
    source = (
        "import ctypes, os, socket\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "def checked(result):\n"
        "    if result < 0:\n"
        "        raise OSError(ctypes.get_errno(), 'refused')\n"
        "try:\n"
        f"    {attempt}\n"
        "except (OSError, ValueError) as error:\n"
        "    raise SystemError(type(error).__name__)\n"
        f"raise SystemError({GOT_THROUGH!r})\n"
    )
    with worker(launcher) as connection:
        error = load(connection, source)
    held = error["type"] == "SystemError" and error["message"] != GOT_THROUGH
    return Proof(attack, held, f"refused ({error['message']})" if held else error["message"])


def outlive(launcher: Launcher, token: str) -> Proof:
    """Leave a process behind, in a session of its own."""
    attack = "outlive its worker"
    source = (
        "import ctypes, os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        f"        ctypes.CDLL(None).prctl(15, b'{token}')\n"
        "        time.sleep(600)\n"
        "    os._exit(0)\n"
        "raise SystemError\n"
    )
    with worker(launcher) as connection:
        load(connection, source)
        deadline = time.monotonic() + SECONDS
        while not seen(token):
            if time.monotonic() > deadline:
                return Proof(attack, False, "not tried: the process did not start")
            time.sleep(0.05)
    left = seen(token)
    return Proof(attack, not left, "it still runs" if left else "it ended with its worker")


@contextlib.contextmanager
def worker(launcher: Launcher) -> Iterator[Connection]:
    """A worker that is ended afterwards."""
    connection = launcher.start()
    try:
        yield connection
    finally:
        connection.kill()


def load(connection: Connection, source: str) -> dict[str, str]:
    """What a module raises while it is imported, as the worker tells it."""
    request = {
        "sources": {"attack": source},
        "standins": {},
        "optional": [],
        "replace": False,
        "load": ["attack"],
    }
    try:
        asked = frame(request, NOTHING)
        return connection.request(asked, SECONDS, SECONDS).header["errors"]["attack"]
    except WorkerGone as gone:
        return {"type": "WorkerGone", "message": f"not tried: the worker {gone}"}


def seen(token: str) -> bool:
    """Whether a process of this name runs on this machine."""
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if name.isdigit() and Path("/proc", name, "comm").read_text().strip() == token:
                return True
    return False
