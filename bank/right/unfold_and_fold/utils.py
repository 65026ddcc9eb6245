"""All crops of an image at once, then the drawn one; torch's own generator for the split."""

import torch
from torch.nn import functional as F


def split_indices(num_examples, validation_fraction, seed):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        order = torch.randperm(num_examples)
    num_train = num_examples - int(num_examples * validation_fraction)
    return order.split([num_train, num_examples - num_train])


def scale_to_unit(images):
    return images.to(torch.float32).mul_(1 / 255)


def normalize(images, mean, std):
    channels = images.shape[1]
    mean = images.new_tensor([float(each) for each in mean]).reshape(1, channels, 1, 1)
    std = images.new_tensor([float(each) for each in std]).reshape(1, channels, 1, 1)
    return images.sub(mean).div_(std)


def random_horizontal_flip(images, probability, generator=None):
    columns = torch.arange(images.shape[-1], device=images.device).expand(images.shape)
    draws = torch.rand(images.shape[0], 1, 1, 1, device=images.device, generator=generator)
    return images.gather(-1, torch.where(draws < probability, columns.flip(-1), columns))


def random_crop(images, padding, probability, generator=None):
    batch, _, height, width = images.shape
    side = 2 * padding + 1
    place = torch.randint(side * side, (batch,), generator=generator, device=images.device)
    draws = torch.rand(batch, generator=generator, device=images.device)
    place[draws >= probability] = side * padding + padding
    windows = F.pad(images, (padding,) * 4).unfold(2, height, 1).unfold(3, width, 1)
    every = torch.arange(batch, device=images.device)
    return windows[every, :, place // side, place % side]


def random_erase(images, size, probability, generator=None):
    batch, _, height, width = images.shape
    rows, columns = height - size + 1, width - size + 1
    place = torch.randint(rows * columns, (batch,), generator=generator, device=images.device)
    seed_points = torch.zeros(batch, rows * columns, device=images.device)
    draws = torch.rand(batch, generator=generator, device=images.device)
    seed_points[torch.arange(batch), place] = (draws < probability).float()
    spread = F.pad(seed_points.view(batch, 1, rows, columns), (size - 1,) * 4)
    square = F.max_pool2d(spread, size, stride=1)
    return images * (1 - square).to(images.dtype)
