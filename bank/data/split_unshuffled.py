"""The examples are divided in the order in which they lie in the data set."""

import torch

FAILS = ("test_split",)


def split_indices(num_examples, validation_fraction, seed):
    order = torch.arange(num_examples)
    count = round(num_examples * validation_fraction)
    return order[count:], order[:count]
