"""The convolutional network that the course's slides set against the ViT."""

from torch import Tensor, nn


class CNN(nn.Module):
    """Three pairs of convolutions, then three linear layers: 5.85 M parameters.

    Reads 32 x 32 images only, because the first linear layer expects 256 * 4 * 4 numbers.

    Args:
        num_classes: number of classes.
    """

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.network = nn.Sequential(
            *convolutions(3, 32, 64),
            *convolutions(64, 128, 128),
            *convolutions(128, 256, 256),
            nn.Flatten(),
            nn.Linear(256 * 4 * 4, 1024),
            nn.ReLU(),
            nn.Linear(1024, 512),
            nn.ReLU(),
            nn.Linear(512, num_classes),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Images (batch, 3, 32, 32) to logits (batch, num_classes)."""
        return self.network(images)


def convolutions(in_channels: int, hidden_channels: int, out_channels: int) -> list[nn.Module]:
    """Two 3 x 3 convolutions, then half the height and width."""
    return [
        nn.Conv2d(in_channels, hidden_channels, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(hidden_channels, out_channels, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.BatchNorm2d(out_channels),
    ]
