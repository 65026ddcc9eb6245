"""Grading one submission: its code stages in a jail, its trained weights by trusted code."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import torch

import autograder.checking.checks
import autograder.hidden
from autograder.checking.api.check import Check, checks_in
from autograder.checking.assignments import CODE_STAGES, HOMEWORK, STAGES, Assignment
from autograder.checking.execution.connection import Launcher
from autograder.checking.execution.executor import Executor
from autograder.checking.execution.forking import unconfined
from autograder.checking.execution.live_reference import LiveReference
from autograder.checking.execution.session import read_sources, standins_in
from autograder.checking.execution.verdicts import StageReport, Status
from autograder.checking.feedback.diagnosis import diagnosed
from autograder.hidden.recipes import one_change
from autograder.places import BANK, CHECKING, GRADING, HIDDEN, PACKAGE, SANDBOX, SOLUTIONS
from autograder.sandbox.jail import JailPool
from autograder.sandbox.tiers import choose

from .config import CourseConfig, load_config
from .mistakes import KnownMistakes
from .newer import newer_syntax
from .seed import load_seed
from .store import Store, digest, folder_digest
from .training import TrainingGrader
from .versions import Versions

MODEL_STAGES = ("patching", "attention", "encoder", "vit")
COOPERATIVE_NOTE = (
    "graded without a sandbox (cooperative): this submission could have read the solutions and "
    "written the gradebook"
)


class Grader:
    """Judges submissions; use it in a `with`, or call `close`.

    Args:
        config: the instructor's settings.
        seed: the round's secret.
        store: where reports are kept; None keeps none.

    Raises:
        SandboxUnavailable: where submissions would run without a sandbox, and the settings do
            not say that this is meant.
    """

    def __init__(self, config: CourseConfig, seed: bytes, store: Store | None = None) -> None:
        self.config = config
        self.store = store
        self.plain = unconfined()
        self.jails: JailPool | None = None
        if config.isolation != "cooperative":
            self.jails = JailPool(choose(config.isolation), config.limits)
        self.reference = LiveReference(read_sources(SOLUTIONS), self.plain)
        self.executor = Executor(
            all_checks(),
            standins_in(autograder.checking.checks, autograder.hidden),
            self.reference,
            seed,
            newer=newer_syntax,
            limits=config.limits,
        )
        self.training = TrainingGrader(config, store)
        code = folder_digest(CHECKING, HIDDEN, PACKAGE / "bank", BANK, SANDBOX, GRADING, SOLUTIONS)
        round_of_checks = digest(code, seed, torch.__version__, *config.limits.changed)
        self.version = digest(round_of_checks, config.isolation)
        self.versions = Versions(
            digest(code, torch.__version__, str(config), self.training.version),
            digest("seed", seed),
        )
        folder = store.private / "mistakes" / round_of_checks if store else None
        self.mistakes = KnownMistakes(self.executor, self.plain, folder)

    @classmethod
    def for_course(cls, root: Path) -> Grader:
        """The grader of the course in a folder: its settings, its seed, its store."""
        return cls(load_config(root), load_seed(root), Store(root))

    def __enter__(self) -> Grader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every process the grader started."""
        self.reference.close()
        self.plain.close()
        self.training.close()
        if self.jails:
            self.jails.close()

    def grade(self, submission: Path, assignment: Assignment = HOMEWORK) -> dict[str, StageReport]:
        """The reports of all machine-graded stages, in order.

        Args:
            submission: the folder with the student's files.
            assignment: what was to be done.
        """
        stages = assignment.code_stages
        sources = read_sources(submission, assignment.files)
        key = digest(self.version, *(part for item in sorted(sources.items()) for part in item))
        kept = self.store.find(f"code-{key}") if self.store else {}
        missing = [stage for stage in stages if stage not in kept]
        if missing:
            with self._launcher() as launcher:
                kept |= {each.stage: each for each in self.judge(missing, sources, launcher)}
            if self.store:
                self.store.keep(f"code-{key}", kept.values())
        reports = {stage: kept[stage] for stage in stages}
        if assignment.weights:
            reports["training"] = self._training(submission, sources, key, reports)
        return reports

    def fill(
        self, submissions: Iterable[Path], assignment: Assignment = HOMEWORK, workers: int = 2
    ) -> Iterator[Path]:
        """Grade many at once, so that a later `grade` of each finds its reports in the store.

        Args:
            submissions: the folders with the students' files.
            assignment: what was to be done.
            workers: how many are graded at the same time.

        Yields:
            Each submission when it is done. One that the grader itself fails on is left to the
            later `grade`, which says so.
        """
        with ThreadPoolExecutor(workers) as pool:
            waiting = {
                pool.submit(self.grade, submission, assignment): submission
                for submission in submissions
            }
            for future in as_completed(waiting):
                yield waiting[future]

    def judge(
        self, stages: list[str], sources: dict[str, str], launcher: Launcher
    ) -> Iterator[StageReport]:
        """The reports of some code stages, nothing of them looked up or kept.

        Args:
            stages: keys, in order.
            sources: the submission's files, by module name.
            launcher: whence workers come.
        """
        for judgement in self.executor.judge(stages, sources, launcher):
            report = diagnosed(
                judgement,
                functools.partial(self.mistakes.of, judgement.stage),
                lambda: (one_change,),
            )
            if self.config.isolation == "cooperative":
                report = replace(report, notes=(*report.notes, COOPERATIVE_NOTE))
            yield report

    def _training(
        self, submission: Path, sources: dict[str, str], key: str, reports: dict[str, StageReport]
    ) -> StageReport:
        own_model_right = all(
            verdict.status is Status.PASSED
            for stage in MODEL_STAGES
            for verdict in reports[stage].verdicts
            if verdict.points
        )
        name = f"training-{self.training.key(submission, own_model_right, key)}"
        report = self.store and self.store.find(name).get("training")
        if not report:
            with contextlib.ExitStack() as stack:
                launcher = None if own_model_right else stack.enter_context(self._launcher())
                report = self.training.report(submission, sources, launcher)
            if self.store:
                self.store.keep(name, [report])
        unjudged = any(reports[stage].needs_person for stage in MODEL_STAGES)
        return left_open(report) if unjudged else report

    @contextlib.contextmanager
    def _launcher(self):
        if self.jails is None:
            yield self.plain
        else:
            with self.jails.jail() as jail:
                yield jail


def left_open(report: StageReport) -> StageReport:
    """The training report where the submission's own ViT could not be run: a person decides."""
    words = "the submission's own ViT could not be run; a person has to evaluate these weights"
    verdicts = tuple(
        replace(each, status=Status.GRADER_ERROR, message=f"{each.message}\n{words}".strip())
        if each.check == "test_vit" and each.status is Status.FAILED
        else each
        for each in report.verdicts
    )
    return replace(report, verdicts=verdicts)


def all_checks() -> dict[str, list[Check]]:
    """Every check, public and hidden, by stage.

    Raises:
        ValueError: where a stage's checks do not add up to its points.
    """
    found = checks_in(autograder.checking.checks) + checks_in(autograder.hidden)
    by_stage = {stage: [each for each in found if each.stage == stage] for stage in CODE_STAGES}
    for stage, checks in by_stage.items():
        points = sum(each.points for each in checks)
        if points != STAGES[stage].points:
            raise ValueError(f"the checks of {stage} add up to {points} points")
    return by_stage
