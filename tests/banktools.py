"""What the tests of the checks share: fast workers, the solution's answers, judging a version."""

from __future__ import annotations

import atexit
import functools
import importlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import torch

from autograder import bank
from autograder.checking import connection, session
from autograder.checking.connection import Connection
from autograder.checking.probe import Run
from autograder.checking.programs import Program, Reply
from autograder.checking.registry import Check
from autograder.checking.runner import StageRunner
from autograder.checking.session import StageSession, read_sources, standins_in
from autograder.checking.stages import CODE_STAGES
from autograder.checking.verdicts import StageReport, Status

ROOT = Path(__file__).parents[1]
SOLUTIONS = read_sources(ROOT / "solutions")
STUBS = read_sources(ROOT / "assignment")
STANDINS = standins_in(
    Path(session.__file__).parent / "standins", ROOT / "autograder" / "hidden" / "standins"
)
SEED = b"for the tests"

torch.set_num_threads(1)

FORK_SERVER = """
import os, signal, socket, sys
sys.path.append(sys.argv[2])
import torch
from worker.serve import serve
torch.set_num_threads(1)
torch.ones(2, 2) @ torch.ones(2, 2)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
control = socket.socket(fileno=int(sys.argv[1]))
while True:
    data, (end, *_), _, _ = socket.recv_fds(control, 1, 1)
    child = os.fork()
    if child == 0:
        control.close()
        pipe = socket.socket(fileno=end)
        serve(pipe.makefile("rb"), pipe.makefile("wb"))
        os._exit(0)
    os.close(end)
    control.sendall(child.to_bytes(4, "big"))
"""


class ForkLauncher:
    """Workers forked from one process that has torch loaded: a start costs milliseconds."""

    def __init__(self) -> None:
        self.control, child_end = socket.socketpair()
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-c",
                FORK_SERVER,
                str(child_end.fileno()),
                str(Path(connection.__file__).parent),
            ],
            pass_fds=[child_end.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        child_end.close()
        atexit.register(self.process.kill)

    def start(self) -> Connection:
        """A fork of the process that waits."""
        ours, theirs = socket.socketpair()
        socket.send_fds(self.control, [b"x"], [theirs.fileno()])
        theirs.close()
        pid = int.from_bytes(self.control.recv(4), "big")

        def kill() -> None:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            finally:
                ours.close()

        return Connection(ours.makefile("rb"), ours.makefile("wb"), kill)


@functools.cache
def launcher() -> ForkLauncher:
    """The launcher that all tests of a run share."""
    return ForkLauncher()


@functools.cache
def reference(stage: str) -> Run:
    """The solution's answers, each computed once."""
    asked = StageSession(stage, SOLUTIONS, {}, launcher(), together=True)
    known: dict[str, Reply] = {}

    def answer(program: Program) -> Reply:
        digest = program.digest()
        if digest not in known:
            known[digest] = asked.run(program)
        return known[digest]

    return answer


@functools.cache
def checks(stage: str) -> tuple[Check, ...]:
    """A stage's checks, public ones first."""
    return tuple(
        item.check
        for package in ("autograder.checking.checks", "autograder.hidden")
        for item in vars(importlib.import_module(f"{package}.test_{stage}")).values()
        if hasattr(item, "check")
    )


def judge(stage: str, sources: dict[str, str], seed: bytes = SEED) -> StageReport:
    """One stage's verdicts on files given by module name."""
    return StageRunner(
        stage=stage,
        checks=list(checks(stage)),
        sources=sources,
        standins=STANDINS,
        launcher=launcher(),
        reference=reference(stage),
        seed=seed,
    ).report()


def failed(report: StageReport) -> dict[str, str]:
    """The messages of all verdicts that are not passed, by check; never a grader error."""
    errors = [v.message for v in report.verdicts if v.status is Status.GRADER_ERROR]
    assert not errors, "\n".join(errors)
    return {v.check: v.message for v in report.verdicts if v.status is not Status.PASSED}


def assert_stage_is_sound(stage: str) -> None:
    """What holds for every stage's checks: points, the solutions, the stubs, the bank's reach.

    Every check is failed, not only blocked, by some wrong version of its stage.
    """
    report = judge(stage, SOLUTIONS)
    assert failed(report) == {}
    assert report.earned == report.points
    assert judge(stage, STUBS).earned == 0
    reached: set[str] = set()
    for wrong in bank.load(stage):
        reached |= {v.check for v in judge(stage, wrong.over(SOLUTIONS)).verdicts if failing(v)}
    assert {each.name for each in checks(stage)} - reached == set()


def failing(verdict: object) -> bool:
    """Whether a verdict says that something is wrong."""
    return getattr(verdict, "status", None) is Status.FAILED


def assert_wrong_version_is_caught(wrong: bank.WrongVersion) -> None:
    """It fails the checks it names, with a message, and loses no other stage's points."""
    report = judge(wrong.stage, wrong.over(SOLUTIONS))
    messages = failed(report)
    statuses = {v.check: v.status for v in report.verdicts}
    assert {name: statuses.get(name) for name in wrong.fails} == dict.fromkeys(
        wrong.fails, Status.FAILED
    )
    assert all(messages[name] for name in wrong.fails)
    assert sum(v.points for v in report.verdicts if v.check in wrong.fails) > 0
    for stage in CODE_STAGES:
        if stage != wrong.stage:
            assert failed(judge(stage, wrong.over(SOLUTIONS))) == {}, stage
