"""The training stage: handed-in weights, evaluated on test images of the instructor's choice."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from autograder.checking.api.compare import CheckFailed
from autograder.checking.api.program import Call, Program
from autograder.checking.assignments import HOMEWORK
from autograder.checking.execution.connection import Launcher
from autograder.checking.execution.session import StageSession
from autograder.checking.execution.verdicts import StageReport
from autograder.checking.weights.configuration import WeightsError
from autograder.checking.weights.evaluation import MOST_IMAGES, Outcome, prepare, report_training
from autograder.checking.weights.reading import read_header, read_tensors
from autograder.places import ASSIGNMENT, CHECKING, DATA, DOWNLOADS, GRADING, SOLUTIONS

from .config import CourseConfig
from .evaluation import Evaluator
from .store import Store, digest, folder_digest

KINDS = {Path(name).stem: name for name in HOMEWORK.weights}
OWN_CODE_NOTE = (
    "the ViT was evaluated with the submission's own code, since its model stages did not all "
    "pass; such a result enters no leaderboard"
)
PROGRAM_IMAGES = 1000
EVALUATED_WITH = (
    *sorted((CHECKING / "weights").glob("*.py")),
    CHECKING / "api" / "error_text.py",
    CHECKING / "assignments" / "homework.py",
    CHECKING / "execution" / "limits.py",
    GRADING / "evaluation.py",
    GRADING / "training.py",
)


class TrainingGrader:
    """Evaluates `vit.safetensors` and `resnet.safetensors`.

    Args:
        config: data set, thresholds, device and limits.
        store: where outcomes are kept; None keeps none.
    """

    def __init__(self, config: CourseConfig, store: Store | None = None) -> None:
        self.config = config
        self.store = store
        self.evaluator = Evaluator(config.data, config.device, config.limits)

    @functools.cached_property
    def version(self) -> str:
        """A name for all that an accuracy depends on but for the weights: code and test images."""
        sources = (*EVALUATED_WITH, *sorted(DATA.glob("*.py")))
        return digest(
            folder_digest(SOLUTIONS, ASSIGNMENT / "course"),
            *(path.read_bytes() for path in sources),
            torch.__version__,
            self.config.data,
            self.config.device,
            *stamps(self.config.data),
            *self.config.limits.changed,
        )

    def key(self, submission: Path, own_model_right: bool, code: str) -> str:
        """A name for everything the report depends on."""
        files = [submission / name for name in HOMEWORK.weights]
        hashes = [self._digest(path) for path in files]
        model = "reference" if own_model_right else code
        return digest(model, self.version, str(self.config), *hashes)

    def outcome(self, submission: Path, kind: str) -> Outcome:
        """What a file's weights are worth in the reference model; found once for each content.

        Raises:
            RuntimeError: where it cannot be said, through no fault of the submission's.
        """
        path = submission / KINDS[kind]
        name = f"outcome-{digest(self.version, kind, self._digest(path))}"
        if self.store and (kept := self.store.read(name, Outcome.from_json)):
            return kept
        found = self.evaluator.evaluate(path, kind)
        if self.store:
            self.store.write(name, found.to_json())
        return found

    def report(
        self, submission: Path, sources: dict[str, str], launcher: Launcher | None
    ) -> StageReport:
        """The stage's report.

        Args:
            submission: the folder with the weights.
            sources: the submission's files.
            launcher: where given, a ViT that earns less than everything in the reference is
                also run as the submission wrote it, in its workers; the better one counts.
        """
        notes: tuple[str, ...] = ()
        try:
            outcomes = {kind: self.outcome(submission, kind) for kind in KINDS}
            reference = outcomes["vit"]
            if launcher is not None and self._lacks(reference):
                own = self._own(submission / KINDS["vit"], sources, launcher)
                if own is not None and own > (reference.accuracy or 0.0):
                    outcomes["vit"], notes = replace(reference, accuracy=own), (OWN_CODE_NOTE,)
        except RuntimeError as error:
            return StageReport("training", (), (f"the weights could not be evaluated: {error}",))
        thresholds = {name: (t.nothing, t.everything) for name, t in self.config.thresholds}
        return report_training(outcomes, outcomes["vit"].data, thresholds, notes)

    def _digest(self, path: Path) -> str:
        return file_digest(path, self.config.limits.weights_file_mib * 2**20)

    def _lacks(self, outcome: Outcome) -> bool:
        return (outcome.accuracy or 0.0) < dict(self.config.thresholds)["vit"].everything

    def close(self) -> None:
        """End the evaluation process."""
        self.evaluator.close()

    def _own(self, path: Path, sources: dict[str, str], launcher: Launcher) -> float | None:
        """The accuracy of the submission's own ViT, or None where it cannot be run."""
        limits = self.config.limits
        session = StageSession("vit", sources, {}, launcher, True, limits.for_own_model())
        try:
            header = read_header(path, "vit", limits)
            weights = read_tensors(path)
            images, labels = self.evaluator.test_set()
            right = 0
            for start in range(0, len(images), PROGRAM_IMAGES):
                part = images[start : start + PROGRAM_IMAGES].split(MOST_IMAGES)
                truth = labels[start : start + PROGRAM_IMAGES].split(MOST_IMAGES)
                calls = tuple(Call((prepare(batch, header),)) for batch in part)
                reply = session.run(Program("ViT", header.config, weights, calls=calls))
                for number, expected in enumerate(truth):
                    logits = reply.tensors.get(f"{number}.out")
                    if logits is None or not are_logits(logits, len(expected)):
                        return None
                    right += int((logits.argmax(dim=1) == expected).sum())
        except (CheckFailed, WeightsError):
            return None
        finally:
            session.close()
        return right / len(images)


def are_logits(answer: Tensor, images: int) -> bool:
    """Whether a ViT's answer has numbers to choose a class by, a row for each image."""
    return (
        answer.dim() == 2
        and len(answer) == images
        and answer.shape[1] > 0
        and (answer.is_floating_point())
    )


def stamps(data: str) -> list[str]:
    """Names, sizes and times of a data set's files; none where it is drawn."""
    if data == "sample":
        return []
    folder = DOWNLOADS if data == "cifar10" else Path(data).expanduser()
    return [
        f"{path.relative_to(folder)} {path.stat().st_size} {path.stat().st_mtime_ns}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def file_digest(path: Path, most: int) -> str:
    """The SHA-256 of a file's content; in a word, why it cannot be used, where none is read.

    Args:
        path: the file.
        most: bytes; a larger file is not read.
    """
    if path.is_symlink() or not path.is_file():
        return "missing"
    if path.stat().st_size > most:
        return "too large"
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "unreadable"
