"""The number of pixels is divided by the side of a patch instead of by its area."""

FAILS = ("test_tokens",)


def count_tokens(image_size, patch_size, pool="class"):
    height, width = (image_size, image_size) if isinstance(image_size, int) else image_size
    if height % patch_size or width % patch_size:
        raise ValueError(f"{height} x {width} pixels, patches of {patch_size}")
    return height * width // patch_size + (pool == "class")
