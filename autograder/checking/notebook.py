"""Checking one's own work: in the notebook with `check`, in the terminal with pytest."""

from __future__ import annotations

import atexit
import functools
import sys
from pathlib import Path

import torch

from . import checks as public
from .api.check import Check, checks_in
from .assignments import ASSIGNMENTS, HOMEWORK, STAGES, Assignment
from .execution.connection import Launcher
from .execution.executor import PUBLIC_SEED, Executor
from .execution.forking import unconfined
from .execution.recorded import Recorded
from .execution.session import read_sources, standins_in
from .execution.verdicts import StageReport
from .feedback.describe.precomputed import Kept
from .feedback.diagnosis import diagnosed
from .feedback.known_mistakes import load
from .feedback.report import as_html, as_text
from .weights.evaluation import Outcome, TestImages, evaluate, report_training

RECORDINGS = Path(__file__).parent / "recordings"


@functools.cache
def launcher() -> Launcher:
    """The workers of this notebook; what keeps them ready ends with it."""
    made = unconfined()
    atexit.register(made.close)
    return made


def show(stage: str, folder: Path, data: TestImages | None = None) -> None:
    """Check a stage and show its report: as a table in a notebook, as text elsewhere.

    Raises:
        ValueError: where there is no such stage.
    """
    here = assignment_here()
    known = dict.fromkeys((*here.checked_code, *here.machine_stages))
    if stage not in known:
        raise ValueError(f'there is no stage "{stage}"; the stages are {", ".join(known)}')
    report = training_report(folder, data) if stage == "training" else code_report(stage, folder)
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython():
        from IPython.display import display

        display({"text/plain": as_text(report), "text/html": as_html(report)}, raw=True)
    else:
        print(as_text(report))


@functools.cache
def assignment_here() -> Assignment:
    """The assignment whose checks lie in this package."""
    present = {each.stage for each in checks_in(public)}
    complete = [each for each in ASSIGNMENTS.values() if present.issuperset(each.checked_code)]
    return max(complete, key=lambda each: len(each.checked_code))


def copied_files(stage: str) -> tuple[str, ...]:
    """The files of an earlier assignment without which a stage cannot be checked here."""
    earlier = assignment_here().after
    if earlier is None:
        return ()
    own = STAGES[stage].files
    return own if set(own) <= set(earlier.used_files) else earlier.used_files


@functools.cache
def recorded() -> Recorded:
    """The solutions' answers, as they came with this package."""
    return Recorded(RECORDINGS)


@functools.cache
def executor() -> Executor:
    """What judges the files of whoever works here, by the public checks."""
    checks: dict[str, list[Check]] = {}
    for each in checks_in(public):
        checks.setdefault(each.stage, []).append(each)
    return Executor(
        checks,
        standins_in(public),
        recorded(),
        PUBLIC_SEED,
        required={stage: copied_files(stage) for stage in checks},
    )


def code_report(stage: str, folder: Path) -> StageReport:
    """The public checks' report on one stage of the files in a folder.

    Raises:
        ReferenceTrouble: where the recorded answers are not there.
    """
    for each in (stage, *STAGES[stage].needs):
        recorded().load(each)
    return diagnosed(
        executor().judge_stage(stage, read_sources(folder), launcher()),
        functools.partial(load, RECORDINGS, stage),
        lambda: (Kept(RECORDINGS, stage).explain,),
    )


def training_report(folder: Path, data: TestImages | None) -> StageReport:
    """What the trained models in a folder are worth on a data set's test images."""
    if data is None:
        raise ValueError('say on which images: check("training", data=data)')
    device = "cuda" if torch.cuda.is_available() else "cpu"
    outcomes = {}
    for name in HOMEWORK.weights:
        kind = Path(name).stem
        try:
            outcomes[kind] = evaluate(folder / name, kind, data, device)
        except NotImplementedError as error:
            outcomes[kind] = Outcome(problem=str(error))
    return report_training(outcomes, data.name)
