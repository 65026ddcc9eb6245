"""The loop: it learns, keeps its best weights, and stops with words rather than with NaN."""

import math
from pathlib import Path

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch
from torch import nn

from course import training
from course.loader import Loader


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
    history = training.train(model, train, validation, training.Settings(4, learning_rate=0.02))
    assert training.evaluate(model, validation)[1] == 1.0
    assert [row["epoch"] for row in history.rows] == [1, 2, 3, 4]
    assert history.rows[-1]["train_loss"] < history.rows[0]["train_loss"]
    assert history.rows[-1]["validation_accuracy"] == 1.0
    assert history.parameters == 98
    assert history.seconds > 0
    assert not history.interrupted
    bar = capsys.readouterr().err
    for part in ("epoch 4/4", "96/96", "images/s", "loss", "accuracy", "validation"):
        assert part in bar


def test_the_same_seeds_train_the_same_weights():
    weights = []
    for _ in range(2):
        model = nn.Sequential(nn.Dropout(0.5), linear_model())
        training.train(model, *loaders(), training.Settings(2))
        weights.append(model[1][1].weight)
    assert torch.equal(*weights)


def test_the_best_epochs_weights_are_kept(monkeypatch):
    accuracies, seen = iter([0.2, 0.9, 0.5]), []

    def scores(model, loader):
        seen.append(model[1].weight.detach().clone())
        return 1.0, next(accuracies)

    monkeypatch.setattr(training, "evaluate", scores)
    model = linear_model()
    history = training.train(model, *loaders(), training.Settings(3))
    assert history.best_epoch == 2
    assert torch.equal(model[1].weight, seen[1])
    assert not torch.equal(model[1].weight, seen[2])


def test_an_interruption_keeps_what_was_learnt(monkeypatch):
    evaluate, calls = training.evaluate, []

    def interrupted(model, loader):
        calls.append(model[1].weight.detach().clone())
        if len(calls) == 3:
            raise KeyboardInterrupt
        return evaluate(model, loader)

    monkeypatch.setattr(training, "evaluate", interrupted)
    model = linear_model()
    history = training.train(model, *loaders(), training.Settings(9))
    assert history.interrupted
    assert len(history.rows) == 2
    assert torch.equal(model[1].weight, calls[history.best_epoch - 1])


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
    with pytest.raises(FloatingPointError, match=r"became nan .* epoch 2/3: try a learning rate"):
        training.train(model, *loaders(), training.Settings(3))
    assert all(parameter.isfinite().all() for parameter in model.parameters())


def test_gradients_are_clipped():
    train, validation = loaders()
    moved = []
    for clip_norm in (1e-12, 1.0):
        model = linear_model()
        before = model[1].weight.detach().clone()
        settings = training.Settings(1, clip_norm=clip_norm, weight_decay=0.0)
        training.train(model, train, validation, settings)
        moved.append((model[1].weight - before).abs().max().item())
    assert moved[0] < 0.1 * moved[1]


def test_the_rate_rises_in_a_line_and_falls_in_a_cosine():
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=2.0)
    settings = training.Settings(5, warmup_epochs=1, learning_rate=2.0)
    schedule = training.warmup_cosine(optimizer, settings, steps_per_epoch=10)
    rates = []
    for _ in range(50):
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    assert rates[:10] == pytest.approx([2 * step / 11 for step in range(1, 11)])
    assert rates[10] == 2.0
    assert rates[30] == pytest.approx(1.0)
    assert 0 < rates[49] < 0.01


@pytest.mark.parametrize(
    ("device", "capability", "dtype"),
    [
        ("cpu", None, torch.float32),
        ("cuda", (7, 5), torch.float16),
        ("cuda", (8, 0), torch.bfloat16),
    ],
)
def test_precision_suits_the_device(monkeypatch, device, capability, dtype):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert training.precision(torch.device(device)) == dtype


def test_evaluation_covers_all_images_in_eval_mode():
    model, (_, validation) = nn.Sequential(nn.Dropout(0.9), linear_model()), loaders()
    loss, accuracy = training.evaluate(model, validation)
    logits, labels = training.predict(model, validation)
    assert logits.shape == (96, 2)
    images = torch.cat([images for images, _ in validation])
    torch.testing.assert_close(logits, model.eval()(images))
    assert loss == pytest.approx(nn.functional.cross_entropy(logits, labels).item())
    assert accuracy == pytest.approx((logits.argmax(1) == labels).float().mean().item())


def test_a_history_is_read_as_it_was_written(tmp_path):
    history = training.train(linear_model(), *loaders(), training.Settings(2, seed=3))
    history.save(tmp_path / "history.json")
    assert training.History.load(tmp_path / "history.json") == history


def test_the_loop_can_be_read_in_one_sitting():
    assert len(Path(training.__file__).read_text().splitlines()) <= 150
