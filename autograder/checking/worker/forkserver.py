"""Workers forked from one process that has torch loaded: `python -m worker.forkserver SOCKET`.

On its control socket it takes "start", with the worker's socket beside it, and answers the
worker's number; or "kill NUMBER", and answers when that worker is gone.
"""

import contextlib
import os
import signal
import socket
import sys

from .ready_made import fence_ahead
from .serve import serve_on
from .warm import prepare_to_fork


def main(control: socket.socket) -> None:
    """Fork a worker for each request until the control socket closes."""
    fence_ahead()
    prepare_to_fork()
    control.sendall(b"ready\n")
    while True:
        message, sockets, _, _ = socket.recv_fds(control, 64, 1)
        if not message:
            return
        if message.startswith(b"kill "):
            end(int(message[5:]))
            control.sendall(b"gone\n")
            continue
        number = os.fork()
        if number == 0:
            control.close()
            serve_on(socket.socket(fileno=sockets[0]))
            os._exit(0)
        os.close(sockets[0])
        control.sendall(f"{number}\n".encode())


def end(number: int) -> None:
    """Kill a worker and wait until it is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(number, 0)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
