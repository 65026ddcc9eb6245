"""The examples are shared out at random, but each part is sorted again."""

import torch

FAILS = ("test_split",)


def split_indices(num_examples, validation_fraction, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(num_examples, generator=generator)
    count = round(num_examples * validation_fraction)
    return order[count:].sort().values, order[:count].sort().values
