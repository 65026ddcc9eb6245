"""Only the last tensor is measured: each one overwrites what came before."""

import torch

FAILS = ("test_gradient_norm",)


def gradient_norm(gradients):
    total = torch.tensor(0.0)
    for each in gradients:
        if each is not None:
            total = each.square().sum()
    return total.sqrt()
