"""Public checks of the stage `patching`."""

import torch
from torch.nn import functional as F

from ..api.check import check
from ..api.compare import require, require_same, require_tensor
from ..api.probe import Probe


@check(points=1)
def test_patch_shapes(probe: Probe) -> None:
    """Images become as many patches as fit, each as long as it has numbers."""
    cut = probe.function("images_to_patches")
    cases = (
        ((2, 3, 8, 12), 4, (2, 6, 48)),
        ((1, 1, 9, 6), 3, (1, 6, 9)),
        ((3, 5, 4, 4), 4, (3, 1, 80)),
        ((2, 3, 2, 5), 1, (2, 10, 3)),
    )
    for shape, patch_size, expected in cases:
        images = probe.inputs.normal(*shape)
        what = f"images_to_patches: the output for images {shape} and patch size {patch_size}"
        hint = "count the patches in a column and in a row; how many numbers does one patch have?"
        require_tensor(cut(images, patch_size), what, expected, torch.float32, hint)


@check(points=1, rests_on=("test_patch_shapes",))
def test_patch_order(probe: Probe) -> None:
    """Patches come row by row, from left to right, and each holds its own pixels."""
    cut = probe.function("images_to_patches")
    for rows, columns, size in ((2, 3, 4), (4, 2, 3)):
        count = rows * columns
        numbers = torch.arange(count, dtype=torch.float32)
        grid = numbers.view(rows, columns).kron(torch.ones(size, size))
        patches = require_tensor(
            cut(grid.expand(2, 3, -1, -1), size),
            "images_to_patches: the output",
            (2, count, 3 * size**2),
            torch.float32,
        )
        where = f"images_to_patches: in an image of {rows} rows of {columns} patches"
        for number in range(count):
            held = patches[:, number].unique()
            require(
                len(held) == 1,
                f"{where}, patch {number} holds pixels of several places\n"
                f"  expected: all pixels of one square of {size} by {size}\n"
                f"  got:      pixels of {len(held)} different squares\n"
                "Try: give the rows and the columns of patches axes of their own before you "
                "join any axes.",
            )
            require(
                held.item() == number,
                f"{where}, the patches come in another order\n"
                f"  expected: {list(range(count))}, counted row by row\n"
                f"  got:      {[int(each) for each in patches[0, :, 0].nan_to_num(-1)]}\n"
                "Try: which axis moves faster, the row of patches or the column?",
            )


@check(points=2, rests_on=("test_patch_shapes",))
def test_patch_inside(probe: Probe) -> None:
    """Inside a patch, a linear layer sees what a convolution sees: channel, row, column."""
    cut = probe.function("images_to_patches")
    where = "images_to_patches: inside a patch"
    for channels, size in ((3, 4), (5, 2), (1, 3)):
        shape = (channels, size, size)
        length = channels * size**2
        image = torch.arange(length, dtype=torch.float32).view(1, *shape)
        patch = require_tensor(cut(image, size), where, (1, 1, length), torch.float32)[0, 0]
        for place, value in enumerate(patch.nan_to_num(-1).tolist()):
            require(
                value == place,
                f"{where} of {channels} channels and size {size}, the numbers come in another "
                f"order\n  expected: at {place}, {pixel(place, size)}\n"
                f"  got:      at {place}, "
                f"{pixel(int(value), size) if 0 <= value < length else 'another number'}\n"
                "Try: channel first, then row, then column; the last one moves fastest.",
            )
        images, weight = probe.inputs.normal(4, *shape), probe.inputs.normal(6, *shape)
        patches = require_tensor(cut(images, size), where, (4, 1, length), torch.float32)
        require_same(
            F.linear(patches, weight.flatten(1)),
            F.conv2d(images, weight, stride=size).flatten(2).transpose(1, 2),
            "images_to_patches: a linear layer on the patches, compared with a convolution,",
        )


@check(points=1)
def test_way_back(probe: Probe) -> None:
    """Patches become the images they came from."""
    join = probe.function("patches_to_images")
    hint = "undo the steps of images_to_patches one by one, last one first."
    for batch, channels, height, width, size in (
        (2, 3, 8, 12, 4),
        (1, 1, 9, 6, 3),
        (3, 5, 4, 4, 4),
    ):
        count = height * width // size**2
        patches = probe.inputs.normal(batch, count, channels * size**2)
        join.require_reference(patches, size, height, width, hint=hint)


def pixel(place: int, size: int) -> str:
    """Where in a patch the number with this place lies."""
    channel, rest = divmod(place, size**2)
    return f"channel {channel}, row {rest // size}, column {rest % size}"
