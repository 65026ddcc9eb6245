"""The layers are multiplied in the wrong order: the last layer stands next to the input tokens."""

import torch

FAILS = ("test_several_layers",)


def attention_rollout(weights):
    mean = weights.mean(dim=2)
    identity = torch.eye(mean.shape[-1], dtype=mean.dtype, device=mean.device)
    rollout = identity
    for layer in mean:
        rollout = rollout @ (layer + identity) / 2
    return rollout
