"""The homework's ViT with a lab's parts: they stand in it, and nothing else has changed."""

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch

import small_data
import ViT
from labs import variants

CONFIG = {
    "image_size": (8, 12),
    "patch_size": 4,
    "in_channels": 1,
    "num_classes": 3,
    "embed_dim": 8,
    "hidden_dim": 12,
    "num_layers": 2,
    "num_heads": 2,
    "dropout": 0.1,
}


@pytest.mark.parametrize("local", [False, True])
@pytest.mark.parametrize("shifted", [False, True])
def test_each_part_stands_where_it_is_asked_for(shifted, local):
    torch.manual_seed(0)
    model = variants.build(CONFIG, shifted, local)
    model(torch.randn(2, 1, 8, 12)).sum().backward()
    names = {name for name, p in model.named_parameters() if p.grad is not None}
    assert names == {name for name, _ in model.named_parameters()}
    kinds = [type(block.attention) for block in model.encoder.blocks]
    assert (kinds == [small_data.LocalitySelfAttention] * 2) == local
    assert all(block.attention.dropout.p == 0.1 for block in model.encoder.blocks)
    plain = {name: p.shape for name, p in ViT.ViT(**CONFIG).named_parameters()}
    others = {
        name: p.shape
        for name, p in model.named_parameters()
        if "temperature" not in name and "projection" not in name
    }
    assert others.items() <= plain.items()
    assert ("encoder.blocks.1.attention.temperature" in names) == local
    assert ("projection.tokenization.norm.weight" in names) == shifted


def test_the_tokens_are_those_of_the_tokenization_with_class_token_and_positions():
    model = variants.build(CONFIG, shifted=True)
    images = torch.randn(2, 1, 8, 12)
    tokens = model.projection.tokenization(images)
    torch.testing.assert_close(model.embed(images)[:, 1:], tokens + model.positions[:, 1:])


def test_square_images_may_be_given_by_one_number():
    model = variants.build(CONFIG | {"image_size": 8}, shifted=True, local=True)
    assert model(torch.randn(2, 1, 8, 8)).shape == (2, 3)
