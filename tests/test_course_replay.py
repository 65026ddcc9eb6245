"""A recorded step is a step: only what runs between the kernels is left out."""

from contextlib import contextmanager, nullcontext

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch

import ViT
from course import training
from course.history import Settings
from course.loader import Augmentation, Loader
from course.replay import WARM_UP, Replay
from course.run import Run


class Stream:
    def wait_stream(self, other):
        pass


class Graph:
    """What a GPU does: the recorded step again, with what now lies where it read."""

    def __init__(self):
        self.again = list

    def replay(self):
        self.again()


@pytest.fixture
def without_cuda(monkeypatch):
    @contextmanager
    def recording(graph):
        yield

    monkeypatch.setattr(torch.cuda, "Stream", Stream)
    monkeypatch.setattr(torch.cuda, "current_stream", Stream)
    monkeypatch.setattr(torch.cuda, "stream", lambda stream: nullcontext())
    monkeypatch.setattr(torch.cuda, "CUDAGraph", Graph)
    monkeypatch.setattr(torch.cuda, "graph", recording)


def test_steps_are_recorded_once_and_then_repeated_with_each_batch(without_cuda):
    calls = []

    def step(images, labels):
        calls.append(len(images))
        return (images.sum(dim=(1, 2, 3)),)

    weight = torch.nn.Parameter(torch.zeros(2))
    optimizer = torch.optim.AdamW([weight], 0.5)
    replay = Replay([optimizer])
    for number in range(WARM_UP):
        (result,) = replay(step, torch.full((4, 1, 2, 2), float(number)), torch.arange(4))
        assert result.tolist() == [4.0 * number] * 4
    assert isinstance(optimizer.param_groups[0]["lr"], float)

    replay(step, torch.zeros(4, 1, 2, 2), torch.arange(4))
    assert calls == [4] * (WARM_UP + 1)
    assert optimizer.param_groups[0]["lr"].item() == 0.5
    assert optimizer.param_groups[0]["capturable"]

    replay.graph.again = lambda: replay.results[0].copy_(replay.images.sum(dim=(1, 2, 3)))
    for number in range(3):
        (result,) = replay(step, torch.full((4, 1, 2, 2), float(number)), torch.arange(4) + number)
        assert result.tolist() == [4.0 * number] * 4
        assert replay.labels.tolist() == (torch.arange(4) + number).tolist()
    assert len(calls) == WARM_UP + 1
    (smaller,) = replay(step, torch.ones(3, 1, 2, 2), torch.arange(3))
    assert smaller.tolist() == [4.0] * 3
    assert calls[-1] == 3


def test_a_resumed_run_records_anew(tmp_path):
    images = torch.randint(0, 256, (8, 3, 8, 8), dtype=torch.uint8)
    loader = Loader(images, torch.arange(8) % 4, (0.5,) * 3, (0.3,) * 3, batch_size=4)
    settings = Settings(2, optimizer="muon", batch_size=4)
    first, second = (Run(ViT.ViT(8, 4, 3, 4, 8, 8, 2, 2), settings, loader) for _ in range(2))
    training.take_step(first, *next(iter(loader)))
    for optimizer in first.optimizers:
        for group in optimizer.param_groups:
            group["lr"] = torch.as_tensor(group["lr"])
    first.save(tmp_path / "checkpoint")
    second.resume(tmp_path / "checkpoint")
    groups = [group for optimizer in second.optimizers for group in optimizer.param_groups]
    assert all(isinstance(group["lr"], float) for group in groups)
    assert second.step == 1


@pytest.mark.gpu
@pytest.mark.skipif(
    not torch.cuda.is_available(),
    reason="needs a CUDA device; runs where there is one, with `pytest -m gpu`",
)
@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_recorded_training_ends_where_plain_training_ends(optimizer, monkeypatch):
    settings = Settings(
        4, optimizer=optimizer, batch_size=16, warmup_epochs=1, compile=True, keep="last"
    )
    images = torch.randint(0, 256, (96, 3, 8, 8), dtype=torch.uint8)
    labels = torch.arange(96) % 4
    facts = {"mean": (0.5,) * 3, "std": (0.3,) * 3, "batch_size": 16, "device": "cuda"}
    augmentation = Augmentation(padding=1, erase=0.5, erase_size=2)
    ends = []
    for recorded in (True, False):
        if not recorded:
            monkeypatch.setattr("course.run.Replay", lambda optimizers: None)
        torch.manual_seed(0)
        model = ViT.ViT(8, 4, 3, 4, 8, 8, 2, 2)
        before = torch.cat([value.flatten() for value in model.parameters()]).detach().clone()
        train = Loader(images, labels, augmentation=augmentation, shuffle=True, **facts)
        history = training.train(model, train, Loader(images, labels, **facts), settings)
        after = torch.cat([value.flatten().cpu() for value in model.parameters()]).detach()
        ends.append((history, after - before))
    (recorded_history, recorded_way), (history, way) = ends
    assert (recorded_way - way).norm() < 0.5 * way.norm()
    for row, other in zip(recorded_history.rows, history.rows, strict=True):
        assert row["learning_rate"] == pytest.approx(other["learning_rate"])
        assert row["train_loss"] == pytest.approx(other["train_loss"], abs=5e-3)
