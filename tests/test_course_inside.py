"""Pictures of a trained model: mistakes, filters, positions."""

import io

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import matplotlib as mpl

mpl.use("Agg")

import pytest
import torch
from matplotlib import pyplot as plt

import ViT
from course import inside


def drawn(figure):
    figure.savefig(io.BytesIO())
    assert not plt.get_fignums()
    return figure


def test_the_surest_mistakes_come_first():
    images = torch.arange(4, dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, 3, 8, 8)
    logits = torch.tensor([[9.0, 0, 0], [0, 1.0, 0], [0, 0, 5.0], [0, 3.0, 0]])
    figure = drawn(inside.misclassified(images, torch.zeros(4).long(), logits, ("a", "b", "c")))
    shown = [axes for axes in figure.axes if axes.images]
    assert [axes.images[0].get_array()[0, 0, 0] for axes in shown] == [2, 3, 1]
    assert shown[0].get_title() == "a,\ntaken for c\n(99% sure)"
    assert figure.get_suptitle() == "3 of 4 images are misclassified"


def test_a_model_without_mistakes_is_drawn_too():
    images = torch.zeros(2, 3, 8, 8, dtype=torch.uint8)
    figure = drawn(inside.misclassified(images, torch.tensor([0, 1]), torch.eye(2), ("a", "b")))
    assert figure.get_suptitle() == "0 of 2 images are misclassified"


@pytest.mark.parametrize("patch_embedding", ["linear", "convolution"])
def test_filters_stand_above_the_principal_directions(patch_embedding):
    model = ViT.ViT(16, 4, 3, 10, 24, 32, 1, 2, patch_embedding=patch_embedding)
    model.projection.weight.data[5] *= 100
    figure = drawn(inside.filters(model.projection.weight, torch.randn(40, 3, 16, 16), 4, count=6))
    shown = [axes for axes in figure.axes if axes.images]
    assert len(shown) == 12
    strongest = model.projection.weight.detach()[5].view(3, 4, 4).permute(1, 2, 0)
    expected = (strongest / strongest.abs().max() + 1) / 2
    torch.testing.assert_close(torch.from_numpy(shown[0].images[0].get_array().data), expected)


@pytest.mark.parametrize("pool", ["class", "mean"])
def test_each_patch_has_its_map_of_similarities(pool):
    model = ViT.ViT((8, 12), 4, 3, 10, 16, 8, 1, 2, pool=pool)
    figure = drawn(inside.position_similarity(model.positions, 2, 3))
    maps = [axes.images[0].get_array() for axes in figure.axes[:6]]
    assert all(grid.shape == (2, 3) for grid in maps)
    assert [grid[index // 3, index % 3] for index, grid in enumerate(maps)] == pytest.approx(
        [1.0] * 6
    )
    assert maps[0][1, 2] == pytest.approx(maps[5][0, 0])
