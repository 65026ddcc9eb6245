"""Flat indices, and only the chosen images touched."""

import torch


def split_indices(num_examples, validation_fraction, seed):
    generator = torch.Generator()
    generator.manual_seed(seed)
    order = torch.multinomial(torch.ones(num_examples), num_examples, generator=generator)
    count = int(num_examples * validation_fraction + 0.5)
    held_back = torch.zeros(num_examples, dtype=torch.bool)
    held_back[order[:count]] = True
    return order[~held_back[order]], order[held_back[order]]


def scale_to_unit(images):
    return torch.linspace(0, 1, 256, device=images.device)[images.long()]


def normalize(images, mean, std):
    mean = torch.as_tensor(mean, dtype=torch.float32, device=images.device)
    std = torch.as_tensor(std, dtype=torch.float32, device=images.device)
    output = (images - mean[:, None, None]) / std[:, None, None]
    return output.type_as(images)


def random_horizontal_flip(images, probability, generator=None):
    output = images.clone()
    draws = torch.empty(len(images), device=images.device).uniform_(generator=generator)
    chosen = (draws < probability).nonzero().squeeze(1)
    if len(chosen):
        output.index_copy_(0, chosen, images.index_select(0, chosen).flip(dims=(3,)))
    return output


def random_crop(images, padding, probability, generator=None):
    if probability == 0:
        return images
    batch, channels, height, width = images.shape
    wide = width + 2 * padding
    padded = images.new_zeros(batch, channels, height + 2 * padding, wide)
    padded[:, :, padding : padding + height, padding : padding + width] = images
    draws = torch.rand(3, batch, generator=generator, device=images.device)
    corner = (draws[:2] * (2 * padding + 1)).floor().long()
    corner[:, draws[2] >= probability] = padding
    row = corner[0, :, None, None] + torch.arange(height, device=images.device)[:, None]
    column = corner[1, :, None, None] + torch.arange(width, device=images.device)
    flat = (row * wide + column).flatten(1)[:, None].expand(-1, channels, -1)
    return padded.flatten(2).gather(2, flat).view(images.shape)


def random_erase(images, size, probability, generator=None):
    batch, _, height, width = images.shape
    draws = torch.rand(batch, generator=generator, device=images.device)
    chosen = (draws < probability).nonzero()
    count = len(chosen)
    top = torch.randint(height - size + 1, (count, 1, 1), generator=generator, device=images.device)
    left = torch.randint(width - size + 1, (count, 1, 1), generator=generator, device=images.device)
    near = torch.arange(size, device=images.device)
    row, column = top + near[:, None], left + near
    output = images.clone()
    output.permute(0, 2, 3, 1)[chosen[:, :, None], row, column] = 0
    return output
