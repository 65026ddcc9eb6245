"""The second and the third shift are exchanged: left and down comes before right and up."""

from torch import cat
from torch.nn import functional as F

FAILS = ("test_directions",)


def shift_images(images, shift):
    height, width = images.shape[-2:]
    padded = F.pad(images, [shift] * 4)
    far = 2 * shift
    corners = [(shift, shift), (far, far), (0, far), (far, 0), (0, 0)]
    parts = [padded[..., y : y + height, x : x + width] for y, x in corners]
    return cat(parts, dim=1)
