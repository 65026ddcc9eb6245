"""A run that was interrupted and goes on ends exactly like one that never stopped."""

import os
import pickle

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch

import ViT
from course import training
from course.history import Settings
from course.loader import Augmentation, Loader
from course.run import TrainingError

EVERYTHING = Settings(
    epochs=3.5,
    batch_size=16,
    optimizer="muon",
    mixup=0.3,
    cutmix=0.3,
    drop_path=0.3,
    keep="last",
)


def parts(batch_size=16):
    """A small ViT with dropout, and loaders that shuffle and augment."""
    torch.manual_seed(0)
    model = ViT.ViT(8, 4, 3, 4, 8, 8, 2, 2, dropout=0.1)
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (96, 3, 8, 8), dtype=torch.uint8, generator=generator)
    labels = torch.arange(96) % 4
    facts = {"mean": (0.5,) * 3, "std": (0.3,) * 3, "batch_size": batch_size}
    train = Loader(images, labels, augmentation=Augmentation(padding=1), shuffle=True, **facts)
    return model, train, Loader(images, labels, **facts)


class Interruption:
    """Raises KeyboardInterrupt in the `step`-th training step."""

    def __init__(self, step):
        self.left = step

    def __call__(self, module, inputs):
        self.left -= module.training
        if self.left == 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("settings", [Settings(3, batch_size=16), EVERYTHING], ids=["plain", "all"])
@pytest.mark.parametrize(
    ("stops", "pause"), [([9], 0), ([7, 3, 8], 0), ([17, 9], 1e9)], ids=["once", "often", "rarely"]
)
def test_an_interrupted_run_ends_like_one_that_never_stopped(
    tmp_path, settings, stops, pause, monkeypatch
):
    monkeypatch.setattr("course.run.PAUSE", pause)
    model, *loaders = parts()
    whole = training.train(model, *loaders, settings)
    expected = model.state_dict()

    checkpoint = tmp_path / "runs" / "vit.checkpoint"
    for step in stops:
        model, *loaders = parts()
        torch.manual_seed(step)
        hook = model.register_forward_pre_hook(Interruption(step))
        history = training.train(model, *loaders, settings, checkpoint)
        assert "stopped by hand" in history.stopped
        hook.remove()
        torch.rand(100)
    model, *loaders = parts()
    history = training.train(model, *loaders, settings, checkpoint)
    assert not history.stopped
    timing = {"seconds", "images_per_second"}
    for row, other in zip(history.rows, whole.rows, strict=True):
        assert {k: row[k] for k in row if k not in timing} == {
            k: other[k] for k in other if k not in timing
        }
    for name, value in model.state_dict().items():
        assert torch.equal(value, expected[name]), name
    for which in ("best", "last"):
        for name, value in whole.weights[which].items():
            assert torch.equal(history.weights[which][name], value)


def test_checkpoints_take_a_small_part_of_the_time(tmp_path, monkeypatch):
    written = []
    save = torch.save

    def slowly(content, path):
        written.append(content["step"])
        save(content, path)

    monkeypatch.setattr(torch, "save", slowly)
    monkeypatch.setattr("course.run.PAUSE", 1e9)
    training.train(*parts(), Settings(3, batch_size=16), tmp_path / "vit.checkpoint")
    assert written == [6]


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "vit.checkpoint"
    training.train(*parts(), Settings(1, batch_size=16), path)
    return path


def test_a_finished_run_is_not_trained_again(checkpoint):
    model, *loaders = parts()
    model.register_forward_pre_hook(Interruption(1))
    history = training.train(model, *loaders, Settings(1, batch_size=16), checkpoint)
    assert len(history.rows) == 1


@pytest.mark.parametrize(
    ("settings", "batch_size", "sentence"),
    [
        (Settings(2, batch_size=16), 16, "written with epochs = 1, but now it is 2"),
        (Settings(1, 0.1, batch_size=16), 16, "learning_rate = 0.001, but now it is 0.1"),
        (Settings(1, batch_size=16), 32, "loader.batch_size = 16, but now it is 32"),
    ],
)
def test_a_checkpoint_of_other_settings_is_refused(checkpoint, settings, batch_size, sentence):
    with pytest.raises(TrainingError, match=sentence):
        training.train(*parts(batch_size), settings, checkpoint)
    assert checkpoint.exists()


def test_a_damaged_checkpoint_is_named(checkpoint):
    checkpoint.write_bytes(checkpoint.read_bytes()[:-2000])
    with pytest.raises(TrainingError, match="is damaged: delete it to train from the start"):
        training.train(*parts(), Settings(1, batch_size=16), checkpoint)


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path):
    class Hostile:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "ran"),)

    path = tmp_path / "vit.checkpoint"
    path.write_bytes(pickle.dumps(Hostile()))
    with pytest.raises(TrainingError, match="not a checkpoint"):
        training.train(*parts(), Settings(1, batch_size=16), path)
    assert not (tmp_path / "ran").exists()


def test_a_full_disk_ends_the_training_and_keeps_what_was_learnt(tmp_path, monkeypatch):
    def full(content, path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    history = training.train(*parts(), Settings(3, batch_size=16), tmp_path / "vit.checkpoint")
    assert "the checkpoint cannot be written (No space left on device)" in history.stopped
    assert "(The weights of epoch 1 are kept.)" in history.stopped
