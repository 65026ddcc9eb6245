"""The norm of each tensor is returned instead of one number for all of them."""

import torch

FAILS = ("test_gradient_norm",)


def gradient_norm(gradients):
    return torch.stack([each.norm() for each in gradients if each is not None])
