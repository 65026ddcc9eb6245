"""The layers are averaged instead of multiplied."""

import torch

FAILS = ("test_several_layers",)


def attention_rollout(weights):
    mean = weights.mean(dim=2)
    identity = torch.eye(mean.shape[-1], dtype=mean.dtype, device=mean.device)
    return ((mean + identity) / 2).mean(dim=0)
