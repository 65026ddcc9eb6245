"""Muon for many matrices at once: orthogonal steps, so that all directions learn alike."""

from collections.abc import Iterable

import torch
from torch import Tensor

# Of the quintic that pulls all singular values towards 1, from Jordan et al. 2024.
LINEAR, CUBIC, QUINTIC = 3.4445, -4.7750, 2.0315
ITERATIONS = 5


class Muon(torch.optim.Optimizer):
    """Momentum whose step is replaced by the nearest orthogonal matrix.

    It is `torch.optim.Muon` with Nesterov's momentum, step for step; but matrices of the same
    shape are made orthogonal together, in few large products instead of many small ones. Filters
    (out, in, height, width) count as matrices (out, in * height * width).

    Args:
        matrices: parameters with two or more dimensions.
        lr: the learning rate; a wide matrix moves by about this much in every direction, a tall
            one by more.
        weight_decay: share of the weights, times the learning rate, that each step takes away.
        momentum: share of the former steps' direction in the next one.

    Source: Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"
    (https://kellerjordan.github.io/posts/muon/).
    """

    def __init__(
        self,
        matrices: Iterable[Tensor],
        lr: float | Tensor = 0.02,
        weight_decay: float = 0.0,
        momentum: float = 0.95,
    ) -> None:
        super().__init__(matrices, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # no closure is used
        """Change every parameter that has a gradient."""
        for group in self.param_groups:
            shapes: dict[torch.Size, dict[Tensor, Tensor]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    shapes.setdefault(parameter.shape, {})[parameter] = parameter.grad
            for gradients in shapes.values():
                self._step(list(gradients), list(gradients.values()), group)

    def _step(self, parameters: list[Tensor], gradients: list[Tensor], group: dict) -> None:
        """Change parameters of one shape."""
        for parameter in parameters:
            if not self.state[parameter]:
                self.state[parameter]["momentum_buffer"] = torch.zeros_like(parameter)
        buffers = [self.state[parameter]["momentum_buffer"] for parameter in parameters]
        torch._foreach_lerp_(buffers, gradients, 1 - group["momentum"])
        ahead = torch._foreach_lerp(gradients, buffers, group["momentum"])
        steps = orthogonal(torch.stack(ahead).flatten(2)).to(parameters[0].dtype)
        rows, columns = steps.shape[1:]
        steps = steps.view(-1, *parameters[0].shape) * (group["lr"] * max(1, rows / columns) ** 0.5)
        torch._foreach_mul_(parameters, 1 - group["lr"] * group["weight_decay"])
        torch._foreach_sub_(parameters, steps.unbind())


def orthogonal(matrices: Tensor) -> Tensor:
    """About the nearest orthogonal matrix to each: singular values between 0.7 and 1.2.

    Args:
        matrices: (count, rows, columns).

    Returns:
        (count, rows, columns), in bfloat16.
    """
    near = matrices.bfloat16()
    tall = near.shape[1] > near.shape[2]
    near = near.mT if tall else near
    near = near / near.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
    for _ in range(ITERATIONS):
        gram = near @ near.mT
        polynomial = torch.baddbmm(gram, gram, gram, beta=CUBIC, alpha=QUINTIC)
        near = torch.baddbmm(near, polynomial, near, beta=LINEAR)
    return near.mT if tall else near
