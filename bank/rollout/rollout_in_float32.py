"""The result is float32 whatever the weights were."""

import torch

FAILS = ("test_rollout_of_any_weights",)


def attention_rollout(weights):
    mean = weights.float().mean(dim=2)
    identity = torch.eye(mean.shape[-1], dtype=mean.dtype, device=mean.device)
    rollout = identity
    for layer in mean:
        rollout = (layer + identity) / 2 @ rollout
    return rollout
