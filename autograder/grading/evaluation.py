"""Evaluating handed-in weights with trusted code, in a process of its own.

Run as a module it reads requests, a JSON object a line, and answers each with one: it imports the
reference ViT and never a submission's file.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import safetensors.torch
from torch import Tensor

from autograder.checking.trained import Outcome, WeightsError, accuracy, load_model
from autograder.grading.reference import ROOT, SOLUTIONS

ASSIGNMENT = ROOT / "assignment"
EVALUATION_SECONDS = 900.0


class Evaluator:
    """One process that has the test images loaded, started when first needed.

    Args:
        data: "cifar10", "sample", or a folder.
    """

    def __init__(self, data: str) -> None:
        self.data = data
        self.lock = threading.Lock()
        self.process: subprocess.Popen[str] | None = None
        self.name = ""

    def evaluate(self, path: Path, kind: str) -> Outcome:
        """The accuracy of a weights file on all test images, or why there is none.

        Raises:
            RuntimeError: where the data set cannot be had, or the process ends: no fault of the
                submission's.
        """
        with self.lock:
            answer = self._ask({"path": str(path.resolve()), "kind": kind})
            return Outcome(answer.get("accuracy"), answer.get("problem", ""))

    def test_set(self) -> tuple[Tensor, Tensor]:
        """The test images, uint8 (count, 3, 32, 32), and their labels, int64 (count,)."""
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
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], EVALUATION_SECONDS)[0]:
            self.close()
            minutes = f"{EVALUATION_SECONDS / 60:.0f} minutes"
            return {"problem": f"it did not get through the test images in {minutes}: too large"}
        line = self.process.stdout.readline()
        if not line:
            self.process = None
            raise RuntimeError("the evaluation of handed-in weights ended without an answer")
        return json.loads(line)

    def _start(self) -> None:
        paths = os.pathsep.join(str(path) for path in (SOLUTIONS, ASSIGNMENT, ROOT))
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "autograder.grading.evaluation", self.data],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": paths, "OMP_WAIT_POLICY": "PASSIVE"},
        )
        assert self.process.stdout
        greeting = json.loads(self.process.stdout.readline() or "{}")
        if "name" not in greeting:
            self.close()
            raise RuntimeError(greeting.get("problem", "the evaluation process did not start"))
        self.name = greeting["name"]


def serve(data: str) -> None:
    """Load the test images, say their name, then answer requests until the input ends."""
    from course import datasets

    try:
        images = datasets.load(data)
    except datasets.DataError as error:
        print(json.dumps({"problem": str(error)}), flush=True)
        return
    print(json.dumps({"name": images.name}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        answer: dict[str, float | str] = {}
        try:
            if "save" in request:
                test_set = {"images": images.test_images, "labels": images.test_labels}
                safetensors.torch.save_file(test_set, request["save"])
                print(json.dumps(answer), flush=True)
                continue
            model, header = load_model(Path(request["path"]), request["kind"])
            found = accuracy(model, header, images.test_images, images.test_labels)
            answer = {"accuracy": found}
        except WeightsError as error:
            answer = {"problem": str(error)}
        except (RuntimeError, MemoryError) as error:
            answer = {"problem": f"the model could not be evaluated ({str(error)[:200]})"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1])
