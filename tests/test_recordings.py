"""Recordings: what was recorded is what is replayed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from autograder.checking.api.probe import Probe, ReferenceTrouble
from autograder.checking.api.program import Program, Reply
from autograder.checking.execution.recorded import Recorded, Recorder


class Layer:
    """A layer whose parameters are not in alphabetical order."""

    def run(self, program: Program) -> Reply:
        state = {"weight": [[2, 3], True], "bias": [[2], True]}
        return Reply({"state": state}, {"y": torch.ones(2)})


def test_a_replayed_module_gets_the_weights_it_was_recorded_with(tmp_path: Path) -> None:
    recorder = Recorder(Layer())
    live = Probe("test_layer", b"public", Layer(), recorder).module("MLP")
    recorder.save(tmp_path, "encoder")
    recorded = Recorded(tmp_path)
    recorded.load("encoder")
    replay = Probe("test_layer", b"public", Layer(), recorded).module("MLP")
    assert replay.program.digest == live.program.digest


def test_a_program_that_was_not_recorded_is_the_graders_trouble(tmp_path: Path) -> None:
    Recorder(Layer()).save(tmp_path, "encoder")
    recorded = Recorded(tmp_path)
    recorded.load("encoder")
    with pytest.raises(ReferenceTrouble, match="no answer was recorded for this call of MLP"):
        recorded.run(Program("MLP"))
    with pytest.raises(ReferenceTrouble, match="`vit` are missing"):
        recorded.load("vit")


class Refusing:
    """A function of the solution's that raises."""

    def run(self, program: Program) -> Reply:
        error = {
            "type": "ValueError",
            "bases": ["ValueError"],
            "message": "7 is odd",
            "file": "utils.py",
            "line": 9,
            "trace": "utils.py, line 9, in f: raise ValueError(f'{n} is odd')",
        }
        return Reply({"state": {}, "calls": [{"error": error}, {"value": None}]}, {})


def test_students_get_no_line_of_the_solution_with_its_error(tmp_path: Path) -> None:
    recorder = Recorder(Refusing())
    program = Program("sinusoidal_positions")
    recorder.run(program)
    recorder.save(tmp_path, "vit")
    recorded = Recorded(tmp_path)
    recorded.load("vit")
    raised, returned = recorded.run(program).header["calls"]
    assert raised["error"]["message"] == "7 is odd"
    assert not raised["error"]["trace"]
    assert raised["error"]["line"] is None
    assert returned == {"value": None}
