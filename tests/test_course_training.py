"""The loop: it learns, keeps its best weights, and stops with words rather than with NaN."""

import math
from pathlib import Path

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch
from torch import nn

from course import training
from course.history import History, Settings
from course.loader import Loader
from course.run import TrainingError


def loaders(count=96):
    """Bright images are of class 1, dark ones of class 0."""
    labels = torch.arange(count) % 2
    images = (labels * 100 + 60).to(torch.uint8).view(-1, 1, 1, 1).repeat(1, 3, 4, 4)
    train = Loader(images, labels, (0.4,) * 3, (0.2,) * 3, batch_size=16, shuffle=True)
    return train, Loader(images, labels, (0.4,) * 3, (0.2,) * 3, batch_size=40)


def linear_model(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(48, 2))


def test_it_learns_and_writes_down_how(capsys):
    model, (train, validation) = linear_model(), loaders()
    history = training.train(model, train, validation, Settings(4, learning_rate=0.02))
    assert training.evaluate(model, validation)[1] == 1.0
    assert [row["epoch"] for row in history.rows] == [1, 2, 3, 4]
    assert history.rows[-1]["train_loss"] < history.rows[0]["train_loss"]
    assert history.rows[-1]["validation_accuracy"] == 1.0
    assert history.rows[-1]["learning_rate"] < history.rows[0]["learning_rate"]
    assert history.rows[-1]["seconds"] > history.rows[0]["seconds"] > 0
    assert history.parameters == 98
    assert history.seconds > history.rows[-1]["seconds"]
    assert history.cpu_seconds > 0
    assert not history.stopped
    printed = capsys.readouterr()
    for part in ("epoch 4/4", "384/384", "images/s", "loss", "accuracy"):
        assert part in printed.err
    for part in ("epoch   4: training ", "; validation ", "100.0%", "images/s"):
        assert part in printed.out


def test_the_same_seeds_train_the_same_weights():
    weights = []
    for _ in range(2):
        model = nn.Sequential(nn.Dropout(0.5), linear_model())
        training.train(model, *loaders(), Settings(2))
        weights.append(model[1][1].weight)
    assert torch.equal(*weights)


@pytest.mark.parametrize(("keep", "epoch"), [("best", 2), ("last", 3)])
def test_the_best_or_the_last_epochs_weights_are_kept(monkeypatch, keep, epoch):
    accuracies, seen = iter([0.2, 0.9, 0.5]), []

    def scores(model, loader):
        seen.append(model[1].weight.detach().clone())
        return 1.0, next(accuracies)

    monkeypatch.setattr(training, "evaluate", scores)
    model = linear_model()
    history = training.train(model, *loaders(), Settings(3, keep=keep))
    assert history.best_epoch == 2
    assert history.kept_epoch == epoch
    assert torch.equal(model[1].weight, seen[epoch - 1])
    assert torch.equal(history.weights["best"]["1.weight"], seen[1])
    assert torch.equal(history.weights["last"]["1.weight"], seen[2])


def test_a_part_of_an_epoch_can_be_trained():
    train, validation = loaders()
    history = training.train(linear_model(), train, validation, Settings(1.5, warmup_epochs=0))
    assert len(history.rows) == 2
    assert history.rows[0]["learning_rate"] > history.rows[1]["learning_rate"]
    steps = []
    model = linear_model()
    model.register_forward_hook(lambda *_: steps.append(model.training))
    training.train(model, train, validation, Settings(0.5))
    assert sum(steps) == 3


def stop_in_validation(monkeypatch, number, error):
    """Raise the error the `number`-th time that a model is validated; return what was seen."""
    evaluate, seen = training.evaluate, []

    def stopping(model, loader):
        seen.append(model[1].weight.detach().clone())
        if len(seen) == number:
            raise error
        return evaluate(model, loader)

    monkeypatch.setattr(training, "evaluate", stopping)
    return seen


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (KeyboardInterrupt(), "Training was stopped by hand. (The weights of epoch 2 are kept.)"),
        (torch.OutOfMemoryError("CUDA out of memory."), "epoch 3: cpu is out of memory; try a b"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "batch_size below 128"),
        (MemoryError(), "out of memory"),
    ],
)
def test_what_stops_it_is_said_and_what_was_learnt_is_kept(monkeypatch, capsys, error, sentence):
    seen = stop_in_validation(monkeypatch, 3, error)
    model = linear_model()
    history = training.train(model, *loaders(), Settings(9))
    assert sentence in history.stopped
    assert history.stopped in capsys.readouterr().out
    assert len(history.rows) == 2
    assert torch.equal(model[1].weight, seen[history.best_epoch - 1])


def test_an_error_of_the_model_stays_that_error_and_the_weights_are_kept(monkeypatch):
    seen = stop_in_validation(monkeypatch, 2, RuntimeError("shapes (3, 4) and (5, 6)"))
    model = linear_model()
    with pytest.raises(RuntimeError, match="shapes"):
        training.train(model, *loaders(), Settings(9))
    assert torch.equal(model[1].weight, seen[0])


def test_stopping_before_anything_was_learnt_is_an_error(monkeypatch):
    stop_in_validation(monkeypatch, 1, KeyboardInterrupt())
    with pytest.raises(TrainingError, match="Nothing was learnt yet"):
        training.train(linear_model(), *loaders(), Settings(9))


class Broken(nn.Module):
    """A model whose logits are no numbers from the second epoch on."""

    def __init__(self):
        super().__init__()
        self.inner = linear_model()
        self.steps = 0

    def forward(self, images):
        self.steps += self.training
        return self.inner(images) * (math.nan if self.steps > 6 else 1.0)


def test_a_loss_that_is_no_number_ends_the_training():
    model = Broken()
    history = training.train(model, *loaders(), Settings(3))
    assert "epoch 2: the loss became nan near step 12; try a learning rate below 0.001" in (
        history.stopped
    )
    assert "(The weights of epoch 1 are kept.)" in history.stopped
    assert all(parameter.isfinite().all() for parameter in model.parameters())


def test_too_few_logits_are_named_before_training():
    train, validation = loaders()
    train.labels = train.labels * 2
    with pytest.raises(TrainingError, match=r"go up to 2, .* gives 2 logits .* num_classes=3"):
        training.train(linear_model(), train, validation, Settings(1))


def test_gradients_are_clipped():
    train, validation = loaders()
    moved = []
    for clip_norm in (1e-12, 1.0):
        model = linear_model()
        before = model[1].weight.detach().clone()
        settings = Settings(1, clip_norm=clip_norm, weight_decay=0.0)
        training.train(model, train, validation, settings)
        moved.append((model[1].weight - before).abs().max().item())
    assert moved[0] < 0.1 * moved[1]


def test_evaluation_covers_all_images_in_eval_mode():
    model, (_, validation) = nn.Sequential(nn.Dropout(0.9), linear_model()), loaders()
    loss, accuracy = training.evaluate(model, validation)
    logits, labels = training.predict(model, validation)
    assert logits.shape == (96, 2)
    images = torch.cat([images for images, _ in validation])
    torch.testing.assert_close(logits, model.eval()(images), atol=0.02, rtol=0.02)
    assert loss == pytest.approx(nn.functional.cross_entropy(logits, labels).item())
    assert accuracy == pytest.approx((logits.argmax(1) == labels).float().mean().item())


def test_a_history_is_read_as_it_was_written(tmp_path):
    history = training.train(linear_model(), *loaders(), Settings(2, seed=3))
    history.save(tmp_path / "history.json")
    assert History.load(tmp_path / "history.json") == history


def test_the_loop_can_be_read_in_one_sitting():
    assert len(Path(training.__file__).read_text().splitlines()) <= 150
