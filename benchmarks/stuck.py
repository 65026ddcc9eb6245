"""Why a ViT of 256/4/4/1024 stayed at 14.81 % on CIFAR-10: the suspects, one at a time.

    python -m benchmarks.stuck --data cifar10

A report on a reimplementation with little hardware tells of a training loss of 2.22 a batch that
did not move in five epochs. Its code is lost. Here the model is built on `nn.TransformerEncoder`,
first rightly, then with one suspect each; the table goes to `stuck.md` beside this file.

Two things in the report narrow it down. PyTorch's warning that it prints, "use_nested_tensor is
False", comes with `batch_first=False` or with `norm_first=True` and not with the defaults of a
batch-first post-norm encoder. And its loss lies below ln 10 = 2.303, the best that a model can do
which does not see its image.
"""

from __future__ import annotations

import argparse
import math
import platform
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from course import catalogue, datasets, loader, training
from course.history import History

TABLE = Path(__file__).with_suffix(".md")
PRESET = catalogue.PRESETS["small-hardware-vit"]
STUCK_LOSS = 2.15
STUCK_ACCURACY = 0.20


class Rebuilt(nn.Module):
    """The ViT of the report on PyTorch's own encoder.

    Args:
        batch_first: as `nn.TransformerEncoderLayer` has it. The tokens are always given as
            (batch, tokens, embed_dim): with False, each image attends to the other images of
            its batch instead of to its own patches.
        norm_first: norms before attention and MLP, as in the paper, or after them.
        final_norm: a LayerNorm after the last block, as in the paper.
        mean: read the mean over the patches instead of a class token. With `batch_first=False` a
            class token meets only the other images' class tokens, which are all the same.
    """

    def __init__(
        self,
        batch_first: bool = True,
        norm_first: bool = True,
        final_norm: bool = True,
        mean: bool = False,
    ) -> None:
        super().__init__()
        config = PRESET.config
        embed_dim = config["embed_dim"]
        self.mean = mean
        self.projection = nn.Conv2d(3, embed_dim, config["patch_size"], config["patch_size"])
        self.class_token = nn.Parameter(torch.zeros(1, 1, embed_dim))
        self.positions = nn.Parameter(torch.empty(1, 65, embed_dim).normal_(std=0.02))
        layer = nn.TransformerEncoderLayer(
            embed_dim,
            config["num_heads"],
            config["hidden_dim"],
            dropout=0.0,
            activation="gelu",
            batch_first=batch_first,
            norm_first=norm_first,
        )
        norm = nn.LayerNorm(embed_dim) if final_norm else None
        self.encoder = nn.TransformerEncoder(
            layer, config["num_layers"], norm, enable_nested_tensor=False
        )
        self.head = nn.Linear(embed_dim, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Images (batch, 3, 32, 32) to logits (batch, 10)."""
        patches = self.projection(images).flatten(start_dim=2).transpose(1, 2)
        tokens = torch.cat([self.class_token.expand(len(images), -1, -1), patches], dim=1)
        tokens = self.encoder(tokens + self.positions)
        return self.head(tokens[:, 1:].mean(dim=1) if self.mean else tokens[:, 0])


@dataclass(frozen=True)
class Suspect:
    """One difference from the right model and training.

    Attributes:
        name: for the table.
        batch_first: see `Rebuilt`.
        norm_first: likewise.
        final_norm: likewise.
        mean: likewise.
        weight_decay: added to the gradient, as `torch.optim.Adam` does.
        normalised: whether pixels are normalised; otherwise they stay in [0, 1].
    """

    name: str
    batch_first: bool = True
    norm_first: bool = True
    final_norm: bool = True
    mean: bool = False
    weight_decay: float = 0.0
    normalised: bool = True


SUSPECTS = (
    Suspect("right: pre-norm, batch first, normalised, no weight decay"),
    Suspect("`batch_first=False`, class token", batch_first=False),
    Suspect("`batch_first=False`, mean over the patches", batch_first=False, mean=True),
    Suspect("mean over the patches, else right", mean=True),
    Suspect("post-norm, no warm-up", norm_first=False, final_norm=False),
    Suspect("coupled weight decay 1e-4", weight_decay=1e-4),
    Suspect("coupled weight decay 1e-2", weight_decay=1e-2),
    Suspect("coupled weight decay 0.1, the paper's number for pre-training", weight_decay=0.1),
    Suspect("pixels in [0, 1], not normalised", normalised=False),
)


def train(suspect: Suspect, data: datasets.ImageData, epochs: float, seed: int) -> History:
    """Train one; its history has the validation accuracy as well."""
    torch.manual_seed(seed)
    model = Rebuilt(suspect.batch_first, suspect.norm_first, suspect.final_norm, suspect.mean)
    settings = replace(PRESET.settings, epochs=epochs, seed=seed, weight_decay=suspect.weight_decay)
    mean, std = (data.mean, data.std) if suspect.normalised else ((0.0,) * 3, (1.0,) * 3)
    train_loader, validation_loader = (
        loader.Loader(
            data.train_images[part],
            data.train_labels[part],
            mean,
            std,
            settings.batch_size,
            shuffle=True,
            seed=seed,
        )
        for part in loader.split(data, PRESET.validation_fraction, seed)
    )
    return training.train(model, train_loader, validation_loader, settings)


def verdict(history: History) -> str:
    """Whether it is stuck, and whether as the report's run was."""
    last = history.rows[-1]
    loss, accuracy = last["train_loss"], last["validation_accuracy"]
    if loss < STUCK_LOSS and accuracy > STUCK_ACCURACY:
        return "learns"
    return "blind: no better than chance" if loss > math.log(10) else "stuck as the report was"


def main() -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Test why a ViT stayed at 14.81 %.")
    parser.add_argument("--data", required=True, metavar="sample|cifar10|PATH")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=TABLE, metavar="TABLE.md")
    parser.add_argument("--only", nargs="+", type=int, help="numbers of suspects, from 0")
    options = parser.parse_args()
    data = datasets.load(options.data)
    lines = [
        "# The run that stayed at 14.81 %",
        "",
        f"`python -m benchmarks.stuck --epochs {options.epochs:g}` on {data.name}, "
        f"{torch.get_num_threads()} threads, torch {torch.__version__}, "
        f"Python {platform.python_version()}: a ViT of 256/4/4/1024 on `nn.TransformerEncoder`, "
        "Adam 1e-3, batch 64, 40,000 training images. The report's run had a loss of 2.25 a batch "
        "in its first epoch and 2.22 in its fifth.",
        "",
        "| what | loss a batch | validation accuracy | |",
        "| --- | --- | --- | --- |",
    ]
    chosen = range(len(SUSPECTS)) if options.only is None else options.only
    for suspect in (SUSPECTS[number] for number in chosen):
        history = train(suspect, data, options.epochs, options.seed)
        last = history.rows[-1]
        lines.append(
            f"| {suspect.name} | {last['train_loss']:.2f} | {last['validation_accuracy']:.1%} "
            f"| {verdict(history)} |"
        )
        print(lines[-1], flush=True)
        options.output.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
