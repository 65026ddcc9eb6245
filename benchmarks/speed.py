"""Measures how fast training steps are: the course's, a plain loop's, PyTorch's encoder's."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader
from torch.utils.flop_counter import FlopCounterMode
from torchvision import transforms

from course import datasets, loader, precision, presets, recipes, training
from course.run import Run

ROUNDS = 3
WARM_UP = 8
BACKWARD = 3  # forward and backward together cost three times a forward


class WithPyTorchs(nn.Module):
    """PyTorch's own encoder in the place of the student's, in the same pre-norm form."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(
            config["embed_dim"],
            config["num_heads"],
            config["hidden_dim"],
            config.get("dropout", 0.0),
            activation="gelu",
            batch_first=True,
            norm_first=True,
        )
        self.encoder = nn.TransformerEncoder(
            layer,
            config["num_layers"],
            nn.LayerNorm(config["embed_dim"]),
            enable_nested_tensor=False,
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (batch, tokens, embed_dim) to the same."""
        return self.encoder(tokens)


class Bench:
    """One device, one data set.

    Args:
        data: whose training images are used.
        device: "cpu" or "cuda".
        seconds: that each measurement takes at least.
    """

    def __init__(self, data: datasets.ImageData, device: str, seconds: float) -> None:
        self.data = data
        self.device = torch.device(device)
        self.seconds = seconds
        self.peak = self.peak_flops()

    def build(self, name: str, **changes: Any) -> nn.Module:
        """The model of a preset, with changes to its configuration."""
        preset = presets.PRESETS[name]
        torch.manual_seed(0)
        config = preset.config | changes | {"num_classes": len(self.data.classes)}
        return presets.build(preset.kind, config).to(self.device)

    def loader(self, name: str, batch_size: int | None = None) -> loader.Loader:
        """The course's loader of a preset."""
        preset = presets.PRESETS[name]
        return loader.Loader(
            self.data.train_images,
            self.data.train_labels,
            self.data.mean,
            self.data.std,
            batch_size or preset.settings.batch_size,
            preset.augmentation,
            shuffle=True,
            device=self.device,
        )

    def ours(self, name: str, model: nn.Module, batch_size: int | None = None) -> Iterator[int]:
        """Steps of the course's loop; each gives the number of its images.

        PyTorch's encoder has no parts that could be skipped, so it trains at its full depth.
        """
        settings = presets.PRESETS[name].settings
        batches = self.loader(name, batch_size)
        run = Run(model, settings, batches)
        model.train()
        whole = isinstance(getattr(model, "encoder", None), WithPyTorchs)
        with recipes.drop_path(model, 0.0 if whole else settings.drop_path):
            while True:
                for images, labels in batches:
                    training.take_step(run, images, labels)
                    yield len(labels)

    def plain(self, name: str, model: nn.Module, folder: Path) -> Iterator[int]:
        """Steps of a plain loop: image files, torchvision's transforms, a DataLoader, float32."""
        preset = presets.PRESETS[name]
        transform = transforms.Compose(
            [
                transforms.RandomCrop(32, padding=4),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Normalize(self.data.mean, self.data.std),
            ]
        )
        images = torchvision.datasets.ImageFolder(folder, transform)
        workers = 2 if self.device.type == "cpu" else 8
        batches = DataLoader(
            images, preset.settings.batch_size, shuffle=True, num_workers=workers, drop_last=True
        )
        optimizer = torch.optim.AdamW(model.parameters(), preset.settings.learning_rate)
        model.train()
        while True:
            for pixels, labels in batches:
                loss = F.cross_entropy(model(pixels.to(self.device)), labels.to(self.device))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                loss.item()
                yield len(labels)

    def whole_training(self, name: str) -> tuple[float, float]:
        """Seconds that a whole preset trains once the device is warm, and its test accuracy.

        A few steps warm up, compile and record; before each round weights, optimizers and rate
        are set back.
        """
        preset = presets.PRESETS[name]
        model, _, (batches, _, test) = presets.prepare(
            preset, preset.settings, self.data, self.device
        )
        rounds = []
        dropping = recipes.drop_path(model, preset.settings.drop_path)
        with presets.threads(preset.threads), dropping:
            run = Run(model, preset.settings, batches)
            start = {name: value.clone() for name, value in model.state_dict().items()}
            self.take_steps(run, WARM_UP)
            for _ in range(ROUNDS):
                model.load_state_dict(start)
                for optimizer in run.optimizers:
                    for state in optimizer.state.values():
                        for value in state.values():
                            value.zero_()
                run.step = 0
                self.wait()
                begin = time.perf_counter()
                self.take_steps(run, run.total_steps)
                self.wait()
                seconds = time.perf_counter() - begin
                rounds.append((seconds, training.evaluate(model, test)[1]))
        seconds, accuracy = (statistics.median(each) for each in zip(*rounds, strict=True))
        return seconds, accuracy

    @staticmethod
    def take_steps(run: Run, count: int) -> None:
        """So many steps, over as many epochs as it takes."""
        run.model.train()
        batches = itertools.chain.from_iterable(itertools.repeat(run.loader))
        for images, labels in itertools.islice(batches, count):
            training.take_step(run, images, labels)

    def speed(self, steps: Iterator[int], warmup: int = 3) -> float:
        """Images per second."""
        for _ in range(warmup):
            next(steps)
        self.wait()
        start, images = time.perf_counter(), 0
        while time.perf_counter() - start < self.seconds:
            images += sum(next(steps) for _ in range(2))
            self.wait()
        return images / (time.perf_counter() - start)

    def wait(self) -> None:
        """Until the device has done what it was given."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def peak_flops(self) -> float:
        """What a large product of matrices reaches here, in the precision that is trained in."""
        size = 8192 if self.device.type == "cuda" else 2048
        dtype = precision.choose(self.device)
        left = torch.randn(size, size, device=self.device).to(dtype)
        seconds = []
        for _ in range(8):
            self.wait()
            start = time.perf_counter()
            left @ left
            self.wait()
            seconds.append(time.perf_counter() - start)
        return 2 * size**3 / statistics.median(seconds[2:])

    def flops(self, model: nn.Module) -> float:
        """Of forward and backward, for one image."""
        images = self.data.train_images[:1].float().to(self.device)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            model.eval()(images)
        return BACKWARD * counter.get_total_flops()

    def memory(self) -> float:
        """The largest memory used on a GPU so far, in MB; NaN on a CPU."""
        if self.device.type != "cuda":
            return float("nan")
        return torch.cuda.max_memory_allocated() / 2**20

    def preset(self, name: str, folder: Path) -> dict[str, float]:
        """All figures of one preset."""
        config = presets.PRESETS[name].config
        makers: dict[str, Callable[[], Iterator[int]]] = {
            "ours": lambda: self.ours(name, self.build(name)),
            "plain": lambda: self.plain(name, self.build(name), folder),
        }
        if "embed_dim" in config:
            makers["torch_encoder"] = lambda: self.ours(
                name, with_pytorchs(self.build(name), config)
            )
        found: dict[str, list[float]] = {side: [] for side in makers}
        memory: dict[str, float] = {}
        running = {side: make() for side, make in makers.items()}
        for _ in range(ROUNDS):
            for side, steps in running.items():
                if self.device.type == "cuda":
                    torch.cuda.reset_peak_memory_stats()
                found[side].append(self.speed(steps))
                memory[side] = self.memory()
        figures = {side: statistics.median(speeds) for side, speeds in found.items()}
        flops = self.flops(self.build(name))
        return figures | {
            "flops_per_image": flops,
            "mfu": figures["ours"] * flops / self.peak,
            "memory_mb": memory["ours"],
        }

    def step_seconds(self, name: str, batch_size: int, **changes: Any) -> float:
        """The median time of a step."""
        steps = self.ours(name, self.build(name, **changes), batch_size)
        return batch_size / statistics.median(self.speed(steps) for _ in range(ROUNDS))


def with_pytorchs(model: nn.Module, config: dict[str, Any]) -> nn.Module:
    """The student's ViT with PyTorch's encoder in it."""
    model.encoder = WithPyTorchs(config).to(next(model.parameters()).device)
    return model
