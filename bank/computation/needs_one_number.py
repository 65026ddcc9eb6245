"""An image size given as height and width is not understood."""

FAILS = ("test_tokens_of_other_images",)


def count_tokens(image_size, patch_size, pool="class"):
    if image_size % patch_size:
        raise ValueError(f"{patch_size} does not divide {image_size}")
    return (image_size // patch_size) ** 2 + (pool == "class")
