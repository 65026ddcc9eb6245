"""The squares are summed, but the root is not taken."""

import torch

FAILS = ("test_gradient_norm",)


def gradient_norm(gradients):
    return torch.stack(
        [each.square().sum() for each in gradients if each is not None] or [torch.tensor(0.0)]
    ).sum()
