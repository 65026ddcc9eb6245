"""A patch size that does not divide the image goes unnoticed, and the rest is cut off."""

FAILS = ("test_tokens_of_other_images",)


def count_tokens(image_size, patch_size, pool="class"):
    height, width = (image_size, image_size) if isinstance(image_size, int) else image_size
    return (height // patch_size) * (width // patch_size) + (pool == "class")
