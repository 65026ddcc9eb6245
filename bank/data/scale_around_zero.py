"""The pixels are brought to the range from -1 to 1 instead of 0 to 1."""

FAILS = ("test_scale",)


def scale_to_unit(images):
    return images.float() / 127.5 - 1
