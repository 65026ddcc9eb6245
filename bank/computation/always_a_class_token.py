"""A class token is counted even where the mean over the tokens is read."""

FAILS = ("test_tokens",)


def count_tokens(image_size, patch_size, pool="class"):
    height, width = (image_size, image_size) if isinstance(image_size, int) else image_size
    if height % patch_size or width % patch_size:
        raise ValueError(f"{height} x {width} pixels, patches of {patch_size}")
    return (height // patch_size) * (width // patch_size) + 1
