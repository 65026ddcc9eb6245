"""The largest number is taken: that is another norm than the length."""

import torch

FAILS = ("test_gradient_norm",)


def gradient_norm(gradients):
    return torch.stack(
        [each.abs().max() for each in gradients if each is not None] or [torch.tensor(0.0)]
    ).max()
