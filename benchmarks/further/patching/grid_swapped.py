"""patches_to_images takes width // patch_size as the number of rows of patches and height // patch_size as the number of columns, which is wrong for images that are not square."""


def patches_to_images(patches, patch_size, height, width):
    b, n, length = patches.shape
    p = patch_size
    if height % p or width % p or (height // p) * (width // p) != n:
        raise ValueError(f"{n} patches of size {p} do not fit ({height}, {width})")
    rows, columns = width // p, height // p
    c = length // (p * p)
    x = patches.reshape(b, rows, columns, c, p, p)
    x = x.permute(0, 3, 1, 4, 2, 5)
    return x.reshape(b, c, height, width)
