"""The image is moved left, right, up and down instead of along the diagonals."""

from torch import cat
from torch.nn import functional as F

FAILS = ("test_directions",)


def shift_images(images, shift):
    height, width = images.shape[-2:]
    padded = F.pad(images, [shift] * 4)
    far = 2 * shift
    corners = [(shift, shift), (shift, far), (shift, 0), (far, shift), (0, shift)]
    parts = [padded[..., y : y + height, x : x + width] for y, x in corners]
    return cat(parts, dim=1)
