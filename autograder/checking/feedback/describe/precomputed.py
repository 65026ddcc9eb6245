"""Guesses: what would have come, had one thing been done otherwise; made beforehand and kept.

In the student's package they are the only trace of how a module computes: numbers and sentences.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

from .case import Case

MOST_NAMED = 3


@dataclass(frozen=True)
class Guess:
    """What would have come.

    Attributes:
        words: had this been done.
        tensor: the numbers.
    """

    words: str
    tensor: Tensor


def one_guess(guesses: Iterable[Guess], case: Case) -> str | None:
    """The words of the guess that is what came; of several, where they cannot be told apart."""
    fitting = [
        guess.words
        for guess in guesses
        if guess.tensor.shape == case.got.shape and case.explains(guess.tensor.double())
    ]
    words = list(dict.fromkeys(fitting))[:MOST_NAMED]
    if not words:
        return None
    return words[0] if len(words) == 1 else "Either: " + " Or: ".join(words)


def key_of(expected: Tensor) -> str:
    """A name for the expected tensor's exact content."""
    content = expected.detach().double().contiguous().numpy().tobytes()
    return hashlib.sha256(repr(tuple(expected.shape)).encode() + content).hexdigest()[:32]


def save(folder: Path, stage: str, guesses: dict[str, list[Guess]]) -> None:
    """Write a stage's guesses by the key of what is expected: `STAGE.guesses.*`.

    All of one key have the shape of what is expected. Without guesses nothing is written.
    """
    if not guesses:
        return
    folder.mkdir(parents=True, exist_ok=True)
    words = {key: [guess.words for guess in each] for key, each in guesses.items()}
    tensors = {
        key: torch.stack([guess.tensor.flatten().float() for guess in each])
        for key, each in guesses.items()
    }
    (folder / f"{stage}.guesses.json").write_text(json.dumps(words))
    safetensors.torch.save_file(tensors, folder / f"{stage}.guesses.safetensors")


class Kept:
    """A rule that looks a case up among a stage's guesses.

    Args:
        folder: where they lie; without them the rule says nothing.
        stage: the stage's key.
    """

    def __init__(self, folder: Path, stage: str) -> None:
        self.words: dict[str, list[str]] = {}
        self.tensors: dict[str, Tensor] = {}
        try:
            self.words = json.loads((folder / f"{stage}.guesses.json").read_text())
            self.tensors = safetensors.torch.load_file(folder / f"{stage}.guesses.safetensors")
        except OSError:
            self.words = {}

    def explain(self, case: Case) -> str | None:
        """What the guesses for what is expected say of what came."""
        key = key_of(case.expected)
        if key not in self.words:
            return None
        numbers = self.tensors[key]
        guesses = (
            Guess(words, row.view(case.expected.shape))
            for words, row in zip(self.words[key], numbers, strict=True)
        )
        return one_guess(guesses, case)
