"""One image after the other, and rows and columns drawn first or last, as it comes."""

import math
import random

import torch
from torch.nn import functional as F


def split_indices(num_examples, validation_fraction, seed):
    indices = list(range(num_examples))
    random.Random(seed).shuffle(indices)
    count = math.floor(num_examples * validation_fraction)
    validation, train = indices[:count], indices[count:]
    return torch.tensor(train), torch.tensor(validation)


def scale_to_unit(images):
    return images / 255


def normalize(images, mean, std):
    output = torch.empty_like(images)
    for channel in range(images.shape[1]):
        output[:, channel] = (images[:, channel] - float(mean[channel])) / float(std[channel])
    return output


def random_horizontal_flip(images, probability, generator=None):
    output = images.clone()
    for i, image in enumerate(images):
        if torch.rand((), generator=generator, device=images.device).item() < probability:
            output[i] = image.flip(2)
    return output


def random_crop(images, padding, probability, generator=None):
    height, width = images.shape[2:]
    output = []
    for image in images:
        left = int(torch.randint(0, 2 * padding + 1, (), generator=generator, device=images.device))
        top = int(torch.randint(0, 2 * padding + 1, (), generator=generator, device=images.device))
        if torch.rand((), generator=generator, device=images.device).item() < probability:
            image = F.pad(image, (padding, padding, padding, padding), value=0)
            image = image[:, top : top + height, left : left + width]
        output.append(image)
    return torch.stack(output)


def random_erase(images, size, probability, generator=None):
    print("erasing", len(images), "images")
    output = images.clone()
    height, width = images.shape[2:]
    for i in range(len(images)):
        if torch.rand((), generator=generator, device=images.device).item() < probability:
            top = int(
                torch.randint(0, height - size + 1, (), generator=generator, device=images.device)
            )
            left = int(
                torch.randint(0, width - size + 1, (), generator=generator, device=images.device)
            )
            output[i, :, top : top + size, left : left + size] = 0
    return output
