"""Functions that return, or ask of their arguments, something else than was agreed."""

from __future__ import annotations

from .kind import ATTENTION, STUDENT, UTILS, VIT, Kind, above, body, instead

KINDS = (
    Kind(
        "a forgotten return",
        "A forward computes everything and returns nothing.",
        (
            instead(
                STUDENT, "return self.dropout(self.fc2(hidden))", "self.dropout(self.fc2(hidden))"
            ),
        ),
        {"encoder": 0},
        {"encoder": ("is a `return` missing?", "MLP")},
    ),
    Kind(
        "a tuple for a tensor",
        "A forward returns its output with something beside it.",
        (
            instead(
                STUDENT,
                "return self.dropout(self.fc2(hidden))",
                "return self.dropout(self.fc2(hidden)), hidden",
            ),
        ),
        {"encoder": 0},
        {"encoder": ("but is a tuple of 2",)},
    ),
    Kind(
        "a list for a tuple",
        "A function returns its two results as a list.",
        (
            instead(
                ATTENTION, "return weights @ values, weights", "return [weights @ values, weights]"
            ),
        ),
    ),
    Kind(
        "a list for a tensor",
        "A function returns a list of tensors, one for each image.",
        (instead(UTILS, "return images.float() / 255", "return list(images.float() / 255)"),),
        {"data": 9},
        {"data": ("scale_to_unit should return an ordinary tensor", "a list of 256 things")},
    ),
    Kind(
        "a NumPy array",
        "A function returns a NumPy array.",
        (instead(UTILS, "return images.float() / 255", "return (images.float() / 255).numpy()"),),
        {"data": 9},
        {"data": ("but is a NumPy array",)},
    ),
    Kind(
        "float64",
        "A function returns double precision.",
        (instead(UTILS, "return images.float() / 255", "return images.double() / 255"),),
        {"data": 9},
        {"data": ("expected: torch.float32", "got:      torch.float64")},
    ),
    Kind(
        "a number for a tensor",
        "A function turns its result into a Python number.",
        (
            instead(
                UTILS, "return images.float() / 255", "return (images.float() / 255).mean().item()"
            ),
        ),
        {"data": 9},
        {"data": ("scale_to_unit", "should be a tensor of shape")},
    ),
    Kind(
        "cuda() left in",
        "A body moves its tensors to a GPU, and the grader has none.",
        (instead(ATTENTION, "queries @ keys", "queries.cuda() @ keys.cuda()"),),
        {"attention": 0},
        {"attention": ("queries.cuda()", "without a GPU")},
    ),
    Kind(
        "a device written down at the top",
        "A file creates a tensor on the GPU when it is imported.",
        (above(VIT, "import torch\nSCALE = torch.ones(1, device='cuda')"),),
        {"patching": 0, "vit": 0},
        {"patching": ("ViT.py cannot be imported", "without a GPU")},
    ),
    Kind(
        "a device written down in a body",
        "A body makes its class tokens on the GPU.",
        (
            instead(
                VIT,
                "self.class_token.expand(len(images), -1, -1)",
                "self.class_token.expand(len(images), -1, -1).to('cuda')",
            ),
        ),
        {"vit": 4},
        {"vit": ("to('cuda')", "without a GPU")},
    ),
    Kind(
        "a dtype written down",
        "A body writes a dtype down instead of taking the input's.",
        (
            instead(
                STUDENT,
                "return self.norm(tokens)",
                "return self.norm(tokens) + torch.zeros(1, dtype=torch.float64)",
            ),
            above(STUDENT, "import torch"),
        ),
        {"encoder": 6},
        {"encoder": ("expected: torch.float32", "got:      torch.float64")},
    ),
    Kind(
        "a batch size written down",
        "A body counts on the batch size of the notebook.",
        (
            instead(
                VIT,
                "self.class_token.expand(len(images), -1, -1)",
                "self.class_token.expand(128, -1, -1)",
            ),
        ),
        {"vit": 4},
        {"vit": ("Sizes of tensors must match",)},
    ),
    Kind(
        "an embed_dim written down",
        "A body counts on the embed_dim of the notebook.",
        (
            instead(
                ATTENTION,
                "heads.transpose(1, 2).flatten(start_dim=2)",
                "heads.transpose(1, 2).reshape(len(tokens), -1, 192)",
            ),
        ),
        {"attention": 6},
        {"attention": ("shape '[", "192]' is invalid")},
    ),
    Kind(
        "gradients cut",
        "A body detaches what it adds, which cuts the gradient.",
        (
            instead(
                STUDENT,
                "return tokens + self.mlp(self.norm2(tokens))",
                "return tokens + self.mlp(self.norm2(tokens)).detach()",
            ),
        ),
        {"encoder": 14},
        {"encoder": ("gradient",)},
    ),
    Kind(
        "endless recursion",
        "A function calls itself.",
        (body(UTILS, "scale_to_unit", "return scale_to_unit(images)"),),
        {"data": 9},
        {"data": ("RecursionError", "scale_to_unit")},
    ),
    Kind(
        "an endless loop",
        "A loop never ends.",
        (body(UTILS, "scale_to_unit", "while True:\n    pass"),),
        {"data": 9},
        {"data": ("scale_to_unit: your code", "was stopped")},
    ),
    Kind(
        "an assertion in a body",
        "A function asserts what does not hold.",
        (body(UTILS, "normalize", "assert False"),),
        {"data": 9},
        {"data": ("AssertionError", "assert False")},
    ),
    Kind(
        "a name that is not defined",
        "A body uses a name from the notebook.",
        (instead(UTILS, "return images.float() / 255", "return images.float() / MAXIMUM"),),
        {"data": 9},
        {"data": ("NameError: name 'MAXIMUM' is not defined", "utils.py, line ")},
    ),
    Kind(
        "a module that remembers",
        "A function keeps results of earlier calls in a list of the module's.",
        (
            above(UTILS, "SEEN = []"),
            instead(
                UTILS,
                "    return images.float() / 255",
                "    SEEN.append(images.float() / 255)\n    return SEEN[0]",
            ),
        ),
        {"data": 9},
        {"data": ("scale_to_unit",)},
    ),
    Kind(
        "results in the other order",
        "A function returns its two results the wrong way round.",
        (
            instead(
                ATTENTION, "return weights @ values, weights", "return weights, weights @ values"
            ),
        ),
        {"attention": 0},
        {"attention": ("the wrong shape",)},
    ),
    Kind(
        "a debugger left in",
        "A breakpoint was left in a body.",
        (
            instead(
                UTILS,
                "    return images.float() / 255",
                "    breakpoint()\n    return images.float() / 255",
            ),
        ),
        {"data": 9},
        {"data": ("BdbQuit", "take breakpoint() out")},
    ),
    Kind(
        "input() in a body",
        "A body asks a question.",
        (
            instead(
                UTILS,
                "    return images.float() / 255",
                "    input('go on?')\n    return images.float() / 255",
            ),
        ),
        {"data": 9},
        {"data": ("EOFError", "nobody answers")},
    ),
)
