"""The norms of the tensors are added; of one long vector the squares add, not the lengths."""

import torch

FAILS = ("test_gradient_norm",)


def gradient_norm(gradients):
    return torch.stack(
        [each.norm() for each in gradients if each is not None] or [torch.tensor(0.0)]
    ).sum()
