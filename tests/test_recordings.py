"""Recordings: what was recorded is what is replayed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from autograder.checking.probe import Probe, ReferenceTrouble
from autograder.checking.programs import Program, Reply
from autograder.checking.recordings import Recorded, Recorder


def reference(program: Program) -> Reply:
    """A layer whose parameters are not in alphabetical order."""
    return Reply({"state": {"weight": [[2, 3], True], "bias": [[2], True]}}, {"y": torch.ones(2)})


def test_a_replayed_module_gets_the_weights_it_was_recorded_with(tmp_path: Path) -> None:
    recorder = Recorder(reference)
    live = Probe("test_layer", b"public", reference, recorder).module("MLP")
    recorder.save(tmp_path, "encoder")
    replay = Probe("test_layer", b"public", reference, Recorded(tmp_path, "encoder")).module("MLP")
    assert replay.program.digest == live.program.digest


def test_a_program_that_was_not_recorded_is_the_graders_trouble(tmp_path: Path) -> None:
    Recorder(reference).save(tmp_path, "encoder")
    with pytest.raises(ReferenceTrouble, match="no answer was recorded for this call of MLP"):
        Recorded(tmp_path, "encoder")(Program("MLP"))
    with pytest.raises(ReferenceTrouble, match="`vit` are missing"):
        Recorded(tmp_path, "vit")
