"""The seed is given to PyTorch's global random state, so the split changes what every later draw
of the program gives.
"""

import torch

FAILS = ("test_split_seed",)


def split_indices(num_examples, validation_fraction, seed):
    torch.manual_seed(seed)
    order = torch.randperm(num_examples)
    count = round(num_examples * validation_fraction)
    return order[count:], order[:count]
