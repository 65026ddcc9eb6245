"""Checking one's own work: in the notebook with `check`, in the terminal with pytest."""

from __future__ import annotations

import atexit
import functools
import sys
from pathlib import Path

import torch

from . import checks as public
from .connection import Launcher
from .describe import Knowledge
from .describe.guesses import Kept
from .forking import unconfined
from .recordings import Recorded
from .registry import checks_in
from .report import as_html, as_text
from .runner import PUBLIC_SEED, StageRunner
from .session import STANDIN_FOLDER, read_sources, standins_in
from .stages import CODE_STAGES, MACHINE_STAGES, WEIGHT_FILES
from .suspects import load
from .trained import Outcome, TestImages, evaluate, report_training
from .verdicts import StageReport

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
    if stage == "training":
        report = training_report(folder, data)
    elif stage in CODE_STAGES:
        report = code_report(stage, folder)
    else:
        raise ValueError(f'there is no stage "{stage}"; the stages are {", ".join(MACHINE_STAGES)}')
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython():
        from IPython.display import display

        display({"text/plain": as_text(report), "text/html": as_html(report)}, raw=True)
    else:
        print(as_text(report))


def code_report(stage: str, folder: Path) -> StageReport:
    """The public checks' report on one stage of the files in a folder."""

    def passes(earlier: str) -> bool:
        report = code_report(earlier, folder)
        return not report.needs_person and report.earned == report.points

    runner = StageRunner(
        stage,
        [each for each in checks_in(public) if each.stage == stage],
        read_sources(folder),
        standins_in(STANDIN_FOLDER),
        launcher(),
        Recorded(RECORDINGS, stage),
        PUBLIC_SEED,
        functools.cache(passes),
        functools.partial(load, RECORDINGS, stage),
        lambda: Knowledge((Kept(RECORDINGS, stage),)),
    )
    return runner.report()


def training_report(folder: Path, data: TestImages | None) -> StageReport:
    """What the trained models in a folder are worth on a data set's test images."""
    if data is None:
        raise ValueError('say on which images: check("training", data=data)')
    device = "cuda" if torch.cuda.is_available() else "cpu"
    outcomes = {}
    for name in WEIGHT_FILES:
        kind = Path(name).stem
        try:
            outcomes[kind] = evaluate(folder / name, kind, data, device)
        except NotImplementedError as error:
            outcomes[kind] = Outcome(problem=str(error))
    return report_training(outcomes, data.name)
