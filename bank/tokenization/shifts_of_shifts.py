"""Each shift starts from the one before instead of from the image."""

import torch

FAILS = ("test_directions",)


def shift_images(images, shift):
    parts = [images]
    height, width = images.shape[-2:]
    for top, left in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        padded = torch.nn.functional.pad(parts[-1], [shift] * 4)
        y, x = shift + top * shift, shift + left * shift
        parts.append(padded[..., y : y + height, x : x + width])
    return torch.cat(parts, dim=1)
