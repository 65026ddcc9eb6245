"""Whatever shift is asked for, the image moves by one pixel."""

from torch import cat
from torch.nn import functional as F

FAILS = ("test_directions",)


def shift_images(images, shift):
    height, width = images.shape[-2:]
    padded = F.pad(images, [shift] * 4)
    corners = [(shift, shift), *((shift + y, shift + x) for y in (1, -1) for x in (1, -1))]
    parts = [padded[..., y : y + height, x : x + width] for y, x in corners]
    return cat(parts, dim=1)
