"""Ready-made attention is found in the source or when it runs, and a student's own never is."""

from __future__ import annotations

import gc
import re
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder.bank import judging
from autograder.bank.overlay import overlay
from autograder.checking.execution.source import ready_made, syntax_tree
from autograder.checking.execution.verdicts import Status

IN_SOURCE = [
    ("from torch import nn\nnn.MultiheadAttention(8, 2)", 2, "torch.nn.MultiheadAttention"),
    ("import torch\ntorch.nn.MultiheadAttention", 2, "torch.nn.MultiheadAttention"),
    ("import torch.nn as layers\nlayers.Transformer(8)", 2, "torch.nn.Transformer"),
    ("from torch.nn import MultiheadAttention as M", 1, "torch.nn.MultiheadAttention"),
    (
        "from torch.nn import *\nfrom math import *\nMultiheadAttention(8, 2)",
        3,
        "torch.nn.MultiheadAttention",
    ),
    (
        "from torch.nn.modules.transformer import TransformerEncoderLayer",
        1,
        "torch.nn.modules.transformer.TransformerEncoderLayer",
    ),
    (
        "from torch import nn\nclass M(nn.TransformerEncoder): pass",
        2,
        "torch.nn.TransformerEncoder",
    ),
    (
        "import torch.nn.functional as F\nF.scaled_dot_product_attention(1, 2, 3)",
        2,
        "torch.nn.functional.scaled_dot_product_attention",
    ),
    (
        "from torch.nn import functional\nfunctional.multi_head_attention_forward()",
        2,
        "torch.nn.functional.multi_head_attention_forward",
    ),
    (
        "import torch\nf = torch.nn.functional\ng = f\ng.scaled_dot_product_attention",
        4,
        "torch.nn.functional.scaled_dot_product_attention",
    ),
    (
        "from torch import nn\nattend = getattr(nn.functional, 'scaled_dot_product_attention')",
        2,
        "torch.nn.functional.scaled_dot_product_attention",
    ),
    (
        "import importlib\nimportlib.import_module('torch.nn').MultiheadAttention",
        2,
        "torch.nn.MultiheadAttention",
    ),
    (
        "from importlib import import_module\nimport_module('torch.nn').MultiheadAttention",
        2,
        "torch.nn.MultiheadAttention",
    ),
    (
        "import torch\ntorch.ops.aten._scaled_dot_product_flash_attention",
        2,
        "torch.ops.aten._scaled_dot_product_flash_attention",
    ),
    (
        "import torch\ntorch.ops.aten.scaled_dot_product_attention.default(1)",
        2,
        "torch.ops.aten.scaled_dot_product_attention",
    ),
    (
        "from torch.nn.attention.flex_attention import flex_attention",
        1,
        "torch.nn.attention.flex_attention",
    ),
    ("import torch\ntorch._native_multi_head_attention", 2, "torch._native_multi_head_attention"),
    ("import timm", 1, "timm"),
    ("from timm.models import vision_transformer", 1, "timm.models"),
    ("x = __import__('timm')", 1, "timm"),
    ("import importlib\nimportlib.import_module('transformers')", 2, "transformers"),
    ("from transformers import ViTModel", 1, "transformers"),
    ("import torchvision\ntorchvision.models.vit_b_16()", 2, "torchvision.models"),
    ("from torchvision.models import vit_b_16", 1, "torchvision.models"),
    ("from torchvision import models", 1, "torchvision.models"),
]

INNOCENT = [
    "def scaled_dot_product_attention(q, k, v): pass\nscaled_dot_product_attention(1, 2, 3)",
    "import importlib\nattention = importlib.import_module('transformer-attention')\n"
    "attention.scaled_dot_product_attention(1, 2, 3)\nattention.MultiheadAttention",
    "import importlib\nimportlib.import_module('transformer-attention').TransformerEncoder",
    "import utils\nutils.multi_head_attention_forward",
    "class TransformerEncoder: pass\nTransformerEncoder()",
    "from torch.nn import *\nclass MultiheadAttention(Module): pass\nMultiheadAttention()",
    "from transformer_attention import scaled_dot_product_attention",
    "# nn.MultiheadAttention is not allowed\n'''F.scaled_dot_product_attention'''",
    "from torch import nn\nnn.Linear\nnn.LayerNorm\nnn.functional.gelu\nnn.functional.unfold",
    "import torchvision\ntorchvision.transforms.Normalize",
    "import einops, numpy, torch\ntorch.func.vmap\ntorch.baddbmm",
    "self = object()\nself.transformers = 1\nself.timm",
]

WHEN_RUN = {
    "a name in two pieces": """
        attend = getattr(torch.nn.functional, "scaled_dot_product" + "_attention")
        return attend(queries, keys, values), None
    """,
    "several names at once": """
        f, n = torch.nn.functional, torch.nn
        return f.scaled_dot_product_attention(queries, keys, values), None
    """,
    "a dictionary of names": """
        attend = vars(torch.nn.functional)["scaled_dot_product_attention"]
        return attend(queries, keys, values), None
    """,
    "the binding below": """
        module = getattr(torch, "_C")._nn
        name = "scaled_dot_product" + "_attention"
        return getattr(module, name)(queries, keys, values), None
    """,
    "an operator": """
        name = "scaled_dot_product" + "_attention"
        return getattr(torch.ops.aten, name)(queries, keys, values), None
    """,
    "an operator's overload": """
        name = "scaled_dot_product" + "_attention"
        return getattr(torch.ops.aten, name).default(queries, keys, values), None
    """,
    "an operator's inner part": """
        name = "_scaled_dot_product" + "_attention_math"
        return getattr(torch.ops.aten, name)(queries, keys, values)
    """,
    "a module": """
        layer = getattr(torch.nn, "Multihead" + "Attention")(queries.shape[-1], 1)
        return layer(queries[0], keys[0], keys[0])
    """,
    "an encoder's layer": """
        layer = getattr(torch.nn, "Transformer" + "EncoderLayer")(queries.shape[-1], 1)
        return layer(queries[0]), None
    """,
    "flexible attention": """
        part = importlib.import_module("torch.nn.att" + "ention.flex_att" + "ention")
        return getattr(part, "flex" + "_attention")(queries, keys, values), None
    """,
    "a package": """
        importlib.import_module("ti" + "mm")
        return queries, None
    """,
    "another package": """
        importlib.import_module("trans" + "formers")
        return queries, None
    """,
    "a model of torchvision's": """
        models = getattr(importlib.import_module("torchvision"), "mod" + "els")
        block = models.vision_transformer.EncoderBlock(1, queries.shape[-1], 4, 0.0, 0.0)
        return block(queries[0]), None
    """,
}


@pytest.mark.parametrize(("source", "line", "name"), IN_SOURCE)
def test_found_in_source(source: str, line: int, name: str) -> None:
    assert (line, name) in ready_made(source)


@pytest.mark.parametrize("source", INNOCENT)
def test_own_names_are_not_taken_for_ready_made(source: str) -> None:
    assert ready_made(source) == []


def test_solutions_are_not_taken_for_ready_made() -> None:
    for text in judging.SOLUTIONS.values():
        assert ready_made(text) == []


@pytest.mark.parametrize("body", WHEN_RUN.values(), ids=WHEN_RUN.keys())
def test_found_when_run(body: str) -> None:
    function = "import importlib\nimport torch\n\n\n"
    function += "def scaled_dot_product_attention(queries, keys, values):\n"
    function += textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 4)
    module = "transformer-attention"
    text = overlay(judging.SOLUTIONS[module], function)
    assert ready_made(text) == []

    report = judging.judge("attention", judging.SOLUTIONS | {module: text})
    message = judging.failed(report)["test_formula"]
    assert "ready-made" in message
    assert re.search(r"in line \d+ of transformer-attention.py", message)


def test_found_in_source_first_of_all() -> None:
    module = "transformer-attention"
    text = judging.SOLUTIONS[module] + "\n\nnn.MultiheadAttention(8, 2)\n"
    line = len(text.splitlines())
    report = judging.judge("attention", judging.SOLUTIONS | {module: text})
    message = judging.failed(report)["test_files"]
    assert f"transformer-attention.py, line {line}: torch.nn.MultiheadAttention" in message
    assert report.earned == 0
    assert {v.status for v in report.verdicts[1:]} == {Status.CANNOT_BE_CHECKED}


def test_own_functions_run_whatever_they_are_called() -> None:
    module = "transformer-student"
    text = judging.SOLUTIONS[module].replace(
        "self.attention(self.norm1(tokens))", "multi_head_attention_forward(self, tokens)"
    )
    text += "\n\ndef multi_head_attention_forward(block, tokens):\n"
    text += "    attention.scaled_dot_product_attention\n"
    text += "    return block.attention(block.norm1(tokens))\n"
    report = judging.judge("encoder", judging.SOLUTIONS | {module: text})
    assert judging.failed(report) == {}


def test_two_threads_can_parse_at_once() -> None:
    def give_way(phase: str, info: dict[str, int]) -> None:
        time.sleep(0)

    text = "\n".join(f"def f{n}(x):\n    return [x, (x, -x)]" for n in range(500))
    gc.callbacks.append(give_way)
    try:
        with ThreadPoolExecutor(4) as pool:
            trees = list(pool.map(syntax_tree, [text] * 40))
    finally:
        gc.callbacks.remove(give_way)
    assert {len(tree.body) for tree in trees} == {500}
