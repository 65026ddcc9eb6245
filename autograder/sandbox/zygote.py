"""Runs inside the jail: imports torch once, then forks a worker for each request.

It never runs a line of a submission itself. On its control socket it takes "start", with the
worker's socket beside it, and answers the worker's number; or "kill NUMBER", and answers when
that worker is gone.
"""

import ctypes
import os
import resource
import signal
import socket
import sys

NOBODY = 65534
PR_SET_DUMPABLE = 4
PR_SET_PDEATHSIG = 1
MEMORY_BYTES = 4 * 2**30
FILE_BYTES = 64 * 2**20
CPU_SECONDS = 300
PROCESSES = 256
FILES = 256


def main(control: socket.socket) -> None:
    """Import what a worker needs, then serve the control socket until it closes."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import torch

    torch.set_num_threads(1)
    from worker.serve import serve

    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    baseline = address_space()
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
            try:
                libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
                confine(baseline)
                with socket.socket(fileno=sockets[0]) as own, own.makefile("rwb") as stream:
                    hide_streams()
                    serve(stream, stream)
            finally:
                os._exit(0)
        os.close(sockets[0])
        control.sendall(f"{number}\n".encode())


def confine(baseline: int) -> None:
    """Give up what a submission must not have: root, and more than its share."""
    for what, limit in (
        (resource.RLIMIT_AS, baseline + MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_NPROC, PROCESSES),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    os.setsid()
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def hide_streams() -> None:
    """Whatever the submission prints goes nowhere."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


def address_space() -> int:
    """How much this process has mapped, in bytes."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def end(number: int) -> None:
    """Kill a worker with its group, and wait until it is gone."""
    for kill in (os.killpg, os.kill):
        try:
            kill(number, signal.SIGKILL)
        except ProcessLookupError:
            continue
    try:
        os.waitpid(number, 0)
    except ChildProcessError:
        return


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
