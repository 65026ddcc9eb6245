"""The pixels are divided by 256, so that white stays below 1."""

FAILS = ("test_scale",)


def scale_to_unit(images):
    return images.float() / 256
