"""The solution's answers to the public checks' programs, recorded and replayed.

A recording of a stage is two files: `STAGE.json` with each reply's header by the program's
digest, and `STAGE.safetensors` with the replies' tensors.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import safetensors.torch
from torch import Tensor

from ..api.probe import ReferenceTrouble
from ..api.program import Program, Reply, Runner


class Recorded:
    """A reference that replays recordings.

    Args:
        folder: where they lie.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.loaded: set[str] = set()
        self.headers: dict[str, dict[str, Any]] = {}
        self.tensors: dict[str, dict[str, Tensor]] = {}

    def load(self, stage: str) -> None:
        """Read a stage's recording, once.

        Raises:
            ReferenceTrouble: where it is not there.
        """
        if stage in self.loaded:
            return
        try:
            headers = json.loads((self.folder / f"{stage}.json").read_text())
            tensors = safetensors.torch.load_file(self.folder / f"{stage}.safetensors")
        except OSError as error:
            raise ReferenceTrouble(
                f"the recorded answers for `{stage}` are missing; unpack the course's zip again"
            ) from error
        self.loaded.add(stage)
        self.headers |= headers
        for name, tensor in tensors.items():
            digest, key = name.split("/", 1)
            self.tensors.setdefault(digest, {})[key] = tensor

    def run(self, program: Program) -> Reply:
        """The recorded reply.

        Raises:
            ReferenceTrouble: where this program was never recorded, or in no recording that was
                loaded.
        """
        if program.digest not in self.headers:
            raise ReferenceTrouble(f"no answer was recorded for this call of {program.target}")
        return Reply(self.headers[program.digest], self.tensors.get(program.digest, {}))


class Recorder:
    """A reference that asks another one and keeps what it answers.

    Args:
        reference: the one that is asked.
    """

    def __init__(self, reference: Runner) -> None:
        self.reference = reference
        self.replies: dict[str, Reply] = {}

    def run(self, program: Program) -> Reply:
        """The other reference's reply."""
        reply = self.replies[program.digest] = self.reference.run(program)
        return reply

    def save(self, folder: Path, stage: str) -> None:
        """Write the stage's two files."""
        folder.mkdir(parents=True, exist_ok=True)
        headers = {digest: without_places(reply.header) for digest, reply in self.replies.items()}
        tensors: dict[str, Tensor] = {
            f"{digest}/{key}": value
            for digest, reply in self.replies.items()
            for key, value in reply.tensors.items()
        }
        # Not sorted: checks draw the weights of a module in the order of its state.
        (folder / f"{stage}.json").write_text(json.dumps(headers))
        safetensors.torch.save_file(tensors, folder / f"{stage}.safetensors")


def without_places(header: dict[str, Any]) -> dict[str, Any]:
    """A reply's header without the solution's lines that raised errors."""
    answers = [untraced(answer) for answer in header.get("calls", ())]
    return untraced(header) | ({"calls": answers} if answers else {})


def untraced(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer whose error, if there is one, has no place."""
    if "error" not in answer:
        return answer
    return answer | {"error": answer["error"] | {"file": None, "line": None, "trace": ""}}
