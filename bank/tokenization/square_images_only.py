"""The height is used for the width, too, so that only square images work."""

from torch import cat
from torch.nn import functional as F

FAILS = ("test_shifted_shape",)


def shift_images(images, shift):
    height = width = images.shape[-2]
    padded = F.pad(images, [shift] * 4)
    far = 2 * shift
    corners = [(shift, shift), (far, far), (far, 0), (0, far), (0, 0)]
    parts = [padded[..., y : y + height, x : x + width] for y, x in corners]
    return cat(parts, dim=1)
