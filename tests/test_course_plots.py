"""Pictures: they show what they should, and nothing in them is told by colour alone."""

import io
import sys

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import matplotlib as mpl

mpl.use("Agg")

import pytest
import torch
from matplotlib import pyplot as plt

import ViT
from course import plots
from course.datasets import ImageData
from course.history import History, Settings


def history(epochs):
    rows = [
        {
            "epoch": epoch,
            "train_loss": 2.0 / epoch,
            "train_accuracy": 0.1 * epoch,
            "validation_loss": 2.1 / epoch,
            "validation_accuracy": 0.09 * epoch,
            "images_per_second": 1.0,
            "learning_rate": 0.1,
            "seconds": 2.5 * epoch,
        }
        for epoch in range(1, epochs + 1)
    ]
    return History(Settings(), "cpu", "float32", 10, rows, best_epoch=epochs)


def few_images():
    images = torch.randint(0, 256, (30, 3, 32, 32), dtype=torch.uint8)
    labels = torch.arange(30) % 3
    return ImageData("few", images, labels, images, labels, ("a", "b", "c"), (0.5,) * 3, (1.0,) * 3)


def drawn(figure):
    """Draw it, as saving does, and see that pyplot does not show it a second time."""
    figure.savefig(io.BytesIO())
    assert not plt.get_fignums()
    return figure


def test_examples_have_a_row_for_each_class():
    figure = drawn(plots.examples(few_images()))
    shown = [axes for axes in figure.axes if axes.images]
    assert len(shown) == 30
    assert [axes.texts[0].get_text() for axes in figure.axes[::10]] == ["a", "b", "c"]


def test_examples_of_a_class_with_few_images_leave_gaps():
    figure = drawn(plots.examples(few_images(), per_class=12))
    assert len([axes for axes in figure.axes if axes.images]) == 30


@pytest.mark.parametrize("scale", [1, 255])
def test_patches_are_spread_a_pixel_apart(scale):
    image = few_images().train_images[0]
    if scale == 255:
        image = image.float() / 255
    patches = ViT.images_to_patches(image[None], 8)[0]
    spread = plots.spread(patches, 8, 4, 4)
    assert spread.shape == (3, 35, 35)
    assert torch.equal(spread[:, 9:17, 18:26], image[:, 8:16, 16:24])
    assert (spread[:, 8] == (1 if scale == 255 else 255)).all()


def test_patches_stand_between_the_image_and_its_return():
    image = few_images().train_images[0]
    patches = ViT.images_to_patches(image[None], 4)[0]
    assert len(drawn(plots.patches(image, patches, 4)).axes) == 2
    figure = drawn(plots.patches(image, patches, 4, restored=image))
    assert figure.axes[1].get_title() == "64 patches of 4 x 4"
    assert len(figure.axes) == 3


def test_patches_of_a_wrong_shape_are_refused():
    with pytest.raises(ValueError, match=r"expected patches of shape \(64, 48\).*got \(48, 64\)"):
        plots.patches(torch.zeros(3, 32, 32), torch.zeros(48, 64), 4)


def test_augmentations_have_a_row_for_each_version():
    images = few_images().train_images[:4]
    figure = drawn(plots.augmentations({"original": images, "flipped": images.flip(-1)}))
    assert len(figure.axes) == 8
    assert [axes.texts[0].get_text() for axes in figure.axes[::4]] == ["original", "flipped"]


def test_curves_differ_without_colour():
    figure = drawn(plots.curves({"ViT": history(5), "ResNet": history(3)}))
    for axes in figure.axes:
        lines = [line for line in axes.lines if not line.get_label().startswith("_")]
        assert len(lines) == 4
        assert len({(line.get_linestyle(), line.get_marker()) for line in lines}) == 4
        labels = [text.get_text() for text in axes.get_legend().get_texts()]
        assert "ResNet, validation" in labels
    assert [text.get_text() for text in figure.axes[1].texts] == ["45.0%", "27.0%"]


def test_curves_run_by_seconds_as_well():
    figure = drawn(plots.curves({"ViT": history(4)}, by="seconds"))
    assert figure.axes[0].get_xlabel() == "seconds of training"
    assert figure.axes[0].lines[0].get_xdata().tolist() == [2.5, 5.0, 7.5, 10.0]


def test_schedules_are_drawn_as_training_uses_them():
    settings = {"ours": Settings(4, 0.1), "slides": Settings(4, 0.1, schedule="constant")}
    figure = drawn(plots.schedule(settings))
    ours, slides = figure.axes[0].lines
    assert ours.get_ydata()[-1] == 0
    assert max(ours.get_ydata()) == slides.get_ydata()[-1] == 0.1
    assert ours.get_linestyle() != slides.get_linestyle()


def test_curves_of_a_training_stopped_in_its_first_epoch_are_drawn():
    drawn(plots.curves({"ViT": history(0)}))


def test_curves_of_saved_histories(tmp_path, monkeypatch):
    history(2).save(tmp_path / "vit.json")
    command = ["plots", str(tmp_path / "vit.json"), "--output", str(tmp_path / "curves.png")]
    command += ["--by", "seconds"]
    monkeypatch.setattr(sys, "argv", command)
    plots.main()
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_the_confusion_matrix_counts_true_by_row():
    labels, predictions = torch.tensor([0, 0, 1, 2]), torch.tensor([0, 1, 1, 0])
    figure = drawn(plots.confusion_matrix(labels, predictions, ("a", "b", "c")))
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == ["1", "1", "0", "0", "1", "0", "1", "0", "0"]
    assert figure.axes[0].get_title() == "50.0% of 4 right"
