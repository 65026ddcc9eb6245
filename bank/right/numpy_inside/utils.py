"""NumPy does the work; its generator is seeded by a draw from the one given."""

import numpy as np
import torch


def split_indices(num_examples, validation_fraction, seed):
    order = np.random.default_rng(seed).permutation(num_examples)
    count = int(np.ceil(num_examples * validation_fraction))
    return torch.from_numpy(order[count:].copy()), torch.from_numpy(order[:count].copy())


def scale_to_unit(images):
    return torch.from_numpy(np.asarray(images.numpy().astype(np.float32) / np.float32(255)))


def normalize(images, mean, std):
    mean, std = np.asarray(mean), np.asarray(std)
    pixels = images.numpy().astype(np.float64)
    pixels = (pixels - mean[None, :, None, None]) / std[None, :, None, None]
    return torch.from_numpy(pixels).to(images.dtype)


def numpy_generator(generator):
    seed = torch.randint(0, 2**62, (1,), generator=generator)
    return np.random.default_rng(int(seed))


def random_horizontal_flip(images, probability, generator=None):
    chosen = numpy_generator(generator).random(len(images)) < probability
    pixels = images.numpy().copy()
    pixels[chosen] = pixels[chosen, :, :, ::-1]
    return torch.from_numpy(pixels)


def random_crop(images, padding, probability, generator=None):
    draw = numpy_generator(generator)
    pixels = images.numpy()
    height, width = pixels.shape[2:]
    edge = (padding, padding)
    padded = np.pad(pixels, ((0, 0), (0, 0), edge, edge))
    output = pixels.copy()
    for i in np.flatnonzero(draw.random(len(pixels)) < probability):
        row, column = draw.integers(0, 2 * padding, size=2, endpoint=True)
        output[i] = padded[i, :, row : row + height, column : column + width]
    return torch.from_numpy(output)


def random_erase(images, size, probability, generator=None):
    draw = numpy_generator(generator)
    output = images.numpy().copy()
    height, width = output.shape[2:]
    for i in range(len(output)):
        row, column = draw.integers(height - size + 1), draw.integers(width - size + 1)
        if draw.random() < probability:
            output[i, :, row : row + size, column : column + size] = 0
    return torch.as_tensor(output)
