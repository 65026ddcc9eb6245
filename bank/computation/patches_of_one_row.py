"""Only the patches of one row are counted; there are as many rows as fit into the height."""

FAILS = ("test_tokens",)


def count_tokens(image_size, patch_size, pool="class"):
    height, width = (image_size, image_size) if isinstance(image_size, int) else image_size
    if height % patch_size or width % patch_size:
        raise ValueError(f"{height} x {width} pixels, patches of {patch_size}")
    return width // patch_size + (pool == "class")
