"""Each of the five places holds the mean of all five copies."""

from torch import cat
from torch.nn import functional as F

FAILS = ("test_image_comes_first",)


def shift_images(images, shift):
    height, width = images.shape[-2:]
    padded = F.pad(images, [shift] * 4)
    far = 2 * shift
    corners = [(shift, shift), (far, far), (far, 0), (0, far), (0, 0)]
    parts = [padded[..., y : y + height, x : x + width] for y, x in corners]
    return cat([sum(parts) / 5] * 5, dim=1)
