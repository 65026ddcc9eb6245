"""The ranking: models that the grader itself evaluated, by accuracy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.checking.assignments import HOMEWORK
from autograder.checking.weights.evaluation import TITLES, Outcome, percent
from autograder.grading.config import load_config
from autograder.grading.store import Store
from autograder.grading.training import KINDS, TrainingGrader

from .nicknames import nicknames

NOBODY = (
    "Nobody has joined yet. Whoever wants to be listed gives a nickname in the notebook's last "
    'cell, handin.pack(".", nickname="..."), and hands in the new submission.zip.'
)


@dataclass(frozen=True)
class Entry:
    """One model.

    Attributes:
        rank: 1 is the best; equal accuracies have equal ranks.
        tied: whether another one has the same rank.
        nickname: whose it is.
        accuracy: on all test images.
        parameters: of the model.
    """

    rank: int
    tied: bool
    nickname: str
    accuracy: float
    parameters: int

    @property
    def place(self) -> str:
        """The rank in words."""
        return f"{self.rank} (tied)" if self.tied else str(self.rank)


@dataclass(frozen=True)
class Board:
    """The leaderboard.

    Attributes:
        entries: by kind, "vit" and "resnet", the best first.
        least: by kind, the accuracy from which a model is listed: the one that earns points.
        data: the name of the test images.
        images: how many they are.
        joined: how many gave a nickname that can be shown.
        time: of the run.
        remarks: for the instructor alone, with the students' names.
    """

    entries: dict[str, tuple[Entry, ...]]
    least: dict[str, float]
    data: str
    images: int
    joined: int
    time: datetime
    remarks: tuple[str, ...]


def leaderboard(root: Path) -> Board:
    """The leaderboard of the course in a folder.

    Every model of those who joined is run by the grader's own code, or was: what a submission's
    code says of itself is nowhere asked for.

    Args:
        root: the course's folder.

    Raises:
        ConfigError: where vitcourse.toml says something that cannot be.
    """
    config = load_config(root)
    found = nicknames(root)
    remarks = [f"{name}: not listed: {why}" for name, why in sorted(found.refused.items())]
    outcomes: dict[str, dict[str, Outcome]] = {kind: {} for kind in KINDS}
    grader = TrainingGrader(config, Store(root))
    try:
        for student, nickname in found.taken.items():
            for kind in KINDS:
                try:
                    folder = root / "submitted" / student / HOMEWORK.name
                    outcomes[kind][nickname] = grader.outcome(folder, kind)
                except RuntimeError as error:
                    remarks.append(f"{student}: {TITLES[kind]} not evaluated: {error}")
    finally:
        grader.close()
    least = {kind: threshold.nothing for kind, threshold in config.thresholds}
    known = [outcome for kind in KINDS for outcome in outcomes[kind].values()]
    return Board(
        {kind: ranked(outcomes[kind], least[kind]) for kind in KINDS},
        least,
        known[0].data if known else "",
        known[0].images if known else 0,
        len(found.taken),
        datetime.now().astimezone(),
        tuple(remarks),
    )


def ranked(outcomes: dict[str, Outcome], least: float) -> tuple[Entry, ...]:
    """Models in order: the most accurate first, among equals the smaller one first.

    Args:
        outcomes: by nickname.
        least: what is listed is more accurate than this.
    """
    listed = {
        name: (outcome.accuracy, outcome.parameters)
        for name, outcome in outcomes.items()
        if outcome.accuracy is not None and outcome.accuracy > least
    }
    accuracies = [accuracy for accuracy, _ in listed.values()]
    return tuple(
        Entry(
            1 + sum(other > accuracy for other in accuracies),
            accuracies.count(accuracy) > 1,
            name,
            accuracy,
            parameters,
        )
        for name, (accuracy, parameters) in sorted(
            listed.items(), key=lambda item: (-item[1][0], item[1][1], item[0].casefold())
        )
    )


def as_text(board: Board) -> str:
    """The leaderboard for a terminal."""
    if not board.joined:
        return NOBODY
    lines = [about(board)]
    for kind, entries in board.entries.items():
        lines += ["", f"{TITLES[kind]}: rank, nickname, accuracy, parameters"]
        lines += [
            f"  {e.place:9} {e.nickname:24} {percent(e.accuracy):>7} {e.parameters:>12,}"
            for e in entries
        ] or [f"  {nothing_listed(board, kind)}"]
    return "\n".join(lines)


def about(board: Board) -> str:
    """What was measured, and when."""
    return (
        f"Accuracy on the {board.images:,} test images of {board.data}, measured on "
        f"{board.time:%d %B %Y, %H:%M}."
    )


def nothing_listed(board: Board, kind: str) -> str:
    """What to say where no model of a kind is listed."""
    return f"No {TITLES[kind]} above {board.least[kind]:.0%} yet: yours could be the first."
