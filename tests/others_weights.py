"""ViTs of timm and torchvision for the tests of weights, and files of their weights."""

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import timm
import torch
from torchvision.models.vision_transformer import VisionTransformer

from course import pretrained

JX = "jx_vit_base_p16_224-80ecf9dd.pth"
WIDTHS = {"tiny": (192, 3), "small": (384, 6), "base": (768, 12)}


def shaken(model):
    """The model with noise on every parameter: no bias is 0 and no scale is 1."""
    torch.manual_seed(1)
    for parameter in model.parameters():
        parameter.data.add_(torch.randn_like(parameter), alpha=0.05)
    return model.eval()


def theirs(layout, size="tiny", pixels=32, num_classes=10, num_layers=12):
    width, heads = WIDTHS[size]
    if layout == "timm":
        name, depth = f"vit_{size}_patch16_224", {"depth": num_layers}
        model = timm.create_model(name, img_size=pixels, num_classes=num_classes, **depth)
    else:
        sizes = (num_layers, heads, width, 4 * width)
        model = VisionTransformer(pixels, 16, *sizes, num_classes=num_classes)
    return shaken(model)


def small(layout, **options):
    return theirs(layout, num_layers=2, **options)


@torch.no_grad()
def assert_equal_logits(ours, other, images):
    expected = other(images)
    assert expected.std() > 0.1
    rounding = 1e-5 * expected.abs().max().item()
    torch.testing.assert_close(ours.eval()(images), expected, rtol=0, atol=rounding)


def given(monkeypatch, tensors):
    """Makes `load` find these tensors, as if in a file."""
    monkeypatch.setattr(pretrained, "fetch", lambda source: (dict(tensors), None))


def saved(path, content):
    torch.save(content, path)
    return path
