"""The validation examples are left in the training part, too."""

import torch

FAILS = ("test_split",)


def split_indices(num_examples, validation_fraction, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(num_examples, generator=generator)
    return order, order[: round(num_examples * validation_fraction)]
