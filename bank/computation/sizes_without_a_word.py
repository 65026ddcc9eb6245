"""A patch size that does not divide the image is refused, but the message does not say which
sizes.
"""

FAILS = ("test_tokens_of_other_images",)


def count_tokens(image_size, patch_size, pool="class"):
    height, width = (image_size, image_size) if isinstance(image_size, int) else image_size
    if height % patch_size or width % patch_size:
        raise ValueError("the patch size does not fit")
    return (height // patch_size) * (width // patch_size) + (pool == "class")
