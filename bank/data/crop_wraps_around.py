"""What leaves the image on one side comes back in on the other."""

import torch

FAILS = ("test_crop",)


def random_crop(images, padding, probability, generator=None):
    output = images.clone()
    for i in range(len(images)):
        if torch.rand(1, generator=generator) < probability:
            down, right = torch.randint(-padding, padding + 1, (2,), generator=generator).tolist()
            output[i] = images[i].roll((down, right), dims=(1, 2))
    return output
