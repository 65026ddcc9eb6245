"""The pixels are divided by the brightest one of the batch instead of the brightest one there
can be.
"""

FAILS = ("test_scale",)


def scale_to_unit(images):
    return images.float() / images.max()
