"""Height and width are split as (patch_size, rows) and (patch_size, columns) instead of (rows, patch_size) and (columns, patch_size), so that a patch holds pixels spread over the whole image, every rows-th and every columns-th, instead of neighbours."""


def images_to_patches(images, patch_size):
    b, c, h, w = images.shape
    p = patch_size
    if h % p or w % p:
        raise ValueError(f"patch_size {p} does not divide ({h}, {w})")
    x = images.reshape(b, c, p, h // p, p, w // p)
    x = x.permute(0, 3, 5, 1, 2, 4)
    return x.reshape(b, (h // p) * (w // p), c * p * p)
