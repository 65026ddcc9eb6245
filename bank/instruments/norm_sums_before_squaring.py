"""The numbers are added before they are squared, so that positive and negative ones cancel."""

import torch

FAILS = ("test_gradient_norm",)


def gradient_norm(gradients):
    return (
        torch.stack([each.sum() for each in gradients if each is not None] or [torch.tensor(0.0)])
        .square()
        .sum()
        .sqrt()
    )
