"""The five copies of one channel stand side by side, before those of the next channel."""

from torch import stack
from torch.nn import functional as F

FAILS = ("test_image_comes_first",)


def shift_images(images, shift):
    height, width = images.shape[-2:]
    padded = F.pad(images, [shift] * 4)
    far = 2 * shift
    corners = [(shift, shift), (far, far), (far, 0), (0, far), (0, 0)]
    parts = [padded[..., y : y + height, x : x + width] for y, x in corners]
    return stack(parts, dim=2).flatten(1, 2)
