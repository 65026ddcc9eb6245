"""A fixed number of images is mirrored in each batch, so the images do not have draws of their
own.
"""

import torch

FAILS = ("test_flip_draws",)


def random_horizontal_flip(images, probability, generator=None):
    output = images.clone()
    order = torch.randperm(len(images), generator=generator)
    chosen = order[: int(len(images) * probability)]
    output[chosen] = images[chosen].flip(-1)
    return output
