"""The pixels become float64 numbers, twice as long as asked for."""

FAILS = ("test_scale",)


def scale_to_unit(images):
    return images.double() / 255
