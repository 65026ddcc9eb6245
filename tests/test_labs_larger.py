"""timm's models on small images: errors in a line, pixels that count, weights not to be had."""

import socket

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import timm
import torch
from safetensors.torch import save_file
from torch import nn

from course.checkpoints import WeightsError
from labs import larger

NAME = "vit_tiny_patch16_224"


def test_an_attempt_says_what_comes_or_what_goes_wrong():
    said = larger.attempt(NAME, 28, depth=1)
    assert said == "AssertionError: Input height (28) doesn't match model (224)."
    assert larger.attempt(NAME, 28, depth=1, img_size=28) == "logits (1, 10)"
    assert larger.attempt(NAME, 224, depth=1) == "logits (1, 10)"


def test_the_influence_is_where_the_pixels_count():
    class Corner(nn.Module):
        def forward(self, images):
            return images[..., :2, :3].flatten(1) * torch.tensor([1.0, 2, 0, -4, 5, 6])

    strength = larger.influence(Corner(), torch.randn(2, 1, 4, 5))
    assert strength.shape == (4, 5)
    assert (6 * strength[:2, :3]).round().tolist() == [[1, 2, 0], [4, 5, 6]]
    assert strength[2:].sum() + strength[:, 3:].sum() == 0


def test_the_picture_says_how_many_pixels_count():
    model = timm.create_model(NAME, depth=1, num_classes=3, img_size=28, in_chans=1)
    figure = larger.influences(torch.randn(2, 1, 28, 28), {"img_size=28": model})
    assert "33% of the pixels" in figure.axes[1].get_title()


def test_an_unreachable_hub_is_said_at_once(monkeypatch):
    def failing(address, patience):
        raise OSError("no network")

    monkeypatch.setattr(socket, "create_connection", failing)
    with pytest.raises(WeightsError, match=r"no network.*model\.safetensors from huggingface") as e:
        larger.pretrained(NAME)
    assert "\n" not in str(e.value)
    with pytest.raises(WeightsError, match=r'there is no file "none\.safetensors"'):
        larger.pretrained(NAME, "none.safetensors")


def test_weights_from_a_file_fit_other_sizes(tmp_path):
    torch.manual_seed(0)
    trained = timm.create_model(NAME, depth=1)
    save_file(trained.state_dict(), tmp_path / "model.safetensors")
    model = larger.pretrained(
        NAME,
        tmp_path / "model.safetensors",
        depth=1,
        num_classes=10,
        in_chans=1,
        img_size=28,
        patch_size=4,
    )
    assert model(torch.zeros(1, 1, 28, 28)).shape == (1, 10)
    assert torch.equal(model.blocks[0].mlp.fc1.weight, trained.blocks[0].mlp.fc1.weight)
