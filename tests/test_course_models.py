"""The baselines: sizes as published, any hyperparameters, and no weights without a word."""

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch
from torchvision import models

import ViT
from course import cnn, presets, resnet


def count(model):
    return sum(parameter.numel() for parameter in model.parameters())


def test_the_paper_resnet20_has_its_size():
    assert count(resnet.ResNet(width=16, blocks=(3, 3, 3))) == 269_722


def test_the_slides_networks_have_their_sizes():
    vit = ViT.ViT(**presets.PRESETS["slides-vit"].config, num_classes=10)
    assert f"{count(vit) / 1e6:.1f} M" == "3.2 M"
    assert f"{count(cnn.CNN()) / 1e6:.2f} M" == "5.85 M"
    assert [type(layer).__name__ for layer in cnn.CNN().network] == [
        *(["Conv2d", "ReLU"] * 2 + ["MaxPool2d", "BatchNorm2d"]) * 3,
        *["Flatten", "Linear", "ReLU", "Linear", "ReLU", "Linear"],
    ]


@pytest.mark.parametrize(("width", "blocks"), [(4, (1,)), (6, (2, 1)), (4, [1, 1, 1, 1])])
@pytest.mark.parametrize("num_classes", [2, 10])
def test_hyperparameters_of_the_resnet_are_free(width, blocks, num_classes):
    model = resnet.ResNet(num_classes, width, blocks)
    logits = model(torch.randn(2, 3, 32, 32))
    assert logits.shape == (2, num_classes)
    logits.sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())


def test_a_shortcut_has_no_parameters_and_keeps_the_input():
    block = resnet.BasicBlock(4, 8, stride=2).eval()
    torch.nn.init.zeros_(block.norm2.weight)
    images = torch.rand(2, 4, 6, 6)
    output = block(images)
    assert torch.equal(output[:, :4], images[:, :, ::2, ::2])
    assert (output[:, 4:] == 0).all()


def test_the_cnn_reads_the_courses_images():
    assert cnn.CNN(7).eval()(torch.randn(2, 3, 32, 32)).shape == (2, 7)


def test_the_pretrained_resnet_gets_a_new_head(monkeypatch):
    original = models.resnet18
    monkeypatch.setattr(models, "resnet18", lambda weights: original())
    model = resnet.pretrained(num_classes=7).eval()
    assert model(torch.randn(1, 3, 32, 32)).shape == (1, 7)


def test_without_pretrained_weights_it_says_what_to_do(monkeypatch):
    def no_network(weights):
        raise OSError("no network")

    monkeypatch.setattr(models, "resnet18", no_network)
    with pytest.raises(RuntimeError, match=r"no network.*resnet18.*\.pth.*checkpoints.*ResNet\(\)"):
        resnet.pretrained()
