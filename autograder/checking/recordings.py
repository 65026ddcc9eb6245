"""The solution's answers to the public checks' programs, recorded and replayed.

A recording of a stage is two files: `STAGE.json` with each reply's header by the program's
digest, and `STAGE.safetensors` with the replies' tensors.
"""

from __future__ import annotations

import json
from pathlib import Path

import safetensors.torch
from torch import Tensor

from .probe import ReferenceTrouble, Run
from .programs import Program, Reply


class Recorded:
    """A reference that replays one stage's recording.

    Args:
        folder: where the recordings lie.
        stage: the stage's key.

    Raises:
        ReferenceTrouble: where the recording is not there.
    """

    def __init__(self, folder: Path, stage: str) -> None:
        try:
            self.headers = json.loads((folder / f"{stage}.json").read_text())
            self.tensors = safetensors.torch.load_file(folder / f"{stage}.safetensors")
        except OSError as error:
            raise ReferenceTrouble(
                f"the recorded answers for `{stage}` are missing; unpack the course's zip again"
            ) from error

    def __call__(self, program: Program) -> Reply:
        """The recorded reply.

        Raises:
            ReferenceTrouble: where this program was never recorded.
        """
        digest = program.digest
        if digest not in self.headers:
            raise ReferenceTrouble(f"no answer was recorded for this call of {program.target}")
        start = f"{digest}/"
        tensors = {k.removeprefix(start): v for k, v in self.tensors.items() if k.startswith(start)}
        return Reply(self.headers[digest], tensors)


class Recorder:
    """A reference that asks another one and keeps what it answers.

    Args:
        reference: the one that is asked.
    """

    def __init__(self, reference: Run) -> None:
        self.reference = reference
        self.replies: dict[str, Reply] = {}

    def __call__(self, program: Program) -> Reply:
        """The other reference's reply."""
        reply = self.replies[program.digest] = self.reference(program)
        return reply

    def save(self, folder: Path, stage: str) -> None:
        """Write the stage's two files."""
        folder.mkdir(parents=True, exist_ok=True)
        headers = {digest: reply.header for digest, reply in self.replies.items()}
        tensors: dict[str, Tensor] = {
            f"{digest}/{key}": value
            for digest, reply in self.replies.items()
            for key, value in reply.tensors.items()
        }
        # Not sorted: checks draw the weights of a module in the order of its state.
        (folder / f"{stage}.json").write_text(json.dumps(headers))
        safetensors.torch.save_file(tensors, folder / f"{stage}.safetensors")
