"""Only the tensor with the longest gradient is seen."""

import torch

FAILS = ("test_gradient_norm",)


def gradient_norm(gradients):
    return torch.stack(
        [each.norm() for each in gradients if each is not None] or [torch.tensor(0.0)]
    ).max()
