"""Queries and keys have changed places: row i says where token i went instead of what it is made
of.
"""

import torch

FAILS = ("test_one_layer",)


def attention_rollout(weights):
    mean = weights.mean(dim=2)
    identity = torch.eye(mean.shape[-1], dtype=mean.dtype, device=mean.device)
    rollout = identity
    for layer in mean:
        rollout = (layer + identity) / 2 @ rollout
    return rollout.transpose(1, 2)
