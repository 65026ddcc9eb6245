"""Evaluating handed-in weights with trusted code, in a process of its own.

Run as a module it reads requests, a JSON object a line, and answers each with one: it imports the
reference ViT and never a submission's file.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor

from autograder.checking.execution.limits import Limits
from autograder.checking.weights.evaluation import Outcome, evaluate
from autograder.places import DOWNLOADS, PYTHONPATH


class Evaluator:
    """One process that has the test images loaded, started when first needed.

    Args:
        data: "cifar10", "sample", or a folder.
        device: "auto" (a GPU where there is one), "cpu", or "cuda".
        limits: how large files and models may be, and how long one evaluation may take.
    """

    def __init__(
        self,
        data: str,
        device: str = "auto",
        limits: Limits = Limits(),
    ) -> None:
        self.data = data
        self.device = device
        self.limits = limits
        self.lock = threading.Lock()
        self.process: subprocess.Popen[str] | None = None

    def evaluate(self, path: Path, kind: str) -> Outcome:
        """The accuracy of a weights file on all test images, or why there is none.

        Raises:
            RuntimeError: where the data set or the device cannot be had, memory does not
                suffice, or it takes too long: no fault of the submission's.
        """
        with self.lock:
            return Outcome.from_json(self._ask({"path": str(path.absolute()), "kind": kind}))

    def test_set(self) -> tuple[Tensor, Tensor]:
        """The test images, uint8 (count, 3, 32, 32), and their labels, int64 (count,).

        Raises:
            RuntimeError: where the data set cannot be had.
        """
        with self.lock, tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "test.safetensors"
            self._ask({"save": str(path)})
            content = safetensors.torch.load_file(path)
        return content["images"], content["labels"]

    def close(self) -> None:
        """End the process."""
        if self.process:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def _ask(self, request: dict[str, str]) -> dict[str, Any]:
        if self.process is None:
            self._start()
        assert self.process
        assert self.process.stdin
        assert self.process.stdout
        seconds = self.limits.evaluation_seconds
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            in_time = select.select([self.process.stdout], [], [], seconds)[0]
            answer = json.loads(self.process.stdout.readline()) if in_time else None
        except (OSError, ValueError) as error:
            self.close()
            raise RuntimeError("their evaluation ended without an answer") from error
        if answer is None:
            self.close()
            raise RuntimeError(
                f"they did not get through the test images in {seconds / 60:.0f} "
                "minutes; grade on a machine with a GPU"
            )
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def _start(self) -> None:
        module = "autograder.grading.evaluation"
        limits = json.dumps(asdict(self.limits))
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, self.data, self.device, limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": PYTHONPATH, "OMP_WAIT_POLICY": "PASSIVE"},
        )
        assert self.process.stdout
        greeting = json.loads(self.process.stdout.readline() or "{}")
        if "ready" not in greeting:
            self.close()
            raise RuntimeError(greeting.get("error", "the evaluation process did not start"))


def chosen(device: str) -> str:
    """The device as PyTorch names it.

    Args:
        device: "auto", "cpu", or "cuda".

    Raises:
        RuntimeError: where there is no such device.
    """
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise RuntimeError(
            'vitcourse.toml says device = "cuda", and PyTorch finds no GPU here; "auto" takes '
            "the CPU then"
        )
    return device


def serve(data: str, device: str, limits: Limits) -> None:
    """Load the test images, say that it is done, then answer requests until the input ends."""
    from course import datasets

    # The same verdict every time: float32 as it is, and no algorithm chosen by a race.
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    try:
        device = chosen(device)
        with contextlib.redirect_stdout(sys.stderr):
            images = datasets.load(data, DOWNLOADS)
    except (datasets.DataError, RuntimeError) as error:
        say({"error": str(error)})
        return
    say({"ready": device})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "save" in request:
                test_set = {"images": images.test_images, "labels": images.test_labels}
                safetensors.torch.save_file(test_set, request["save"])
                say({})
            else:
                path = Path(request["path"])
                say(evaluate(path, request["kind"], images, device, limits).to_json())
        except Exception as error:  # whatever it is, the next file is evaluated
            say({"error": f"{type(error).__name__}: {str(error)[:200]}"})


def say(answer: dict[str, Any]) -> None:
    """Answer with one line."""
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], Limits(**json.loads(sys.argv[3])))
