"""What the solutions of the lab on the findings count and measure, against PyTorch's own tools."""

from __future__ import annotations

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import findings
import ViT

SIZES = ("image_size", "patch_size", "in_channels", "num_classes", "embed_dim", "hidden_dim")
MODELS = [
    (
        dict(zip(SIZES, sizes, strict=True))
        | {"num_layers": layers, "num_heads": heads, "pool": pool}
    )
    for *sizes, layers, heads, pool in (
        (32, 4, 3, 10, 64, 128, 4, 4, "class"),
        (32, 4, 3, 10, 64, 128, 4, 4, "mean"),
        ((12, 20), 4, 2, 7, 12, 21, 3, 3, "class"),
        ((30, 6), 3, 5, 3, 8, 5, 1, 2, "mean"),
        (16, 16, 1, 2, 6, 9, 2, 1, "class"),
    )
]


@pytest.mark.parametrize("sizes", MODELS)
def test_the_counts_are_those_of_the_real_model(sizes: dict) -> None:
    torch.manual_seed(0)
    model = ViT.ViT(**sizes)
    height, width = model_size(sizes)
    image = torch.randn(1, sizes["in_channels"], height, width)
    assert (
        findings.count_tokens(sizes["image_size"], sizes["patch_size"], sizes["pool"])
        == model.embed(image).shape[1]
    )
    parameters = sum(parameter.numel() for parameter in model.parameters())
    assert findings.count_parameters(**sizes) == parameters
    with FlopCounterMode(display=False) as counter:
        model(image)
    assert findings.count_flops(**sizes) == counter.get_total_flops()
    assert findings.count_activations(**sizes) == kept_for_backward(model, image)


def model_size(sizes: dict) -> tuple[int, int]:
    size = sizes["image_size"]
    return (size, size) if isinstance(size, int) else size


def kept_for_backward(model: nn.Module, image: torch.Tensor) -> int:
    """How many numbers autograd keeps, without parameters and the norms' statistics."""
    parameters = {parameter.data_ptr() for parameter in model.parameters()}
    kept: dict[tuple[int, int], torch.Tensor] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        statistics = tensor.ndim == 3 and tensor.shape[-1] == 1
        if tensor.data_ptr() not in parameters and not statistics:
            kept[tensor.data_ptr(), tensor.numel()] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        model.train()(image)
    return sum(tensor.numel() for tensor in kept.values())


def test_the_instruments_read_what_a_training_shows() -> None:
    torch.manual_seed(0)
    layer = nn.MultiheadAttention(12, 3, batch_first=True)
    unused = nn.Parameter(torch.ones(2))
    tokens = torch.randn(2, 5, 12)
    output, weights = layer(tokens, tokens, tokens, average_attn_weights=False)
    output.square().sum().backward()
    gradients = [parameter.grad for parameter in (*layer.parameters(), unused)]
    total = nn.utils.clip_grad_norm_([*layer.parameters(), unused], float("inf"))
    torch.testing.assert_close(findings.gradient_norm(gradients), total)
    expected = torch.distributions.Categorical(weights).entropy().mean(dim=(0, 2))
    torch.testing.assert_close(findings.attention_entropy(weights), expected)
    logits = output.flatten(1)
    numpy = logits.detach().numpy().std(axis=0).mean()
    assert findings.logit_spread(logits).item() == pytest.approx(float(numpy), rel=1e-5)
