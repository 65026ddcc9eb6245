"""The training stage: handed-in weights, evaluated on test images of the instructor's choice."""

from __future__ import annotations

import hashlib
from pathlib import Path

import safetensors.torch
import torch

from autograder.checking.compare import CheckFailed
from autograder.checking.connection import Launcher
from autograder.checking.programs import Call, Program
from autograder.checking.session import StageSession
from autograder.checking.stages import WEIGHT_FILES
from autograder.checking.trained import (
    BATCH,
    MAX_FILE_BYTES,
    Outcome,
    WeightsError,
    prepare,
    read_header,
    report_training,
)
from autograder.checking.verdicts import StageReport

from .config import CourseConfig
from .evaluation import Evaluator
from .store import digest

KINDS = {Path(name).stem: name for name in WEIGHT_FILES}
OWN_CODE_NOTE = (
    "the ViT was evaluated with the submission's own code, since its model stages did not all "
    "pass; such a result enters no leaderboard"
)
PROGRAM_IMAGES = 1000


class TrainingGrader:
    """Evaluates `vit.safetensors` and `resnet.safetensors`.

    Args:
        config: data set and thresholds.
        plain: whence workers come in the absence of a sandbox.
    """

    def __init__(self, config: CourseConfig, plain: Launcher) -> None:
        self.config = config
        self.plain = plain
        self.evaluator = Evaluator(config.data)

    def key(self, submission: Path, own_model_right: bool, code: str) -> str:
        """A name for everything the report depends on."""
        files = [submission / name for name in WEIGHT_FILES]
        hashes = [file_digest(path) for path in files]
        model = "reference" if own_model_right else code
        return digest(model, str(self.config), *hashes)

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
        outcomes = {}
        try:
            for kind, name in KINDS.items():
                outcomes[kind] = self.evaluator.evaluate(submission / name, kind)
            if launcher is not None and self._lacks("vit", outcomes["vit"]):
                own = self._own(submission / KINDS["vit"], sources, launcher)
                if (own.accuracy or 0.0) > (outcomes["vit"].accuracy or 0.0):
                    outcomes["vit"], notes = own, (OWN_CODE_NOTE,)
        except RuntimeError as error:
            return StageReport("training", (), (f"the weights could not be evaluated: {error}",))
        thresholds = {name: (t.nothing, t.everything) for name, t in self.config.thresholds}
        return report_training(outcomes, self.evaluator.name, thresholds, notes)

    def _lacks(self, kind: str, outcome: Outcome) -> bool:
        return (outcome.accuracy or 0.0) < dict(self.config.thresholds)[kind].everything

    def close(self) -> None:
        """End the evaluation process."""
        self.evaluator.close()

    def _own(self, path: Path, sources: dict[str, str], launcher: Launcher) -> Outcome:
        session = StageSession("vit", sources, {}, launcher, together=True, computing=60.0)
        try:
            header = read_header(path, "vit")
            weights = safetensors.torch.load_file(path)
            images, labels = self.evaluator.test_set()
            right = 0
            for start in range(0, len(images), PROGRAM_IMAGES):
                part = images[start : start + PROGRAM_IMAGES]
                calls = tuple(Call((prepare(b, header),)) for b in part.split(BATCH))
                program = Program("ViT", header.config, weights, calls=calls)
                reply = session.run(program)
                logits = [reply.tensors.get(f"{n}.out") for n in range(len(calls))]
                given = [part for part in logits if part is not None and part.dim() == 2]
                if sum(len(part) for part in given) != len(part):
                    return Outcome(problem="the submission's ViT gave no logits for these weights")
                predicted = torch.cat(given).argmax(dim=1)
                right += int((predicted == labels[start : start + PROGRAM_IMAGES]).sum())
        except (CheckFailed, WeightsError) as error:
            return Outcome(problem=str(error))
        finally:
            session.close()
        return Outcome(right / len(images))


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's content; in a word, why it cannot be used, where none is read."""
    if path.is_symlink() or not path.is_file():
        return "missing"
    if path.stat().st_size > MAX_FILE_BYTES:
        return "too large"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
