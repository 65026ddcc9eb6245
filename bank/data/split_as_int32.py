"""The indices have another integer type than int64."""

import torch

FAILS = ("test_split",)


def split_indices(num_examples, validation_fraction, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(num_examples, generator=generator).int()
    count = round(num_examples * validation_fraction)
    return order[count:], order[:count]
