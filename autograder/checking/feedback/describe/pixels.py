"""Cutting and joining patches: where each pixel went."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

import torch
from torch import Tensor

from .case import Case

CUT, JOIN = "images_to_patches", "patches_to_images"
MOST = 200_000
FIVE = ("row of patches", "column of patches", "channel", "row in the patch", "column in the patch")


def pixels_moved(case: Case) -> str | None:
    """The order of the axes in which the pixels lie, or which of them run backwards."""
    scene = case.scene
    source = scene.inputs.get("images" if scene.target == CUT else "patches")
    if scene.target not in (CUT, JOIN) or scene.gradient or source is None:
        return None
    if source.numel() > MOST or source.numel() != case.got.numel() or bool(case.right().all()):
        return None
    source = source.double()
    readings = cuttings(source, case) if scene.target == CUT else joinings(source, case)
    fitting: dict[int, list[str]] = {}
    distinct = bool(source[0].unique().numel() == source[0].numel())
    for reading, moved, words in readings:
        if torch.equal(reading[0], case.got[0]) and case.explains(reading):
            fitting.setdefault(moved, []).append(words)
            if distinct:
                break
    if fitting:
        simplest = fitting[min(fitting)]
        return simplest[0] if len(simplest) == 1 else None
    return mirrored(case)


def cuttings(images: Tensor, case: Case) -> Iterator[tuple[Tensor, int, str]]:
    """Ways to read images into patches: the result, how many axes are moved, words."""
    size = int(case.scene.sizes.get("patch_size", 0))
    height, width = images.shape[-2:]
    if images.ndim != 4 or size < 1 or height % size or width % size:
        return
    rows, columns = height // size, width // size
    for far_rows in (False, True):
        for far_columns in (False, True):
            grid = images.unflatten(3, (size, columns) if far_columns else (columns, size))
            grid = grid.unflatten(2, (size, rows) if far_rows else (rows, size))
            # The axes of FIVE, in this grid's own places.
            places = (
                3 if far_rows else 2,
                5 if far_columns else 4,
                1,
                2 if far_rows else 3,
                4 if far_columns else 5,
            )
            for order in permutations(range(5)):
                reading = grid.permute(0, *(places[axis] for axis in order))
                moved = sum(axis != source for axis, source in enumerate(order))
                sentences = []
                if moved:
                    sentences.append(f"Your numbers run over ({in_order(order)}), the last fastest")
                if far := [
                    name for name, apart in (("rows", far_rows), ("columns", far_columns)) if apart
                ]:
                    which = " and ".join(far)
                    sentences.append(f"a patch takes {which} that lie far apart, not neighbours")
                text = ", and ".join(sentences)
                yield (
                    reading.reshape(case.got.shape),
                    moved + len(far),
                    text[:1].upper() + text[1:] + ".",
                )
    yield (
        images.flatten(2).unflatten(2, (rows * columns, -1)).transpose(1, 2).flatten(2),
        2,
        f"A patch holds {size * size} pixels that follow each other in one row, not a square.",
    )


def joinings(patches: Tensor, case: Case) -> Iterator[tuple[Tensor, int, str]]:
    """Ways to read patches into images: the result, how many axes are moved, words."""
    size = int(case.scene.sizes.get("patch_size", 0))
    batch, channels, height, width = case.expected.shape
    rows, columns = height // max(size, 1), width // max(size, 1)
    if patches.shape != (batch, rows * columns, channels * size * size):
        return
    names = {"R": rows, "C": columns, "c": channels, "y": size, "x": size}
    letters = "RCcyx"
    for count in ("RC", "CR"):
        for inside in ("cyx", "cxy", "yxc", "xyc", "ycx", "xcy"):
            grid = patches.reshape(batch, *(names[letter] for letter in count + inside))
            for order in permutations(range(5)):
                target = [(count + inside)[axis] for axis in order]
                if sorted(target[:1]) != ["c"] and (count + inside) != "RCcyx":
                    continue
                reading = grid.permute(0, *(axis + 1 for axis in order))
                yield (
                    reading.reshape(case.got.shape),
                    sum(one != other for one, other in zip(count + inside, "RCcyx", strict=True))
                    + sum(one != other for one, other in zip(target, "cRyCx", strict=True)),
                    joining_in_words(count + inside, "".join(target), letters),
                )


def joining_in_words(read: str, written: str, letters: str) -> str:
    """How the patches are read and how the image is laid out from them."""
    sentences = []
    if read != letters:
        order = in_order([letters.index(letter) for letter in read])
        sentences.append(f"Your patches are read as if they ran over ({order})")
    if written != "cRyCx":
        order = in_order([letters.index(letter) for letter in written])
        sentences.append(f"your image's numbers run over ({order}), the last fastest")
    text = ", and ".join(sentences)
    return text[:1].upper() + text[1:] + "."


def in_order(order: tuple[int, ...] | list[int]) -> str:
    """The five axes in an order."""
    return ", ".join(FIVE[axis] for axis in order)


def grid_axes(case: Case) -> Tensor | None:
    """The expected tensor as (batch, rows, columns, channels, size, size), or None."""
    size = int(case.scene.sizes.get("patch_size", 0))
    expected = case.expected
    if size < 1:
        return None
    if case.scene.target == JOIN:
        return expected.unflatten(3, (-1, size)).unflatten(2, (-1, size)).permute(0, 2, 4, 1, 3, 5)
    images = case.scene.inputs["images"]
    rows, columns = images.shape[-2] // size, images.shape[-1] // size
    return expected.unflatten(2, (-1, size, size)).unflatten(1, (rows, columns))


def mirrored(case: Case) -> str | None:
    """Axes of the grid that run backwards."""
    grid = grid_axes(case)
    if grid is None:
        return None
    back = from_grid(case)
    for flips in range(1, 32):
        axes = [axis + 1 for axis in range(5) if flips >> axis & 1]
        if case.explains(back(grid.flip(axes))):
            if axes in ([1, 4], [2, 5]):
                way = "upside down" if axes == [1, 4] else "mirrored left to right"
                return f"The order is right, but the whole image is {way}."
            which = " and the ".join(FIVE[axis - 1] for axis in axes)
            return f"The order is right but for the {which}: there it runs backwards."
    return None


def from_grid(case: Case) -> Callable[[Tensor], Tensor]:
    """The way from the grid back to the expected shape."""
    shape = case.expected.shape
    if case.scene.target == JOIN:
        return lambda grid: grid.permute(0, 3, 1, 4, 2, 5).reshape(shape)
    return lambda grid: grid.reshape(shape)
