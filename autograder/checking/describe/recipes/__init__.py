"""Whole modules, computed with one or two things done otherwise, until one gives what came."""

from __future__ import annotations

import torch

from ..case import Case
from . import block, encoder, formula, heads, mlp, vit

MOST_NUMBERS = 20_000
SEARCHES = {
    "scaled_dot_product_attention": formula.formula,
    "SelfAttention": heads.one_head,
    "MultiHeadSelfAttention": heads.many_heads,
    "MLP": mlp.mlp,
    "EncoderBlock": block.block,
    "Encoder": encoder.encoder,
    "ViT": vit.model,
}


def one_change(case: Case) -> str | None:
    """Which one thing, done otherwise, gives what came."""
    return searched(case, pairs=False)


def two_changes(case: Case) -> str | None:
    """Which two things, or which other scale of the scores, give what came."""
    return searched(case, pairs=True)


def searched(case: Case, pairs: bool) -> str | None:
    """What the search for the case's target finds."""
    search = SEARCHES.get(case.scene.target)
    small = case.got.numel() <= MOST_NUMBERS and case.tolerance < 1e-2
    if search is None or case.scene.gradient or not small:
        return None
    with torch.no_grad():
        return search(case, pairs)
