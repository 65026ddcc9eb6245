"""With nothing for validation, an index of minus zero leaves nothing for training."""

import torch

FAILS = ("test_split_seed",)


def split_indices(num_examples, validation_fraction, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(num_examples, generator=generator)
    count = round(num_examples * validation_fraction)
    return order[:-count], order[-count:]
