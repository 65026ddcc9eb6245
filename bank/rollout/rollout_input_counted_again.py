"""The input is mixed into each layer again, instead of what the layer below made of it."""

import torch

FAILS = ("test_several_layers",)


def attention_rollout(weights):
    mean = weights.mean(dim=2)
    identity = torch.eye(mean.shape[-1], dtype=mean.dtype, device=mean.device)
    rollout = identity
    for layer in mean:
        rollout = (layer @ rollout + identity) / 2
    return rollout
