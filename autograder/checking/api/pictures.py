"""Images whose pixels say where they came from, and what an augmentation did to each of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .compare import CheckFailed, require_tensor
from .inputs import Inputs


@dataclass(frozen=True)
class Pictures:
    """A batch in which no pixel is zero and none looks like its neighbours.

    Attributes:
        tags: int64 (batch, channels, height, width), from 1 to 255: they grow by one from column
            to column and on from row to row, and start anew for each image.
        dtype: of the images made from them; uint8 or floating.
    """

    tags: Tensor
    dtype: torch.dtype = torch.uint8

    @classmethod
    def draw(cls, inputs: Inputs, *shape: int, dtype: torch.dtype = torch.uint8) -> Pictures:
        """Pictures of this shape, with at most 200 numbers in each."""
        batch, *rest = shape
        length = math.prod(rest)
        starts = 1 + inputs.integers(256 - length, batch).view(-1, 1, 1, 1)
        return cls(starts + torch.arange(length).view(1, *rest), dtype)

    @property
    def images(self) -> Tensor:
        """What the student's function is called with."""
        return self.coded(self.tags)

    def coded(self, tags: Tensor) -> Tensor:
        """Tags as pixels of the dtype; 0 stays 0, and no other tag becomes 0."""
        if self.dtype == torch.uint8:
            return tags.to(torch.uint8)
        return torch.where(tags > 0, (tags - 127.5) / 64, 0).to(self.dtype)

    def decoded(self, pixels: Tensor) -> Tensor:
        """The tags of pixels that are not 0."""
        if self.dtype == torch.uint8:
            return pixels.long()
        return (pixels.double() * 64 + 127.5).round().long()

    def read(self, got: object, where: str) -> Tensor:
        """What came back, once it has the shape and dtype of the images."""
        return require_tensor(got, f"{where}: the output", tuple(self.tags.shape), self.dtype)

    def mirrored(self) -> Tensor:
        """Each image as a mirror shows it."""
        width = self.tags.shape[-1]
        return self.coded(self.tags + width - 1 - 2 * torch.arange(width))

    def flips(self, got: object, where: str) -> Tensor:
        """Which images were mirrored: truth values (batch,).

        Raises:
            CheckFailed: where an image is neither itself nor its mirror image.
        """
        output = self.read(got, where)
        mirrored, same = equal(output, self.mirrored()), equal(output, self.images)
        for number in (~(mirrored | same)).nonzero().flatten().tolist()[:1]:
            raise CheckFailed(
                f"{where}: image {number} of the batch is neither itself nor its mirror image\n"
                "  expected: each image as it was, or mirrored left to right\n"
                "Try: look at one image before and after. Which axis is the width?"
            )
        return mirrored & ~same

    def crops(self, got: object, padding: int, where: str) -> Tensor:
        """The corner at which each image was cut: int64 (batch, 2), row and column.

        The image's width must be more than twice the padding. An image left as it was has the
        corner (padding, padding).

        Raises:
            CheckFailed: where an image is not a shifted copy with zeros around it.
        """
        output = self.read(got, where)
        width = self.tags.shape[-1]
        anywhere = (output != 0).flatten(1).int().argmax(dim=1, keepdim=True)
        pixel = output.flatten(1).gather(1, anywhere)
        step = (self.decoded(pixel) - self.tags.flatten(1).gather(1, anywhere)).flatten()
        right = (step + padding) % width - padding
        down = (step - right).div(width, rounding_mode="floor")
        shifted, inside = self.shifted(down, right)
        legal = equal(output, shifted) & (down.abs() <= padding) & (right.abs() <= padding)
        for number in (~legal).nonzero().flatten().tolist()[:1]:
            border = output[number][~inside[number].expand_as(output[number])]
            strange = bool((border != 0).any()) and int(down[number].abs()) <= padding
            raise CheckFailed(
                f"{where}: image {number} of the batch is no crop of the padded image\n"
                f"  expected: the image moved by at most {padding} pixels each way, zeros beside it"
                "\n  got:      "
                + (
                    "other numbers than zeros where the padding should show"
                    if strange
                    else "pixels that no single move by so few pixels brings there"
                )
                + "\nTry: look at one image before and after, and at its shape in each step."
            )
        return torch.stack([down, right], dim=1) + padding

    def shifted(self, down: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
        """Each image as seen from a corner moved down and right, and where it is seen."""
        height, width = self.tags.shape[-2:]
        down, right = down.view(-1, 1, 1, 1), right.view(-1, 1, 1, 1)
        row, column = torch.arange(height).view(-1, 1) + down, torch.arange(width) + right
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        return self.coded(torch.where(inside, self.tags + width * down + right, 0)), inside

    def erasures(self, got: object, size: int, where: str) -> Tensor:
        """The upper left corner of each image's blank square: int64 (batch, 2); -1 for none.

        Raises:
            CheckFailed: where something else changed than one square of zeros in all channels.
        """
        output = self.read(got, where)
        changed = output != self.images
        blank = changed.any(dim=1)
        rows, columns = blank.any(dim=2), blank.any(dim=1)
        square = (rows.sum(1) == size) & (columns.sum(1) == size) & (blank.sum((1, 2)) == size**2)
        top, left = rows.int().argmax(dim=1), columns.int().argmax(dim=1)
        square &= rows.flip(1).int().argmax(1) == rows.shape[1] - top - size
        square &= columns.flip(1).int().argmax(1) == columns.shape[1] - left - size
        complaints = (
            (~(changed & (output != 0)).flatten(1).any(1), "changed pixels that are not 0"),
            (equal(changed, blank.unsqueeze(1)), "pixels that changed in some channels only"),
            (square | ~blank.flatten(1).any(1), "changed pixels that form no such square"),
        )
        cut = cut_edges(rows, columns, size)
        for fine, words in complaints:
            for number in (~fine).nonzero().flatten().tolist()[:1]:
                extent = f"{int(rows[number].sum())} rows by {int(columns[number].sum())} columns"
                raise CheckFailed(
                    f"{where}: image {number} of the batch is not its old self with one blank "
                    f"square\n  expected: one square of {size} by {size} zeros, in all channels\n"
                    f"  got:      {words} ({extent} are touched{cut})\n"
                    "Try: look at one image before and after, near the edges too."
                )
        corner = torch.stack([top, left], dim=1)
        return torch.where(blank.flatten(1).any(1, keepdim=True), corner, -1)


def cut_edges(rows: Tensor, columns: Tensor, size: int) -> str:
    """At which edges of the images squares are cut off, as the end of a remark; "" for none.

    Args:
        rows, columns: truth values (batch, height) and (batch, width): which are touched.
        size: of a whole square.
    """
    edges = [
        name
        for touched, first, last in ((rows, "upper", "lower"), (columns, "left", "right"))
        for name, place in ((first, 0), (last, -1))
        if bool((touched[:, place] & (touched.sum(1) < size)).any())
    ]
    return f"; in the batch, squares are cut off at the {' and '.join(edges)} edge" * bool(edges)


def equal(one: Tensor, other: Tensor) -> Tensor:
    """Which images of two batches are the same, number by number: truth values (batch,)."""
    return (one == other).flatten(1).all(dim=1)
