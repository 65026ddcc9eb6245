"""The division drops the fraction, so nearly every pixel becomes 0."""

FAILS = ("test_scale",)


def scale_to_unit(images):
    return (images // 255).float()
