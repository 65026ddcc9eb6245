"""Cutting and joining patches: where each pixel went.

Five axes hold the pixels of an image: R and C count patches, c channels, y and x pixels in a patch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import permutations, product

import torch
from torch import Tensor

from .case import Case

CUT, JOIN = "images_to_patches", "patches_to_images"
MOST = 200_000
FIVE = {
    "R": "row of patches",
    "C": "column of patches",
    "c": "channel",
    "y": "row in the patch",
    "x": "column in the patch",
}
PATCHES, IMAGE = "RCcyx", "cRyCx"  # the order in which each holds them, the last fastest
Reading = tuple[Tensor, int, list[str]]


def pixels_moved(case: Case) -> str | None:
    """The order of the axes in which the pixels lie, or which of them run backwards."""
    scene = case.scene
    source = scene.inputs.get("images" if scene.target == CUT else "patches")
    if scene.target not in (CUT, JOIN) or scene.gradient or source is None:
        return None
    if source.numel() > MOST or source.numel() != case.got.numel() or bool(case.right().all()):
        return None
    source = source.double()
    fitting: dict[int, list[list[str]]] = {}
    distinct = bool(source[0].unique().numel() == source[0].numel())
    for reading, moved, words in (cuttings if scene.target == CUT else joinings)(source, case):
        if torch.equal(reading[0], case.got[0]) and case.explains(reading):
            fitting.setdefault(moved, []).append(words)
            if distinct:
                break
    if not fitting:
        return mirrored(source, case)
    simplest = fitting[min(fitting)]
    text = ", and ".join(simplest[0])
    return f"{text[:1].upper()}{text[1:]}." if len(simplest) == 1 else None


def cuttings(images: Tensor, case: Case) -> Iterator[Reading]:
    """Ways to read images into patches: the result, how many axes are moved, words."""
    for rows, columns in product(("Ry", "yR"), ("Cx", "xC")):
        far = [name for name, order in (("rows", rows), ("columns", columns)) if order[1] in "RC"]
        for written in permutations(PATCHES):
            moved, words = differing(written, PATCHES), []
            if moved:
                words.append(f"your numbers run over ({in_order(written)}), the last fastest")
            if far:
                which = " and ".join(far)
                words.append(f"a patch takes {which} that lie far apart, not neighbours")
            reading = rearranged(images, f"c{rows}{columns}", written, lengths(images, case), case)
            yield reading, moved + len(far), words
    size = int(case.scene.sizes["patch_size"]) ** 2
    yield (
        images.flatten(2).unflatten(2, (-1, size)).transpose(1, 2).flatten(2),
        2,
        [f"A patch holds {size} pixels that follow each other in one row, not a square"],
    )


def joinings(patches: Tensor, case: Case) -> Iterator[Reading]:
    """Ways to read patches into images: the result, how many axes are moved, words."""
    inner = ("cyx", "cxy", "yxc", "xyc", "ycx", "xcy")
    for read in (count + inside for count, inside in product(("RC", "CR"), inner)):
        for written in permutations(read):
            if written[0] != "c" and read != PATCHES:
                continue
            words = []
            if read != PATCHES:
                words.append(f"your patches are read as if they ran over ({in_order(read)})")
            if differing(written, IMAGE):
                words.append(
                    f"your image's numbers run over ({in_order(written)}), the last fastest"
                )
            reading = rearranged(patches, read, written, lengths(case.expected, case), case)
            yield reading, differing(read, PATCHES) + differing(written, IMAGE), words


def lengths(images: Tensor, case: Case) -> dict[str, int]:
    """The length of each of the five axes."""
    size = int(case.scene.sizes["patch_size"])
    _, channels, height, width = images.shape
    return {"R": height // size, "C": width // size, "c": channels, "y": size, "x": size}


def rearranged(
    source: Tensor, read: str, written: Iterable[str], sizes: dict[str, int], case: Case
) -> Tensor:
    """The source, its axes read in one order and written in another."""
    grid = source.reshape(-1, *(sizes[letter] for letter in read))
    return grid.permute(0, *(1 + read.index(letter) for letter in written)).reshape(case.got.shape)


def differing(one: Iterable[str], other: Iterable[str]) -> int:
    """At how many places two orders differ."""
    return sum(mine != right for mine, right in zip(one, other, strict=True))


def in_order(letters: Iterable[str]) -> str:
    """The five axes in an order."""
    return ", ".join(FIVE[letter] for letter in letters)


def mirrored(source: Tensor, case: Case) -> str | None:
    """Axes that run backwards."""
    cut = case.scene.target == CUT
    layout, sizes = PATCHES if cut else IMAGE, lengths(source if cut else case.expected, case)
    grid = case.expected.reshape(-1, *(sizes[letter] for letter in layout))
    for flips in range(1, 32):
        letters = [letter for place, letter in enumerate(FIVE) if flips >> place & 1]
        turned = grid.flip([1 + layout.index(letter) for letter in letters])
        if case.explains(turned.reshape(case.expected.shape)):
            if letters in (["R", "y"], ["C", "x"]):
                way = "upside down" if "R" in letters else "mirrored left to right"
                return f"The order is right, but the whole image is {way}."
            which = " and the ".join(FIVE[letter] for letter in letters)
            return f"The order is right but for the {which}: there it runs backwards."
    return None
