"""Known mistakes, kept by how they fail each check, and which of them a submission resembles."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import safetensors.torch
from torch import Tensor

from ..api.program import Reply
from .signature import SAME_NUMBERS, Signature

MOST = 2


@dataclass(frozen=True)
class KnownMistake:
    """One known mistake, as the checks saw it.

    Attributes:
        sentence: what it is; the idea, never the code.
        signatures: by the name of each check that it fails.
        blocked: names of checks that then cannot be checked.
    """

    sentence: str
    signatures: dict[str, Signature]
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Resemblance:
    """A known mistake beside a failed check.

    Attributes:
        sentence: what it is.
        certain: whether the numbers are the same, not only the way it fails.
    """

    sentence: str
    certain: bool


def resemblances(
    failed: dict[str, Signature], passed: Collection[str], mistakes: list[KnownMistake]
) -> dict[str, list[Resemblance]]:
    """For each failed check the known mistakes that fail it alike, the likeliest first.

    A mistake that fails the first of these checks otherwise is another one. Those whose numbers
    came out stand first; of the others, one that would have failed a check that passed is left
    out. Then come those that explain more of the failed checks, then the order of `mistakes`.

    Args:
        failed: signatures by check, in the order of the checks.
        passed: names of the checks that passed.
        mistakes: the stage's known mistakes, the commoner first.
    """
    found: dict[str, list[tuple[tuple[int, ...], Resemblance]]] = {name: [] for name in failed}
    for number, mistake in enumerate(mistakes):
        alike = {
            name: signatures.likeness(mistake.signatures[name])
            for name, signatures in failed.items()
            if name in mistake.signatures
        }
        if not next(iter(alike.values()), 0):
            continue
        denied = sum(name in passed for name in mistake.signatures)
        unexplained = sum(name in passed for name in mistake.blocked)
        unlike = sum(not likeness for likeness in alike.values())
        for name, likeness in alike.items():
            if likeness == SAME_NUMBERS or (likeness and not denied):
                rank = (-likeness, denied, unlike, -sum(alike.values()), unexplained, number)
                found[name].append((rank, Resemblance(mistake.sentence, likeness == SAME_NUMBERS)))
    return {
        name: [each for _, each in sorted(ranked, key=lambda pair: pair[0])][:MOST]
        for name, ranked in found.items()
    }


def save(folder: Path, stage: str, mistakes: list[KnownMistake]) -> None:
    """Write a stage's known mistakes: `STAGE.mistakes.json` and `STAGE.mistakes.safetensors`."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, Tensor] = {}
    listed = []
    for number, mistake in enumerate(mistakes):
        signatures: dict[str, Any] = {}
        for check, each in mistake.signatures.items():
            signatures[check] = asdict(replace(each, answer=None))
            if each.answer is not None:
                signatures[check]["answer"] = each.answer.header
                for key, tensor in each.answer.tensors.items():
                    tensors[f"{number}/{check}/{key}"] = tensor
        listed.append(
            {"sentence": mistake.sentence, "signatures": signatures, "blocked": mistake.blocked}
        )
    # Other processes read and write the same files: each is replaced as a whole.
    own = f".{os.getpid()}.{threading.get_ident()}"
    for name, write in (
        (f"{stage}.mistakes.safetensors", lambda path: safetensors.torch.save_file(tensors, path)),
        (f"{stage}.mistakes.json", lambda path: path.write_text(json.dumps(listed))),
    ):
        write(folder / (name + own))
        (folder / (name + own)).replace(folder / name)


def load(folder: Path, stage: str) -> list[KnownMistake]:
    """The known mistakes that `save` wrote; none where the files are not there, or not whole."""
    try:
        listed = json.loads((folder / f"{stage}.mistakes.json").read_text())
        tensors = safetensors.torch.load_file(folder / f"{stage}.mistakes.safetensors")
    except (OSError, ValueError, safetensors.SafetensorError):
        return []
    answers: dict[str, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        number, check, key = name.split("/", 2)
        answers.setdefault(f"{number}/{check}", {})[key] = tensor

    def read(number: int, check: str, each: dict[str, Any]) -> Signature:
        header = each.pop("answer")
        answer = None if header is None else Reply(header, answers.get(f"{number}/{check}", {}))
        return Signature(**each, answer=answer)

    return [
        KnownMistake(
            item["sentence"],
            {check: read(n, check, each) for check, each in item["signatures"].items()},
            tuple(item["blocked"]),
        )
        for n, item in enumerate(listed)
    ]
