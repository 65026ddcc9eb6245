"""Only the last layer is looked at."""

import torch

FAILS = ("test_several_layers",)


def attention_rollout(weights):
    mean = weights.mean(dim=2)
    identity = torch.eye(mean.shape[-1], dtype=mean.dtype, device=mean.device)
    return (mean[-1] + identity) / 2
