"""The weights passed in are changed themselves."""

import torch

FAILS = ("test_rollout_of_any_weights",)


def attention_rollout(weights):
    identity = torch.eye(weights.shape[-1], dtype=weights.dtype, device=weights.device)
    weights += identity
    weights /= 2
    rollout = identity
    for layer in weights.mean(dim=2):
        rollout = layer @ rollout
    return rollout
