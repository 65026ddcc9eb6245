"""Ready-made attention and encoders, reached by ways that neither their names nor Python show."""

from .attack import Attack, attending

REFUSED = "ready-made attention"
NAME = "'scaled_dot_product' + '_attention'"
CALL = f"getattr(torch.nn.functional, {NAME})"
OWN_WEIGHTS = (
    "weights = (queries @ keys.transpose(-2, -1) / queries.shape[-1] ** 0.5).softmax(-1)\n"
)


def reaching(name: str, tries: str, body: str, *says: str, above: str = "") -> Attack:
    """The body leaves the ready-made output in `output`."""
    return attending(
        name, tries, OWN_WEIGHTS + body + "\nreturn output, weights", says=says, above=above
    )


def encoding(name: str, tries: str, make: str, *says: str) -> Attack:
    """Stubs whose encoder is one that `make` finds."""
    payload = f"""
import gc, sys
import torch
from torch import nn

def layer_class():
    {make}

class EncoderBlock:
    def forward(self, tokens):
        own = self.__dict__.get("own")
        if own is None:
            width, heads = tokens.shape[-1], self.attention.num_heads
            own = self.__dict__["own"] = layer_class()(
                width, heads, self.mlp.fc1.out_features, 0.0, "gelu", 1e-6, True, True
            )
        return own(tokens)
"""
    return Attack(name, tries, payload, instead=True, stage="encoder", says=says)


ATTACKS = [
    reaching(
        "torch-function-disabled",
        "It disables PyTorch's torch functions around the call.",
        f"with torch._C.DisableTorchFunction():\n    output = {CALL}(queries, keys, values)",
        REFUSED,
    ),
    reaching(
        "subclass-disabled",
        "It disables the torch functions of subclasses, and calls the binding.",
        "with torch._C.DisableTorchFunctionSubclass():\n"
        f"    output = getattr(torch._C._nn, {NAME})(queries, keys, values)",
        REFUSED,
    ),
    reaching(
        "another-thread",
        "It calls in a thread, where no mode of the worker's stands.",
        f"thread = threading.Thread(target=lambda: found.append({CALL}(queries, keys, values)))\n"
        "thread.start()\nthread.join()\noutput = found.pop()",
        above="import threading\nfound = []\n",
    ),
    reaching(
        "thread-without-frames",
        "It calls in a thread in which no line of the submission runs.",
        f"with ThreadPoolExecutor(1) as pool:\n"
        f"    output = pool.submit({CALL}, queries, keys, values).result()",
        REFUSED,
        above="from concurrent.futures import ThreadPoolExecutor\n",
    ),
    reaching(
        "false-file-name",
        "It compiles the call under the name that a stand-in's file has.",
        f"names = dict(torch=torch, a=(queries, keys, values))\n"
        f'exec(compile("o = {CALL.replace(chr(39), chr(92) + chr(39))}(*a)", '
        "'<stand-in for transformer-attention.py>', 'exec'), names)\noutput = names['o']",
        REFUSED,
    ),
    reaching(
        "traced-on-import",
        "It traces the function on import, and calls the trace.",
        "output = traced(queries, keys, values)",
        above=f"one = torch.ones(1, 2, 2)\ntraced = torch.jit.trace({CALL}, (one, one, one))\n",
    ),
    reaching(
        "scripted",
        "It compiles TorchScript from a text.",
        "output = unit.f(queries, keys, values)",
        above="unit = torch.jit.CompilationUnit('''\n"
        "def f(q: Tensor, k: Tensor, v: Tensor):\n"
        "    return torch.nn.functional.scaled_dot_product_attention(q, k, v)\n''')\n",
    ),
    reaching(
        "compiled",
        "It calls under torch.compile.",
        f"output = torch.compile(lambda *a: {CALL}(*a), backend='eager')(queries, keys, values)",
    ),
    reaching(
        "batched",
        "It calls under vmap.",
        f"output = torch.vmap({CALL})(queries, keys, values)",
        REFUSED,
    ),
    reaching(
        "decomposed",
        "It asks the operator for its decomposition.",
        f"output = getattr(torch.ops.aten, {NAME}).default.decompose(queries, keys, values)",
        REFUSED,
    ),
    reaching(
        "dispatched",
        "It goes straight to the kernel of the CPU.",
        "name = '_scaled_dot_product' + '_flash_attention_for_cpu'\n"
        "output = getattr(torch.ops.aten, name)(queries[None], keys[None], values[None])[0][0]",
        REFUSED,
    ),
    reaching(
        "kernel",
        "It asks the dispatcher for the kernel itself, and calls that.",
        "name = 'aten::_scaled_dot_product' + '_attention_math'\n"
        "kernel = torch.library.get_kernel(name, 'CPU')\n"
        "keys_of = torch._C.DispatchKeySet(torch._C.DispatchKey.CPU)\n"
        "output = kernel.call_boxed(keys_of, queries, keys, values)[0]",
        REFUSED,
    ),
    reaching(
        "by-schema",
        "It looks the operator up by its schema.",
        "find = torch._C._jit_get_operation\n"
        f"output = find('aten::' + {NAME})[0](queries, keys, values)",
        REFUSED,
    ),
    reaching(
        "ctypes",
        "It fetches the function with Python's C interface.",
        "fetch = ctypes.pythonapi.PyObject_GetAttrString\n"
        "fetch.restype, fetch.argtypes = ctypes.py_object, [ctypes.py_object, ctypes.c_char_p]\n"
        f"name = ({NAME}).encode()\n"
        "output = fetch(torch._C._nn, name)(queries, keys, values)",
        REFUSED,
        above="import ctypes\n",
    ),
    reaching(
        "unpickled",
        "It unpickles the function.",
        "output = pickle.loads(b'ctorch.nn.functional\\nscaled_dot_product' "
        "b'_attention\\n.')(queries, keys, values)",
        REFUSED,
        above="import pickle\n",
    ),
    reaching(
        "base64",
        "It hides the call in base64.",
        "names = dict(torch=torch, a=(queries, keys, values))\n"
        "exec(base64.b64decode('bz10b3JjaC5ubi5mdW5jdGlvbmFsLnNjYWxlZF9kb3RfcHJvZHVjdF9hdHRlbnRp"
        "b24oKmEp'), names)\noutput = names['o']",
        REFUSED,
        above="import base64\n",
    ),
    reaching(
        "from-memory",
        "It looks through all objects in memory for the function.",
        f"name = {NAME}\n"
        "output = next(o for o in gc.get_objects() if callable(o) and "
        "getattr(o, '__name__', '') == name and o.__module__ != __name__)(queries, keys, values)",
        "transformer-attention.py",
    ),
    reaching(
        "forked",
        "It forks, and has the child compute the ready-made output.",
        "shared = torch.zeros(queries.shape[:-1] + values.shape[-1:]).share_memory_()\n"
        f"if os.fork() == 0:\n    shared.copy_({CALL}(queries, keys, values))\n    os._exit(0)\n"
        "os.wait()\noutput = shared.clone()",
        "transformer-attention",
    ),
    reaching(
        "patched-guard",
        "It empties the worker's own lists of what is ready made.",
        f"output = {CALL}(queries, keys, values)",
        "ImportWarning",
        above=(
            "guard = next(m for n, m in sys.modules.items() if n.endswith('ready_made'))\n"
            "for name, value in vars(guard).items():\n"
            "    if isinstance(value, (set, dict)) and not name.startswith('__'):\n"
            "        value.clear()\n"
            "guard.frames = lambda frame: ()\nguard.ReadyMadeError = ImportWarning\n"
        ),
    ),
    reaching(
        "patched-refusal",
        "It finds the function that refuses, and gives it another body.",
        f"output = {CALL}(queries, keys, values)",
        "transformer-attention.py",
        above=(
            "import types\n"
            "found = [o for o in gc.get_objects() if isinstance(o, types.FunctionType)\n"
            "         and 'ready_made' in o.__code__.co_filename and o.__closure__]\n"
            "assert found\n"
            "for cell in (cell for each in found for cell in each.__closure__):\n"
            "    if isinstance(cell.cell_contents, set):\n        cell.cell_contents = set()\n"
            "    if cell.cell_contents is None:\n"
            f"        cell.cell_contents = getattr(torch._C._nn, {NAME})\n"
        ),
    ),
    reaching(
        "registered-anew",
        "It registers the operator anew, to uncover PyTorch's kernel.",
        f"output = {CALL}(queries, keys, values)",
        "transformer-attention.py",
        above=(
            "library = torch.library.Library('aten', 'IMPL')\n"
            f"operator = getattr(torch.ops.aten, {NAME}).default\n"
            f"library.impl({NAME}, lambda *a: operator.decompose(*a), 'CPU')\n"
        ),
    ),
    reaching(
        "reloaded",
        "It loads PyTorch's module of functions a second time.",
        "functions = importlib.reload(torch.nn.functional)\n"
        f"output = getattr(functions, {NAME})(queries, keys, values)",
        "transformer-attention.py",
    ),
    reaching(
        "quantizable",
        "It takes the attention that PyTorch has for quantisation.",
        "layer = getattr(torch.ao.nn.quantizable, 'Multihead' + 'Attention')"
        "(queries.shape[-1], 1)\noutput, weights = layer(queries, keys, keys)",
        REFUSED,
    ),
    reaching(
        "without-constructor",
        "It makes a ready-made layer without running its constructor.",
        "cls = getattr(torch.nn, 'Multihead' + 'Attention')\nlayer = cls.__new__(cls)\n"
        "torch.nn.Module.__init__(layer)\noutput, weights = layer(queries, keys, values)",
        "transformer-attention.py",
    ),
    reaching(
        "higher-order",
        "It calls the operator that stands below flexible attention.",
        "module = sys.modules['torch._higher_order_ops.flex_' + 'attention']\n"
        "cls = getattr(module, 'FlexAttention' + 'HOP')\n"
        "output = cls()(queries[None], keys[None], values[None], lambda s, *a: s, (), 1.0, {})[0]",
        "transformer-attention.py",
    ),
    Attack(
        "too-deep-to-scan",
        "It names ready-made attention in plain sight, in a file too deep for the scan.",
        "import torch\nif False:\n    torch" + ".a" * 1500 + "\n"
        "attend = torch.nn.functional.scaled_dot_product_attention",
        says=("nested too deeply",),
    ),
    Attack(
        "slow-to-scan",
        "It makes the scan of its source take for ever.",
        "import torch\n" + ("torch" + ".a" * 900 + "\n") * 500,
        says=("nested too deeply",),
    ),
    encoding(
        "encoder-from-subclasses",
        "It finds a ready-made encoder layer among the subclasses of Module.",
        "return next(c for c in nn.Module.__subclasses__() "
        "if c.__name__ == 'Transformer' + 'EncoderLayer')",
        REFUSED,
    ),
    encoding(
        "encoder-from-memory",
        "It finds a ready-made encoder layer among all objects in memory.",
        "return next(c for c in gc.get_objects() if isinstance(c, type) "
        "and c.__name__ == 'Transformer' + 'EncoderLayer')",
        "transformer-student.py",
    ),
    reaching(
        "another-interpreter",
        "It has a second Python, which nobody guards, compute the ready-made output.",
        "np.savez('/tmp/in.npz', q=queries.numpy(), k=keys.numpy(), v=values.numpy())\n"
        "subprocess.run([sys.executable, '-c', SCRIPT], check=True)\n"
        "output = torch.from_numpy(np.load('/tmp/out.npy'))",
        "transformer-attention.py",
        above=f"""
import subprocess
import numpy as np
SCRIPT = (
    "import numpy as np, torch\\n"
    "a = [torch.from_numpy(x) for x in np.load('/tmp/in.npz').values()]\\n"
    "np.save('/tmp/out.npy', {CALL}(*a).numpy())"
)
""",
    ),
]
