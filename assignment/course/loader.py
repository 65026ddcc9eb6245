"""The custom loader: batches of images, augmented by your functions and normalised.

The images stay uint8 on the device and are augmented there a batch at a time, which is
faster than one by one. Your functions are called as `utils.name(...)`, so that an edit of
utils.py counts as soon as the module is reloaded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

import utils
from course.datasets import ImageData

BATCHES_AT_ONCE = 16  # a GPU augments so many batches in the time that it takes to ask for one


@dataclass(frozen=True)
class Augmentation:
    """How likely each augmentation is, for each training image by itself; your choice.

    Attributes:
        flip: probability of mirroring left to right.
        crop: probability of a shift by up to `padding` pixels.
        erase: probability of blanking out one square.
        padding: pixels.
        erase_size: side of the square, in pixels.

    Raises:
        ValueError: where a probability is not between 0 and 1.
    """

    flip: float = 0.5
    crop: float = 0.5
    erase: float = 0.0
    padding: int = 4
    erase_size: int = 8

    def __post_init__(self) -> None:
        for name in ("flip", "crop", "erase"):
            probability = getattr(self, name)
            if not 0 <= probability <= 1:
                raise ValueError(f"{name} is a probability, from 0 to 1, but is {probability}")

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Augment a batch (batch, channels, height, width); what has probability 0 is skipped."""
        if self.flip:
            images = utils.random_horizontal_flip(images, self.flip, generator)
        if self.crop:
            images = utils.random_crop(images, self.padding, self.crop, generator)
        if self.erase:
            images = utils.random_erase(images, self.erase_size, self.erase, generator)
        return images


def split(
    data: ImageData, validation_fraction: float = 0.1, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """Indices of the training and of the validation images: 45,000 and 5,000 on CIFAR-10."""
    return utils.split_indices(len(data.train_images), validation_fraction, seed)


class Loader:
    """Batches of one pass over the images, each image once.

    Iterating yields (images float32 (batch, channels, height, width), normalised; labels
    int64 (batch,)); the last batch may be smaller. `len(loader)` is the number of batches.

    Args:
        images: uint8 (count, channels, height, width).
        labels: int64 (count,).
        mean: for each channel, of pixels in [0, 1].
        std: likewise.
        batch_size: images in a batch.
        augmentation: applied to each batch; None leaves the images as they are.
        shuffle: whether each pass has an order of its own.
        seed: decides every order and every augmentation, from the first pass on.
        device: where the images live and the batches come from.
        whole_batches: whether a last, smaller batch is left out.
    """

    def __init__(
        self,
        images: Tensor,
        labels: Tensor,
        mean: Sequence[float],
        std: Sequence[float],
        batch_size: int = 128,
        augmentation: Augmentation | None = None,
        shuffle: bool = False,
        seed: int = 0,
        device: torch.device | str = "cpu",
        whole_batches: bool = False,
    ) -> None:
        if len(images) != len(labels):
            raise ValueError(f"{len(images)} images, but {len(labels)} labels")
        self.device = torch.device(device)
        self.images = images.to(self.device)
        self.labels = labels.to(self.device)
        self.mean, self.std = mean, std
        self.batch_size = batch_size
        self.augmentation = augmentation
        self.shuffle = shuffle
        self.generator = torch.Generator(self.device).manual_seed(seed)
        whole = len(images) // batch_size * batch_size
        self.count = whole if whole_batches and whole else len(images)
        self.together = batch_size * (BATCHES_AT_ONCE if self.device.type == "cuda" else 1)

    def __len__(self) -> int:
        return -(-self.count // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        count = len(self.images)
        order = torch.arange(count, device=self.device)
        if self.shuffle:
            order = torch.randperm(count, generator=self.generator, device=self.device)
        for some in order[: self.count].split(self.together):
            images, labels = self.images[some], self.labels[some]
            if self.augmentation is not None:
                images = self.augmentation(images, self.generator)
            images = utils.normalize(utils.scale_to_unit(images), self.mean, self.std)
            yield from zip(
                images.split(self.batch_size), labels.split(self.batch_size), strict=True
            )
