"""A small number is added under the root, which hides gradients that have nearly vanished."""

import torch

FAILS = ("test_parameters_without_gradient",)


def gradient_norm(gradients):
    found = [each.square().sum() for each in gradients if each is not None]
    return (torch.stack(found).sum() + 1e-12).sqrt() if found else torch.tensor(0.0)
