"""A study trains every variant alike, keeps what it has, and shows the spread of its seeds."""

import json
from dataclasses import replace

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch
from torch import nn

from course import training
from course.datasets import ImageData
from course.history import Settings
from course.run import TrainingError
from labs import study

SETTINGS = Settings(2, learning_rate=0.02, batch_size=16, warmup_epochs=0)


def data(count=80, name="brightness"):
    """Bright images are of class 1, dark ones of class 0."""
    labels = torch.arange(count) % 2
    images = (labels * 100 + 60).to(torch.uint8).view(-1, 1, 1, 1).repeat(1, 1, 4, 4)
    return ImageData(name, images, labels, images, labels, ("dark", "bright"), (0.4,), (0.2,))


def linear():
    return nn.Sequential(nn.Flatten(), nn.Linear(16, 2))


def deep():
    return nn.Sequential(nn.Flatten(), nn.Linear(16, 4), nn.Linear(4, 2))


VARIANTS = {"linear": linear, "deep": deep}


@pytest.fixture
def trained(monkeypatch):
    """The seeds that were trained, in order."""
    seeds, train = [], training.train

    def counting(model, train_loader, validation_loader, settings, **others):
        seeds.append(settings.seed)
        return train(model, train_loader, validation_loader, settings, **others)

    monkeypatch.setattr(training, "train", counting)
    return seeds


def test_every_variant_is_trained_with_every_seed(capsys):
    outcomes = study.study(VARIANTS, data(), SETTINGS, seeds=(0, 4))
    assert [(o.variant, o.seed) for o in outcomes] == [
        ("linear", 0),
        ("linear", 4),
        ("deep", 0),
        ("deep", 4),
    ]
    assert [o.parameters for o in outcomes] == [34, 34, 78, 78]
    assert [o.flops for o in outcomes] == [64, 64, 144, 144]
    assert all(o.test_accuracy == 1.0 and o.test_loss < 0.6 for o in outcomes)
    assert all(len(o.history.rows) == 2 and o.seconds > 0 for o in outcomes)
    assert [o.history.settings.seed for o in outcomes] == [0, 4, 0, 4]
    printed = capsys.readouterr()
    assert "deep, seed 4: 100.0% right" in printed.out
    assert "epoch   1:" not in printed.out
    assert "576/576" in printed.err
    assert printed.err.count("0/576") == 1, "one bar for the whole study"


def test_the_seed_decides_the_weights_and_the_rest_is_equal():
    one, again, other = (
        study.study({"linear": linear}, data(), SETTINGS, seeds=(seed,))[0] for seed in (1, 1, 2)
    )
    assert one.test_loss == again.test_loss != other.test_loss


def test_an_interrupted_study_goes_on(tmp_path, trained):
    kept = tmp_path / "kept" / "study.jsonl"

    def stopping():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study.study({"linear": linear, "deep": stopping}, data(), SETTINGS, (0, 1), kept=kept)
    assert trained == [0, 1]
    first = study.study(VARIANTS, data(), SETTINGS, (0, 1), kept=kept)
    assert trained == [0, 1, 0, 1]
    assert study.study(VARIANTS, data(), SETTINGS, (0, 1), kept=kept) == first
    assert trained == [0, 1, 0, 1]


def test_nothing_is_taken_from_a_study_of_another_kind(tmp_path, trained):
    def scaled():
        model = linear()
        model[1].weight.data *= 2
        return model

    kept = tmp_path / "study.jsonl"
    for variants, images, settings in (
        ({"it": linear}, data(), SETTINGS),
        ({"it": deep}, data(), SETTINGS),
        ({"it": scaled}, data(), SETTINGS),
        ({"it": linear}, data(40), SETTINGS),
        ({"it": linear}, data(name="others"), SETTINGS),
        ({"it": linear}, data(), replace(SETTINGS, learning_rate=0.01)),
    ):
        study.study(variants, images, settings, (3,), kept=kept)
    assert len(trained) == 6


def test_a_damaged_line_is_named(tmp_path):
    kept = tmp_path / "study.jsonl"
    study.study({"linear": linear}, data(), SETTINGS, (0,), kept=kept)
    with kept.open("a") as file:
        file.write('{"variant": "lin')
    with pytest.raises(TrainingError, match=r"Line 2 .*delete the line"):
        study.study({"linear": linear}, data(), SETTINGS, (0,), kept=kept)


def test_a_run_that_stopped_early_is_no_outcome(tmp_path, monkeypatch):
    def stopped(model, train_loader, validation_loader, settings, bar):
        return replace(history, stopped="Training was stopped by hand.")

    kept = tmp_path / "study.jsonl"
    history = study.study({"linear": linear}, data(), SETTINGS, (0,), kept=kept)[0].history
    monkeypatch.setattr(training, "train", stopped)
    with pytest.raises(TrainingError, match=r"stopped at deep, seed 0\. Training was stopped by"):
        study.study(VARIANTS, data(), SETTINGS, (0,), kept=kept)
    assert len(kept.read_text().splitlines()) == 1
    assert json.loads(kept.read_text())["outcome"]["variant"] == "linear"


def outcomes(accuracies):
    """Made-up outcomes: variant to the accuracies of its seeds."""
    one = study.study({"linear": linear}, data(), SETTINGS, (0,))[0]
    found = []
    for variant, seeds in accuracies.items():
        for seed, accuracy in enumerate(seeds):
            rows = [row | {"validation_accuracy": accuracy / 2} for row in one.history.rows]
            rows[-1]["validation_accuracy"] = accuracy
            found.append(
                replace(
                    one,
                    variant=variant,
                    seed=seed,
                    test_accuracy=accuracy,
                    parameters=1234,
                    flops=2_500_000,
                    seconds=3.0 + seed,
                    history=replace(one.history, rows=rows),
                )
            )
    return found


def test_the_table_has_mean_and_spread_and_cost():
    lines = study.table(outcomes({"small": (0.5, 0.7, 0.9), "large": (0.8,)})).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[2].split("  ")[0] == "small"
    for part in (" 3 ", "70.0% (50.0% to 90.0%)", "1,234", "2.50", "4.0"):
        assert part in lines[2]
    assert "80.0%" in lines[3]
    assert "to" not in lines[3]


def test_curves_have_a_band_over_the_seeds_and_lines_of_their_own():
    figure = study.curves(outcomes({"small": (0.5, 0.9), "large": (0.8, 0.8)}))
    axes = figure.axes[1]
    assert [line.get_label() for line in axes.lines] == ["small", "large"]
    assert len({(line.get_linestyle(), line.get_marker()) for line in axes.lines}) == 2
    assert axes.lines[0].get_ydata().tolist() == pytest.approx([0.35, 0.7])
    edges = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (edges.min(), edges.max()) == pytest.approx((0.25, 0.9))


def test_accuracy_against_a_number():
    runs = outcomes({"large": (0.8, 0.9), "small": (0.5, 0.7)})
    values = {"small": 16, "large": 64}
    figure = study.against(runs, values, "embed_dim", log=True)
    axes = figure.axes[0]
    (line,) = axes.lines
    assert list(line.get_xdata()) == [16, 64]
    assert list(line.get_ydata()) == pytest.approx([0.6, 0.85])
    points = [point for group in axes.collections for point in group.get_offsets().tolist()]
    assert points == [[16, 0.5], [16, 0.7], [64, 0.8], [64, 0.9]]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["16", "64"]
    close = study.against(runs, {"small": 16, "large": 17}, "seconds", log=True).axes[0]
    assert close.get_xscale() == "log"
    assert list(close.get_xticks()) != [16, 17]
    several = study.against({"ViT": runs, "ResNet": runs}, values, "images")
    assert [text.get_text() for text in several.axes[0].get_legend().get_texts()] == [
        "ViT",
        "ResNet",
    ]
    with pytest.raises(ValueError, match="no number for large"):
        study.against(runs, {"small": 16}, "embed_dim")
