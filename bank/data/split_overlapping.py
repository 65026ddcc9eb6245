"""Training and validation are drawn apart from each other, so some examples are in both."""

import torch

FAILS = ("test_split",)


def split_indices(num_examples, validation_fraction, seed):
    generator = torch.Generator().manual_seed(seed)
    count = round(num_examples * validation_fraction)
    train = torch.randperm(num_examples, generator=generator)[count:]
    validation = torch.randperm(num_examples, generator=generator)[:count]
    return train, validation
