"""The mean and standard deviation lie along the width instead of along the channels."""

import torch

FAILS = ("test_normalize",)


def normalize(images, mean, std):
    return (images - torch.as_tensor(mean)) / torch.as_tensor(std)
