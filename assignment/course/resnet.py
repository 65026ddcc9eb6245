"""The baseline: a small ResNet for 32 x 32 images, and a pre-trained one to compare with."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions and a shortcut around them.

    Where the block halves the image and widens the channels, the shortcut takes every second
    pixel and fills the new channels with zeros: no parameters (He et al. 2016, option A).
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.stride = stride
        self.new_channels = out_channels - in_channels

    def forward(self, images: Tensor) -> Tensor:
        """(batch, in_channels, h, w) to (batch, out_channels, h / stride, w / stride)."""
        shortcut = images[:, :, :: self.stride, :: self.stride]
        shortcut = F.pad(shortcut, (0, 0, 0, 0, 0, self.new_channels))
        hidden = F.relu(self.norm1(self.conv1(images)))
        return F.relu(shortcut + self.norm2(self.conv2(hidden)))


class ResNet(nn.Module):
    """A ResNet for small images; its hyperparameters are yours to tune.

    A 3 x 3 convolution, then one stage for each entry of `blocks`. Every stage after the first
    halves height and width and doubles the channels. `width=16, blocks=(3, 3, 3)` is the
    paper's ResNet-20 (0.27 M parameters).

    Args:
        num_classes: number of classes.
        width: channels of the first stage.
        blocks: residual blocks in each stage.

    Source: He et al. 2016 (arXiv 1512.03385), section 4.2.
    """

    def __init__(
        self, num_classes: int = 10, width: int = 16, blocks: Sequence[int] = (3, 3, 3)
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        stages = []
        in_channels = width
        for stage, count in enumerate(blocks):
            for block in range(count):
                out_channels = width * 2**stage
                stride = 2 if stage > 0 and block == 0 else 1
                stages.append(BasicBlock(in_channels, out_channels, stride))
                in_channels = out_channels
        self.stages = nn.Sequential(*stages)
        self.head = nn.Linear(in_channels, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, images: Tensor) -> Tensor:
        """Images (batch, 3, height, width) to logits (batch, num_classes)."""
        hidden = F.relu(self.norm(self.conv(images)))
        return self.head(self.stages(hidden).mean(dim=(2, 3)))


def pretrained(num_classes: int = 10, image_size: int = 64) -> nn.Module:
    """torchvision's ResNet-18 with ImageNet's weights and a new head: a second baseline.

    The first call downloads 45 MB. The images are enlarged first, because the network halves
    them five times.

    Args:
        num_classes: number of classes.
        image_size: height and width to enlarge to, in pixels.

    Raises:
        RuntimeError: where the weights cannot be had; the message says what to do.
    """
    from torchvision import models

    weights = models.ResNet18_Weights.IMAGENET1K_V1
    try:
        network = models.resnet18(weights=weights)
    except OSError as error:
        raise RuntimeError(
            f"The pre-trained weights could not be downloaded ({error}). Download {weights.url} "
            f'in a browser and put it into "{torch.hub.get_dir()}/checkpoints", or use '
            "resnet.ResNet(), which needs no download."
        ) from error
    network.fc = nn.Linear(network.fc.in_features, num_classes)
    return nn.Sequential(nn.Upsample(size=image_size, mode="bilinear"), network)
