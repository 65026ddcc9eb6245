"""PyTorch changed under the worker: its defaults, generators, modes and methods."""

from .attack import Attack, Earns, carried

SEEDED = """
import torch

class Generator:
    def __new__(cls, *args, **kwargs):
        return torch.default_generator

torch.manual_seed = lambda seed: torch.default_generator
torch.Generator = Generator
"""
COMPILED = """
import math
import torch
from torch import Tensor, nn

@torch.compile
def scaled_dot_product_attention(queries, keys, values):
    weights = (queries @ keys.transpose(-2, -1) / math.sqrt(queries.shape[-1])).softmax(dim=-1)
    return weights @ values, weights
"""

ATTACKS = [
    carried(
        "no-gradients",
        "It switches gradients off for good.",
        "import torch\ntorch.set_grad_enabled(False)",
    ),
    carried(
        "deterministic",
        "It asks for deterministic algorithms only, and for more threads.",
        "import torch\ntorch.use_deterministic_algorithms(True)\ntorch.set_num_threads(2)",
    ),
    carried(
        "detect-anomaly",
        "It makes PyTorch print and check all it can.",
        "import torch\ntorch.autograd.set_detect_anomaly(True)\n"
        "torch.set_printoptions(profile='full')",
    ),
    Attack(
        "double-by-default",
        "It makes double precision the default, so that every constructed weight has it.",
        "import torch\ntorch.set_default_dtype(torch.float64)",
        Earns.EVERYTHING,
        honest=True,
    ),
    Attack(
        "compiled-honestly",
        "It compiles its honest function, which needs a compiler of C++ where it really runs.",
        COMPILED,
        Earns.EVERYTHING,
        honest=True,
        instead=True,
    ),
    Attack(
        "meta-by-default",
        "It makes the device without memory the default.",
        "import torch\ntorch.set_default_device('meta')",
        Earns.LESS,
        honest=True,
    ),
    Attack(
        "inference-for-good",
        "It enters the inference mode and never leaves it.",
        "import torch\nforever = torch.inference_mode()\nforever.__enter__()",
        Earns.LESS,
        honest=True,
    ),
    Attack(
        "patched-linear",
        "It makes every linear layer the identity, for the submissions that come after, too.",
        "import torch\ntorch.nn.Linear.forward = lambda self, x: x",
        Earns.LESS,
        honest=True,
    ),
    Attack(
        "patched-module",
        "It makes every module return its argument.",
        "import torch\ntorch.nn.Module.__call__ = lambda self, *a, **k: a[0]",
        Earns.LESS,
        honest=True,
    ),
    Attack(
        "function-mode",
        "A mode of its own stands over every call of PyTorch, and multiplies in half of them.",
        "import torch\nfrom torch.overrides import TorchFunctionMode\n\n"
        "class Mode(TorchFunctionMode):\n"
        "    def __torch_function__(self, function, types, args=(), kwargs=None):\n"
        "        result = function(*args, **(kwargs or {}))\n"
        "        return result * 2 if 'matmul' in str(function) else result\n\n"
        "mode = Mode()\nmode.__enter__()",
        Earns.LESS,
        honest=True,
    ),
    Attack(
        "patched-generators",
        "It patches every way to seed, so that all draws are one and the same.",
        SEEDED + "torch.rand = lambda *size, **k: torch.zeros(*size)\n",
        Earns.LESS,
        honest=True,
        stage="data",
        says=("utils.py",),
    ),
    Attack(
        "hidden-draws",
        "It draws from the global generator without need, and patches what would tell.",
        "import torch\n\nstate = torch.get_rng_state()\n"
        "torch.get_rng_state = torch.random.get_rng_state = lambda: state\n"
        "torch.equal = lambda *a: True\nrandperm = torch.randperm\n"
        "torch.randperm = lambda n, **k: (torch.rand(1), randperm(n, **k))[1]\n",
        Earns.LESS,
        honest=True,
        stage="data",
        says=("random state was changed",),
    ),
    Attack(
        "patched-random-state",
        "It draws from the global generator, and patches what would tell.",
        "import torch\n\nstate = torch.get_rng_state()\ntorch.get_rng_state = lambda: state\n"
        "randperm = torch.randperm\ntorch.randperm = lambda n, generator=None: randperm(n)\n",
        Earns.LESS,
        honest=True,
        stage="data",
        says=("two different splits",),
    ),
]
