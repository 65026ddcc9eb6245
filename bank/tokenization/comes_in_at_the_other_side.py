"""What leaves the frame comes in again at the opposite side."""

from torch import cat

FAILS = ("test_directions",)


def shift_images(images, shift):
    moves = [(0, 0), (-shift, -shift), (-shift, shift), (shift, -shift), (shift, shift)]
    return cat([images.roll(move, dims=(-2, -1)) for move in moves], dim=1)
