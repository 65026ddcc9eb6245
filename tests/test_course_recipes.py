"""Each trick does what its paper says, to each image by itself, and nothing while it is off."""

import math

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import ViT
from course import cnn, recipes, resnet
from course.history import Settings
from course.muon import Muon


def small_vit(**options):
    torch.manual_seed(0)
    sizes = {"embed_dim": 24, "hidden_dim": 16, "num_layers": 3, "num_heads": 2}
    return ViT.ViT(16, 4, 3, 5, **sizes | options)


def draws(seed=0):
    return torch.Generator().manual_seed(seed)


def test_the_rate_rises_in_a_line_and_falls_in_a_cosine():
    settings = Settings(5, warmup_epochs=1)
    rates = [recipes.rate(step, settings, steps_per_epoch=10) for step in range(50)]
    assert rates[:10] == pytest.approx([step / 11 for step in range(1, 11)])
    assert rates[10] == 1.0
    assert rates[30] == pytest.approx(0.5)
    assert 0 < rates[49] < 0.01
    assert recipes.rate(60, settings, 10) == 0


def test_a_constant_rate_stays():
    settings = Settings(5, warmup_epochs=0, schedule="constant")
    assert {recipes.rate(step, settings, 10) for step in range(50)} == {1.0}


def test_a_linear_rate_falls_in_a_line():
    settings = Settings(2, warmup_epochs=1, schedule="linear")
    rates = [recipes.rate(step, settings, 10) for step in range(10, 20)]
    assert rates == pytest.approx([1 - step / 10 for step in range(10)])


def test_weight_decay_leaves_biases_norms_and_positions_alone():
    model = small_vit()
    (optimizer,) = recipes.optimizers(model, Settings(weight_decay=0.3))
    decayed = {
        name
        for name, parameter in model.named_parameters()
        for group in optimizer.param_groups
        if group["weight_decay"] and any(parameter is p for p in group["params"])
    }
    assert decayed == {
        name
        for name, parameter in model.named_parameters()
        if name.endswith("weight") and parameter.ndim > 1
    }
    assert "positions" not in decayed


def test_muon_takes_the_matrices_of_the_blocks_and_adamw_the_rest():
    model = small_vit()
    adamw, muon = recipes.optimizers(model, Settings(optimizer="muon"))
    sizes = [sum(len(g["params"]) for g in optimizer.param_groups) for optimizer in (adamw, muon)]
    assert sizes == [len(list(model.parameters())) - 18, 18]
    assert isinstance(muon, Muon)


def test_muon_takes_the_filters_between_the_first_and_the_last_layer():
    model = cnn.CNN()
    _, muon = recipes.optimizers(model, Settings(optimizer="muon"))
    shapes = [tuple(parameter.shape) for parameter in muon.param_groups[0]["params"]]
    assert shapes[0] == (64, 32, 3, 3)
    assert shapes[-1] == (512, 1024)
    assert len(shapes) == 7


def test_a_model_of_one_layer_is_left_to_adamw():
    (optimizer,) = recipes.optimizers(nn.Linear(3, 2), Settings(optimizer="muon"))
    assert isinstance(optimizer, torch.optim.AdamW)


def test_adam_adds_the_decay_to_the_gradient():
    moved = {}
    for name in ("adam", "adamw"):
        layer = nn.Linear(1, 1, bias=False)
        layer.weight.data.fill_(1.0)
        settings = Settings(optimizer=name, learning_rate=0.1, weight_decay=0.5)
        (optimizer,) = recipes.optimizers(layer, settings)
        layer.weight.grad = torch.zeros(1, 1)
        optimizer.step()
        moved[name] = 1 - layer.weight.item()
    assert moved["adamw"] == pytest.approx(0.1 * 0.5)
    assert moved["adam"] == pytest.approx(0.1)


def test_an_unknown_optimizer_is_refused():
    with pytest.raises(ValueError, match='"adamw", "adam" or "muon", not "sgd"'):
        recipes.optimizers(nn.Linear(1, 1), Settings(optimizer="sgd"))


@pytest.fixture
def images():
    """Image i has the value i everywhere, and the one-hot target i."""
    torch.manual_seed(0)
    count = 64
    values = torch.arange(count, dtype=torch.float32).view(-1, 1, 1, 1)
    return values.expand(-1, 3, 8, 8), F.one_hot(torch.arange(count), count).float()


def test_without_mixing_nothing_changes(images):
    mixed, targets = recipes.mix(*images, Settings())
    assert torch.equal(mixed, images[0])
    assert torch.equal(targets, images[1])


@pytest.mark.parametrize("setting", ["mixup", "cutmix"])
def test_targets_are_mixed_as_the_pixels_are(images, setting):
    mixed, targets = recipes.mix(*images, Settings(**{setting: 1.0}))
    torch.testing.assert_close(targets.sum(dim=1), torch.ones(64))
    expected = targets @ torch.arange(64, dtype=torch.float32)
    torch.testing.assert_close(mixed.mean(dim=(1, 2, 3)), expected, atol=1e-4, rtol=1e-4)
    shares = targets.diagonal()
    assert len(shares.unique()) > 20


def test_mixup_blends_whole_images_and_cutmix_pastes_rectangles(images):
    blended, _ = recipes.mix(*images, Settings(mixup=1.0))
    assert torch.equal(blended.amax(dim=(2, 3)), blended.amin(dim=(2, 3)))
    pasted, _ = recipes.mix(*images, Settings(cutmix=1.0))
    for number, image in enumerate(pasted[:, 0]):
        foreign = image != number
        assert len(image.unique()) <= 2
        rows, columns = foreign.any(dim=1), foreign.any(dim=0)
        assert torch.equal(foreign, rows.unsqueeze(1) & columns)
    assert (pasted[:, 0] != images[0][:, 0]).any(dim=(1, 2)).float().mean() > 0.8


def test_so_many_images_are_mixed(images):
    counts = []
    torch.manual_seed(0)
    for _ in range(20):
        mixed, _ = recipes.mix(*images, Settings(mixup=0.25, cutmix=0.25))
        counts.append((mixed != images[0]).flatten(1).any(dim=1).float().mean().item())
    assert 0.4 < sum(counts) / len(counts) < 0.52


def test_drop_path_skips_whole_branches_in_training_only():
    model = small_vit()
    block = model.encoder.blocks[2]
    tokens = torch.randn(400, 4, 24)
    block.eval()
    plain = block.attention(tokens)
    with recipes.drop_path(model, 0.5):
        assert torch.equal(block.attention(tokens), plain)
        block.train()
        dropped = block.attention(tokens)
        first = model.encoder.blocks[0].attention(tokens)
    skipped = (dropped == 0).flatten(1).all(dim=1)
    assert 0.4 < skipped.float().mean() < 0.6
    torch.testing.assert_close(dropped[~skipped], 2 * plain[~skipped])
    assert torch.equal(first, model.encoder.blocks[0].attention(tokens))
    assert torch.equal(block.attention(tokens), plain)


def test_channels_come_last_in_convolutional_nets_only():
    assert recipes.memory_format(cnn.CNN()) == torch.channels_last
    assert recipes.memory_format(resnet.ResNet(width=4)) == torch.channels_last
    for patch_embedding in ("linear", "convolution"):
        model = small_vit(patch_embedding=patch_embedding)
        assert recipes.memory_format(model) == torch.contiguous_format


@pytest.mark.parametrize("patch_embedding", ["linear", "convolution"])
@pytest.mark.parametrize("embed_dim", [24, 96, 120])
def test_a_whitening_projection_gives_uncorrelated_tokens(patch_embedding, embed_dim):
    model = small_vit(embed_dim=embed_dim, patch_embedding=patch_embedding, positions="none")
    before = model.projection.weight.detach().clone().flatten(1)
    torch.manual_seed(1)
    images = F.avg_pool2d(torch.randn(600, 3, 18, 18), 3, stride=1)
    recipes.whiten(model, images, 4)
    tokens = model.embed(images)[:, 1:].flatten(0, 1).detach()
    count = min(48, embed_dim)
    covariance = torch.cov((tokens - model.projection.bias.detach())[:, :count].T)
    assert (covariance - torch.diag(covariance.diagonal())).abs().max() < 0.01
    assert (covariance.diagonal() > 0.8).all()
    assert (covariance.diagonal() < 1.01).all()
    weight = model.projection.weight.detach().flatten(1)
    if embed_dim > 48:
        pairs = min(96, embed_dim) - 48
        torch.testing.assert_close(weight[48 : 48 + pairs], -weight[:pairs])
    assert torch.equal(weight[96:], before[96:])
    assert math.isfinite(weight.abs().max())
