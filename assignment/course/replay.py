"""Repeats a training step on a GPU without Python between its kernels: a CUDA graph."""

from collections.abc import Callable

import torch
from torch import Tensor

Step = Callable[[Tensor, Tensor], tuple[Tensor, ...]]
WARM_UP = 3


class Replay:
    """The first steps run as they are, then one is recorded, which is repeated from then on.

    Each batch takes the place of the recorded one's; a batch of another size runs as it is. A
    step must not look at the numbers that it computes, because then they have to reach the CPU.

    Args:
        optimizers: those that the step uses. Their learning rates become tensors, so that they
            can change from one repetition to the next.

    Source: PyTorch's documentation, "CUDA semantics", section on CUDA graphs.
    """

    def __init__(self, optimizers: list[torch.optim.Optimizer]) -> None:
        self.optimizers = optimizers
        self.taken = 0
        self.graph: torch.cuda.CUDAGraph | None = None
        self.images, self.labels = torch.empty(0), torch.empty(0)
        self.results: tuple[Tensor, ...] = ()

    def __call__(self, step: Step, images: Tensor, labels: Tensor) -> tuple[Tensor, ...]:
        """Take the step; what it returns is overwritten by the next one.

        Args:
            step: the same in every call.
            images: (batch, channels, height, width).
            labels: (batch,).
        """
        if self.graph is None and self.taken == WARM_UP:
            self.record(step, images, labels)
        if self.graph is None or images.shape != self.images.shape:
            return self.warm_up(step, images, labels)
        self.images.copy_(images)
        self.labels.copy_(labels)
        self.graph.replay()
        return self.results

    def warm_up(self, step: Step, images: Tensor, labels: Tensor) -> tuple[Tensor, ...]:
        """Run as it is, but on another stream, as recording wants it."""
        self.taken += 1
        stream, usual = torch.cuda.Stream(), torch.cuda.current_stream()
        stream.wait_stream(usual)
        with torch.cuda.stream(stream):
            results = step(images, labels)
        usual.wait_stream(stream)
        return results

    def record(self, step: Step, images: Tensor, labels: Tensor) -> None:
        """Write down what the GPU is to do, without doing it."""
        self.images, self.labels = images.clone(), labels.clone()
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = torch.as_tensor(group["lr"], device=labels.device)
                group["capturable"] = True
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.results = step(self.images, self.labels)
