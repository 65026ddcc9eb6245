"""The columns are brought to sum to one instead of the rows."""

import torch

FAILS = ("test_one_layer", "test_rows_sum_to_one")


def attention_rollout(weights):
    mean = weights.mean(dim=2)
    identity = torch.eye(mean.shape[-1], dtype=mean.dtype, device=mean.device)
    rollout = identity
    for layer in mean:
        mixing = layer + identity
        rollout = mixing / mixing.sum(dim=1, keepdim=True) @ rollout
    return rollout
