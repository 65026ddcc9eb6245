"""What timm and torchvision call the weights of a ViT, and whether a file holds all of them."""

from collections import Counter, defaultdict
from typing import Any, Literal

from torch import Tensor

from course.checkpoints import WeightsError

Layout = Literal["timm", "torchvision"]
LAYOUTS: tuple[Layout, ...] = ("timm", "torchvision")
# Yours, timm's, torchvision's, and the weight's shape; a bias has its first length. * is weight
# and bias, QKV query, key and value in one; N: tokens, D: embed_dim, H: hidden_dim,
# P: patch_size, C: channels, K: classes.
NAMES = (
    ("class_token", "cls_token", "class_token", "1 1 D"),
    ("positions", "pos_embed", "encoder.pos_embedding", "1 N D"),
    ("projection.*", "patch_embed.proj.*", "conv_proj.*", "D C P P"),
    ("encoder.norm.*", "norm.*", "encoder.ln.*", "D"),
    ("head.*", "head.*", "heads.head.*", "K D"),
)
BLOCKS = ("encoder.blocks.", "blocks.", "encoder.layers.encoder_layer_")
BLOCK_NAMES = (
    ("norm1.*", "norm1.*", "ln_1.*", "D"),
    ("attention.QKV.*", "attn.qkv.*", "self_attention.in_proj_*", "3D D"),
    ("attention.out.*", "attn.proj.*", "self_attention.out_proj.*", "D D"),
    ("norm2.*", "norm2.*", "ln_2.*", "D"),
    ("mlp.fc1.*", "mlp.fc1.*", "mlp.0.*", "H D"),
    ("mlp.fc2.*", "mlp.fc2.*", "mlp.3.*", "D H"),
)
OLD_NAMES = {"mlp.linear_1.": "mlp.0.", "mlp.linear_2.": "mlp.3."}
HEADS: dict[Layout, tuple[str, ...]] = {
    "timm": ("head.", "pre_logits."),
    "torchvision": ("heads.",),
}
HEAD_DIM = 64
OTHER_HEADS = {1280: 16, 1408: 16, 1664: 16}  # embed_dim: heads, of ViT-Huge, -giant, -gigantic
SHOWN = 8
Shape = tuple[str, ...]
Table = dict[str, tuple[tuple[str, ...], Shape]]


def layout_of(tensors: dict[str, Tensor], title: str) -> Layout:
    for layout in LAYOUTS:
        if count_blocks(tensors, layout):
            return layout
    if any(name.startswith(BLOCKS[0]) for name in tensors):
        raise WeightsError(
            f"{title} has your ViT's own names, but does not say its sizes: save the weights with "
            "handin.save_weights."
        )
    raise WeightsError(
        f"{title} holds no ViT with the names of timm or torchvision: no name begins with "
        f'"{BLOCKS[1]}0." or "{BLOCKS[2]}0.". It has {listed(list(tensors))}.'
    )


def count_blocks(tensors: dict[str, Tensor], layout: Layout) -> int:
    start = BLOCKS[1 + LAYOUTS.index(layout)]
    return len({n.removeprefix(start).split(".")[0] for n in tensors if n.startswith(start)})


def usual_heads(embed_dim: int, title: str) -> int:
    if embed_dim in OTHER_HEADS:
        return OTHER_HEADS[embed_dim]
    if embed_dim % HEAD_DIM:
        raise WeightsError(
            f"{title} has embed_dim {embed_dim}, which heads of length {HEAD_DIM} do not divide: "
            "give num_heads."
        )
    return embed_dim // HEAD_DIM


def table_of(layout: Layout, num_layers: int, head: bool = True) -> Table:
    """Each of their names with yours (three where they keep query, key and value in one)."""
    column = 1 + LAYOUTS.index(layout)
    rows = [row for row in NAMES if head or row[0] != "head.*"]
    for number in range(num_layers):
        starts = [f"{blocks}{number}." for blocks in BLOCKS]
        rows += [
            (starts[0] + yours, starts[1] + timm, starts[2] + torchvision, shape)
            for yours, timm, torchvision, shape in BLOCK_NAMES
        ]
    table = {}
    for row in rows:
        for kind in ("weight", "bias") if "*" in row[0] else ("",):
            yours, theirs = row[0].replace("*", kind), row[column].replace("*", kind)
            parts = ("query", "key", "value") if "QKV" in yours else ("",)
            shape = row[3].split()[: 1 if kind == "bias" else None]
            table[theirs] = tuple(yours.replace("QKV", part) for part in parts), tuple(shape)
    return table


def check_sizes(tensors: dict[str, Tensor], table: Table, title: str) -> dict[str, int]:
    """The sizes that most of the tensors agree on.

    Raises:
        WeightsError: where one is missing, is unexpected, or disagrees with the others.
    """
    there = {name: shape for name, (_, shape) in table.items() if name in tensors}
    votes: dict[str, Counter[int]] = defaultdict(Counter)
    for name, shape in there.items():
        if len(shape) == tensors[name].ndim:
            for letter, length in zip(shape, tensors[name].shape, strict=True):
                votes[letter][length] += 1
    sizes = {letter: counter.most_common(1)[0][0] for letter, counter in votes.items()}
    sizes |= {"1": 1, "3D": 3 * sizes.get("D", 0)}
    misshapen = []
    for name, shape in there.items():
        found = tuple(tensors[name].shape)
        expected = tuple(sizes.get(letter, letter) for letter in shape)
        if found != expected:
            misshapen.append(f"{name} is {brackets(found)} and not {brackets(expected)}")
    missing = [name for name in table if name not in tensors]
    unexpected = [name for name in tensors if name not in table]
    require_nothing(title, missing, unexpected, misshapen)
    return sizes


def check_shapes(tensors: dict[str, Tensor], expected: dict[str, Tensor], title: str) -> None:
    """Hold tensors against others of the same names.

    Raises:
        WeightsError: where one is missing, is unexpected, or has another shape.
    """
    misshapen = [
        f"{name} is {brackets(tuple(tensors[name].shape))} and not {brackets(tuple(value.shape))}"
        for name, value in expected.items()
        if name in tensors and tensors[name].shape != value.shape
    ]
    missing = [name for name in expected if name not in tensors]
    unexpected = [name for name in tensors if name not in expected]
    require_nothing(title, missing, unexpected, misshapen)


def require_nothing(
    title: str, missing: list[str], unexpected: list[str], misshapen: list[str]
) -> None:
    """Complain of all that does not fit, in one message.

    Raises:
        WeightsError: unless the three lists are empty.
    """
    problems = {"missing": missing, "unexpected": unexpected, "of another shape": misshapen}
    lines = [f"  {kind}: {listed(names)}" for kind, names in problems.items() if names]
    if not lines:
        return
    heads = tuple(name for layout in LAYOUTS for name in HEADS[layout])
    if all(name.startswith(heads) for name in (*missing, *unexpected, *misshapen)):
        lines.append("  Only the head does not fit: num_classes=... gives you a new one.")
    raise WeightsError("\n".join([f"{title} does not fit your ViT:", *lines]))


def brackets(shape: tuple[Any, ...]) -> str:
    return f"({', '.join(map(str, shape))})"


def listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
