"""The examples are divided first and shuffled afterwards, so validation is always one block of
the data set.
"""

import torch

FAILS = ("test_split",)


def split_indices(num_examples, validation_fraction, seed):
    generator = torch.Generator().manual_seed(seed)
    count = round(num_examples * validation_fraction)
    validation = torch.randperm(count, generator=generator)
    train = count + torch.randperm(num_examples - count, generator=generator)
    return train, validation
