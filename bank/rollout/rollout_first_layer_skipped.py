"""The product begins with the second layer."""

import torch

FAILS = ("test_several_layers",)


def attention_rollout(weights):
    mean = weights.mean(dim=2)
    identity = torch.eye(mean.shape[-1], dtype=mean.dtype, device=mean.device)
    rollout = identity if len(mean) > 1 else (mean[0] + identity) / 2
    for layer in mean[1:]:
        rollout = (layer + identity) / 2 @ rollout
    return rollout
