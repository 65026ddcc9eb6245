"""Names, arguments and parameters that are not those the assignment gave."""

from __future__ import annotations

import textwrap

from .kind import ATTENTION, STUDENT, UTILS, VIT, Kind, below, instead, rewritten


def indented(text: str) -> str:
    """The same lines, four columns further in."""
    return textwrap.indent(text, "    ")


KINDS = (
    Kind(
        "a renamed function",
        "A function has another name than the one given.",
        (instead(UTILS, "scale_to_unit", "scale_to_one"),),
        {"data": 9},
        {"data": ("expected: scale_to_unit", "found:    scale_to_one, ")},
    ),
    Kind(
        "a renamed class",
        "A class has another name than the one given.",
        (instead(STUDENT, "EncoderBlock", "Block"),),
        {"encoder": 9},
        {"encoder": ("transformer-student.py defines no EncoderBlock", "found:    ", "Block")},
    ),
    Kind(
        "a class in lower case",
        "A class is written in lower case.",
        (instead(VIT, "class ViT(", "class Vit("),),
        {"vit": 3},
        {"vit": ("ViT.py defines no ViT", "expected: ViT", "found:    Vit, ")},
    ),
    Kind(
        "a class inside a function",
        "A class was indented once too often, into the function above it.",
        (
            rewritten(
                ATTENTION,
                lambda source: (
                    source[: source.index("# stage: attention\nclass SelfAttention")]
                    + indented(source[source.index("# stage: attention\nclass SelfAttention") :])
                ),
            ),
        ),
        {"attention": 4},
        {
            "attention": (
                "defines no SelfAttention",
                "found:    scaled_dot_product_attention",
                "left margin",
            )
        },
    ),
    Kind(
        "the stub again below",
        "The stub of a class was pasted below the finished one, which it replaces.",
        (
            below(
                STUDENT,
                "class MLP(nn.Module):\n"
                "    def __init__(self, embed_dim, hidden_dim, dropout=0.0):\n"
                "        super().__init__()\n"
                "        self.fc1 = nn.Linear(embed_dim, hidden_dim)\n"
                "        self.fc2 = nn.Linear(hidden_dim, embed_dim)\n"
                "        self.dropout = nn.Dropout(dropout)\n\n"
                "    def forward(self, tokens):\n"
                '        raise NotImplementedError("MLP.forward is yours")',
            ),
        ),
        {"encoder": 0},
        {"encoder": ("NotImplementedError: MLP.forward is yours", "defines MLP in line")},
    ),
    Kind(
        "an argument too few",
        "A function lacks an argument that was given.",
        (
            instead(
                UTILS,
                "images: Tensor, probability: float, generator: torch.Generator | None = None",
                "images: Tensor, probability: float",
            ),
            instead(
                UTILS,
                "draw_uniform(images, generator) < probability\n    return torch.where(chosen.view",
                "draw_uniform(images, None) < probability\n    return torch.where(chosen.view",
            ),
        ),
        {"data": 8},
        {"data": ("unexpected keyword argument 'generator'", "random_horizontal_flip")},
    ),
    Kind(
        "a renamed argument",
        "An argument of a method has another name.",
        (
            instead(ATTENTION, "return_weights: bool", "return_attention: bool"),
            instead(ATTENTION, "if return_weights else", "if return_attention else"),
        ),
        {"attention": 16},
        {"attention": ("unexpected keyword argument 'return_weights'", "MultiHeadSelfAttention")},
    ),
    Kind(
        "a renamed argument of a constructor",
        "An argument of a constructor has another name.",
        (instead(STUDENT, "hidden_dim", "mlp_dim"),),
        {"encoder": 0},
        {"encoder": ("unexpected keyword argument 'hidden_dim'",)},
    ),
    Kind(
        "an argument too many",
        "A constructor asks for an argument that nobody gives.",
        (instead(ATTENTION, "head_dim: int) -> None", "head_dim: int, scale: float) -> None"),),
        {"attention": 15},
        {"attention": ("missing 1 required positional argument: 'scale'", "begins with `def`")},
    ),
    Kind(
        "renamed parameters",
        "The layers of a constructor have other names.",
        (
            instead(STUDENT, "self.fc1", "self.linear1"),
            instead(STUDENT, "self.fc2", "self.linear2"),
        ),
        {"encoder": 0},
        {
            "encoder": (
                "expected, not found: fc1.bias, fc1.weight, fc2.bias, fc2.weight",
                "found, not expected: linear1.bias, linear1.weight",
            )
        },
    ),
    Kind(
        "renamed parts",
        "Two parts of a block have other names.",
        (
            instead(STUDENT, "self.norm1", "self.ln1"),
            instead(STUDENT, "self.norm2", "self.ln2"),
        ),
        {"encoder": 3},
        {"encoder": ("expected, not found: norm1.bias", "found, not expected: ln1.bias")},
    ),
    Kind(
        "other shapes",
        "A layer of a constructor has other sizes.",
        (
            instead(
                ATTENTION,
                "self.out = nn.Linear(head_dim, embed_dim)",
                "self.out = nn.Linear(head_dim, head_dim)",
            ),
        ),
        {"attention": 15},
        {"attention": ("out.weight: expected shape", "found")},
    ),
    Kind(
        "layers in a plain list",
        "The blocks stand in a plain list, where PyTorch does not find them.",
        (instead(STUDENT, "nn.ModuleList(", "list("),),
        {"encoder": 6},
        {"encoder": ("expected, not found: blocks.0.", "nn.ModuleList")},
    ),
    Kind(
        "no super().__init__",
        "A constructor forgets the call that PyTorch needs.",
        (
            instead(
                ATTENTION,
                "super().__init__()\n        self.query = nn.Linear(embed_dim, head_dim)",
                "self.query = nn.Linear(embed_dim, head_dim)",
            ),
        ),
        {"attention": 15},
        {"attention": ("cannot assign module before Module.__init__() call", "SelfAttention")},
    ),
    Kind(
        "no module",
        "A class forgot to be an nn.Module.",
        (instead(STUDENT, "class MLP(nn.Module):", "class MLP:"),),
        {"encoder": 0},
        {"encoder": ("MLP is no PyTorch module",)},
    ),
    Kind(
        "a missing self",
        "A method forgets `self`.",
        (
            instead(
                STUDENT,
                '    def forward(self, tokens: Tensor) -> Tensor:\n        """In this order',
                '    def forward(tokens: Tensor) -> Tensor:\n        """In this order',
            ),
        ),
        {"encoder": 0},
        {"encoder": ("takes 1 positional argument but 2 were given", "`self` first")},
    ),
    Kind(
        "one head too few",
        "A constructor writes the number of heads down instead of taking it.",
        (
            instead(
                STUDENT,
                "MultiHeadSelfAttention(embed_dim, num_heads, dropout)",
                "MultiHeadSelfAttention(embed_dim, 1, dropout)",
            ),
        ),
        {"encoder": 5},
        {"encoder": ("EncoderBlock",)},
    ),
)
