"""Attention weights gathered from the student's ViT, their maps and their pictures."""

import sys
import types

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import timm
import torch
from matplotlib.figure import Figure
from safetensors.torch import save_file
from torch import nn

import labs.explorer
import ViT
from course import pretrained
from labs import attention_maps
from labs.explorer import Explorer

SIZES = {
    "image_size": (16, 24),
    "patch_size": 8,
    "in_channels": 3,
    "num_classes": 5,
    "embed_dim": 16,
    "hidden_dim": 8,
    "num_layers": 3,
    "num_heads": 4,
}
GRID = (2, 3)


def rows_of_one(*shape):
    return torch.rand(shape).softmax(dim=-1)


def drawn(figure):
    figure.draw_without_rendering()
    return figure


@pytest.mark.parametrize("pool", ["class", "mean"])
def test_weights_of_every_layer_are_gathered_and_nothing_stays_behind(pool):
    torch.manual_seed(0)
    model = ViT.ViT(**SIZES, pool=pool, dropout=0.5)
    images = torch.randn(2, 3, 16, 24)
    weights = attention_maps.collect(model, images)
    tokens = 6 + (pool == "class")
    assert weights.shape == (3, 2, 4, tokens, tokens)
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(3, 2, 4, tokens))
    assert torch.equal(weights, attention_maps.collect(model, images))
    first = model.encoder.blocks[0]
    expected = first.attention(first.norm1(model.embed(images)), return_weights=True)[1]
    assert torch.equal(weights[0], expected)
    assert not any(block.attention._forward_hooks for block in model.encoder.blocks)
    assert attention_maps.grid_of(model, images) == GRID


def test_hooks_are_taken_off_after_an_error():
    model = ViT.ViT(**SIZES)
    with pytest.raises(ValueError, match="does not divide"):
        attention_maps.collect(model, torch.randn(1, 3, 15, 24))
    assert not any(block.attention._forward_hooks for block in model.encoder.blocks)


def test_weights_of_timms_model_are_timms(tmp_path):
    other = timm.create_model("vit_tiny_patch16_224", img_size=32, depth=2, num_classes=3).eval()
    for parameter in other.parameters():
        parameter.data.add_(torch.randn_like(parameter), alpha=0.05)
    save_file(other.state_dict(), tmp_path / "timm.safetensors")
    ours = pretrained.load(tmp_path / "timm.safetensors")
    images = torch.randn(2, 3, 32, 32)
    found = []
    for block in other.blocks:
        block.attn.fused_attn = False
        block.attn.attn_drop.register_forward_hook(lambda m, i, output: found.append(output))
    with torch.no_grad():
        other(images)
    weights = attention_maps.collect(ours, images)
    torch.testing.assert_close(weights, torch.stack(found), rtol=0, atol=1e-5)


def test_a_map_is_the_row_of_the_class_token_or_of_the_marked_patch():
    weights = rows_of_one(4, 7, 7)
    one = attention_maps.attended(weights, GRID)
    assert torch.equal(one, weights[:, 0, 1:].view(4, 2, 3))
    marked = attention_maps.attended(weights, GRID, marked=4)
    assert torch.equal(marked, weights[:, 5, 1:].view(4, 2, 3))
    without = rows_of_one(6, 6)
    assert torch.equal(attention_maps.attended(without, GRID), without.mean(dim=0).view(2, 3))
    assert torch.equal(attention_maps.attended(without, GRID, 4), without[4].view(2, 3))


@pytest.mark.parametrize("marked", [None, 4])
def test_pictures_of_heads_have_a_map_for_each_head(marked):
    image, weights = torch.randint(256, (3, 16, 24), dtype=torch.uint8), rows_of_one(3, 4, 7, 7)
    figure = drawn(attention_maps.heads(image, weights, GRID, marked))
    maps = [axes for part in figure.subfigs for axes in part.axes]
    assert len(maps) == 1 + 3 * 4
    assert len(maps[0].patches) == (0 if marked is None else 2)
    shown = torch.from_numpy(maps[-1].images[0].get_array().data)
    assert torch.equal(shown, attention_maps.attended(weights, GRID, marked)[2, 3])


def test_one_head_is_the_one_asked_for():
    image, weights = torch.rand(3, 16, 24), rows_of_one(3, 4, 7, 7)
    figure = drawn(attention_maps.one_head(image, weights, GRID, layer=2, head=3))
    shown = torch.from_numpy(figure.axes[1].images[0].get_array().data)
    assert torch.equal(shown, attention_maps.attended(weights, GRID)[1, 2])
    assert figure.axes[1].get_title() == "layer 2, head 3"


def test_what_is_looked_at_most_stays_as_bright_as_it_is():
    image = torch.full((3, 16, 24), 0.8)
    weights = torch.full((7, 7), 0.01)
    weights[0, 1] = 0.9
    figure = drawn(attention_maps.rollouts([image], weights[None], GRID))
    lit = torch.from_numpy(figure.subfigs[0].axes[2].images[0].get_array().data)
    assert lit[2, 2].min() > 0.75
    assert lit[14, 22].max() < 0.2


def test_distances_are_drawn_for_each_model():
    values = {"one": torch.rand(6, 4) * 20, "other": torch.rand(6, 4) * 20}
    figure = drawn(attention_maps.distances(values, 17.0, 48))
    assert [axes.get_title() for axes in figure.axes] == ["one", "other"]
    for axes, found in zip(figure.axes, values.values(), strict=True):
        dots = torch.stack([torch.as_tensor(line.get_ydata()) for line in axes.lines[:4]], dim=1)
        assert torch.equal(dots, found)
        assert axes.get_ylim()[0] == 0
        assert axes.get_ylim()[1] > 17


@pytest.fixture
def explorer():
    return Explorer(torch.rand(2, 3, 16, 24), rows_of_one(3, 2, 4, 7, 7), GRID, layer=3, head=2)


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, and what it is changed to."""
    recorded = []

    def display(what, **options):
        recorded.append(what)
        return types.SimpleNamespace(update=recorded.append)

    monkeypatch.setattr(labs.explorer, "display", display)
    return recorded


def test_sliders_choose_image_layer_and_head(explorer, shown, monkeypatch):
    sliders = explorer.sliders()
    monkeypatch.setattr(explorer, "sliders", lambda: sliders)
    explorer._ipython_display_()
    assert [(slider.description, slider.value, slider.max) for slider in sliders] == [
        ("image", 1, 2),
        ("layer", 3, 3),
        ("head", 2, 4),
    ]
    *views, picture = shown
    assert all("application/vnd.jupyter.widget-view+json" in view for view in views)
    assert picture.data == explorer.still(1, 3, 2)
    sliders[2].value = 4
    assert shown[-1].data == explorer.still(1, 3, 4) != picture.data


def test_without_widgets_there_is_the_picture_alone(explorer, shown, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    explorer._ipython_display_()
    (picture,) = shown
    assert picture.data == explorer.still(1, 3, 2)
    assert picture.data.startswith(b"\x89PNG")


def test_the_explorers_picture_is_the_chosen_heads(explorer):
    figure = explorer.draw(2, 1, 4)
    assert isinstance(figure, Figure)
    shown = torch.from_numpy(figure.axes[1].images[0].get_array().data)
    assert torch.equal(shown, attention_maps.attended(explorer.weights[0, 1, 3], GRID))


def test_attention_of_a_students_module_needs_only_return_weights():
    class Even(nn.Module):
        def forward(self, tokens, return_weights=False):
            weights = torch.full((len(tokens), 1, 7, 7), 1 / 7)
            return (tokens, weights) if return_weights else tokens

    model = ViT.ViT(**SIZES)
    for block in model.encoder.blocks:
        block.attention = Even()
    weights = attention_maps.collect(model, torch.randn(1, 3, 16, 24))
    assert torch.equal(weights, torch.full((3, 1, 1, 7, 7), 1 / 7))
