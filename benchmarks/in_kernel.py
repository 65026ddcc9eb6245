"""The course's checks as cells of a stock nbgrader notebook would run them: in the kernel.

The student's files are imported into the kernel beside the checks, without a sandbox, a worker or
a stand-in of another process, and the solutions' answers are read from a recording.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from torch import Tensor

from autograder.bank.judging import STANDINS, checks
from autograder.checking.api.check import Check
from autograder.checking.api.program import Answer, Runner
from autograder.checking.execution.connection import Connection, Launcher
from autograder.checking.execution.executor import Executor
from autograder.checking.execution.recorded import Recorded
from autograder.checking.execution.session import read_sources
from autograder.checking.execution.verdicts import StageReport
from autograder.checking.worker.protocol import pack, read_frame
from autograder.checking.worker.running import run_program
from autograder.checking.worker.serve import load

SEED = b"for the benchmark"


class Here:
    """A channel to this process, which answers as a worker does."""

    def __init__(self) -> None:
        self.files: set[str] = set()

    def exchange(self, request: bytes, waiting: float, count: int = 1) -> list[Answer]:
        """Answer a request at once."""
        stream = io.BytesIO(request)
        envelope, _ = read_frame(stream)
        asked, tensors = read_frame(stream)
        if "load" in asked:
            self.files, errors = load(asked)
            return [packed(envelope, {"errors": errors}, {})]
        (program,) = asked["programs"]
        return [packed(envelope, *run_program(program | {"modules": {}}, tensors, self.files))]


def packed(envelope: dict[str, Any], reply: dict[str, Any], tensors: dict[str, Tensor]) -> Answer:
    """An answer as it would have come from a worker."""
    return Answer(json.dumps({"id": envelope["id"], **reply}).encode(), pack(tensors))


class HereLauncher:
    """Workers that are this process itself."""

    def start(self) -> Connection:
        """One more name for this process."""
        return Connection(Here(), lambda: None)

    def close(self) -> None:
        """Nothing to end."""


def earned(stage: str, recordings: Path) -> int:
    """The points of the files in the current folder."""
    reference = Recorded(recordings)
    reference.load(stage)
    sources = read_sources(Path.cwd())
    report = judge_stage(stage, list(checks(stage)), sources, HereLauncher(), reference)
    return report.earned or 0


def judge_stage(
    stage: str, asked: list[Check], sources: dict[str, str], launcher: Launcher, reference: Runner
) -> StageReport:
    """The report on one stage, on the benchmark's inputs."""
    executor = Executor({stage: asked}, STANDINS, reference, SEED)
    run = executor.stage_run(stage, sources, launcher)
    run.ask_one_by_one()  # this process is the worker: there is no way to save
    found = run.judgement()
    return StageReport(stage, found.verdicts, found.notes)
