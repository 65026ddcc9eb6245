"""A parameter that no gradient reached has None, which is not expected."""

import torch

FAILS = ("test_parameters_without_gradient",)


def gradient_norm(gradients):
    return torch.stack([each.square().sum() for each in gradients]).sum().sqrt()
