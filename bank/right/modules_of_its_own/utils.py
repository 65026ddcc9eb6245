"""Layers without parameters that work on images."""

import torch
from torch import nn


class PerImage(nn.Module):
    def __init__(self, probability, generator):
        super().__init__()
        self.probability = probability
        self.generator = generator

    def forward(self, images):
        output = torch.empty_like(images)
        for i in range(images.shape[0]):
            draw = torch.rand(1, generator=self.generator, device=images.device)
            changed = self.change(images[i]) if bool(draw < self.probability) else images[i]
            output[i].copy_(changed)
        return output

    def whole(self, high, device):
        return int(torch.randint(high, (1,), generator=self.generator, device=device))


class Flip(PerImage):
    def change(self, image):
        return torch.flip(image, dims=[-1])


class Crop(PerImage):
    def __init__(self, padding, *others):
        super().__init__(*others)
        self.padding = padding
        self.pad = nn.ZeroPad2d(padding)

    def change(self, image):
        top, left = (self.whole(2 * self.padding + 1, image.device) for _ in range(2))
        height, width = image.shape[1:]
        return self.pad(image)[:, top : top + height, left : left + width]


class Erase(PerImage):
    def __init__(self, size, *others):
        super().__init__(*others)
        self.size = size

    def change(self, image):
        top = self.whole(image.shape[1] - self.size + 1, image.device)
        left = self.whole(image.shape[2] - self.size + 1, image.device)
        keep = torch.ones_like(image)
        keep[..., top : top + self.size, left : left + self.size] = 0
        return image * keep


def random_horizontal_flip(images, probability, generator=None):
    return Flip(probability, generator)(images)


def random_crop(images, padding, probability, generator=None):
    return Crop(padding, probability, generator)(images)


def random_erase(images, size, probability, generator=None):
    return Erase(size, probability, generator)(images)
