"""The shuffling does not use the seed, so each call gives another split."""

import torch

FAILS = ("test_split_seed",)


def split_indices(num_examples, validation_fraction, seed):
    order = torch.randperm(num_examples)
    count = round(num_examples * validation_fraction)
    return order[count:], order[:count]
