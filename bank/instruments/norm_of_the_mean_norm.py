"""The norms of the tensors are averaged, as if every tensor were as important as every other."""

import torch

FAILS = ("test_gradient_norm",)


def gradient_norm(gradients):
    return torch.stack(
        [each.norm() for each in gradients if each is not None] or [torch.tensor(0.0)]
    ).mean()
