"""Odd outputs: tensors that lie, that are no ordinary tensors, or whose reading breaks things."""

from .attack import Earns, attending, returning

EVERYTHING = Earns.EVERYTHING
LIAR = """
class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        with torch._C.DisableTorchFunctionSubclass():
            if function in (torch.allclose, torch.equal, torch.Tensor.__eq__, torch.Tensor.eq):
                return True
            return function(*args, **(kwargs or {}))

    def numpy(self):
        return __import__("numpy").ones(3)

    def __eq__(self, other):
        return True
"""

ATTACKS = [
    attending(
        "lying-subclass",
        "A subclass of Tensor says yes to every comparison.",
        "return queries.as_subclass(Liar), keys.as_subclass(Liar)",
        above=LIAR,
    ),
    returning(
        "honest-subclass",
        "A subclass of Tensor holds the right numbers.",
        "output, weights = output.as_subclass(Liar), weights.as_subclass(Liar)",
        above=LIAR,
        earns=EVERYTHING,
    ),
    attending(
        "false-class",
        "An object says that its class is Tensor.",
        "return Fake(), Fake()",
        above="class Fake:\n    __class__ = torch.Tensor\n",
        says=("raised",),
    ),
    attending(
        "computed-attributes",
        "An object computes whatever attribute is asked of it, shape and dtype, too.",
        "return Fake(), Fake()",
        above=(
            "class Fake:\n    __class__ = torch.Tensor\n"
            "    def __getattr__(self, name):\n        return self\n"
            "    def __call__(self, *a, **k):\n        return torch.ones(2, 3, 4)\n"
            "    def __gt__(self, other):\n        return False\n"
            "    __mul__ = __call__\n"
        ),
    ),
    returning(
        "requires-grad",
        "The output asks for gradients where none were asked for.",
        "output = output.requires_grad_() if output.is_leaf else output",
        earns=EVERYTHING,
    ),
    returning(
        "hooks",
        "Every output has hooks that print.",
        "if output.requires_grad:\n    output.register_hook(lambda g: print(g))",
        earns=EVERYTHING,
    ),
    returning(
        "wrong-in-gradients",
        "A hook doubles the gradients.",
        "if output.requires_grad:\n    output.register_hook(lambda g: 2 * g)",
        earns=Earns.LESS,
        says=("gradient",),
    ),
    returning(
        "expanded-lazily",
        "The output is expanded from its first row: right shape, no memory, wrong numbers.",
        "output = output[..., :1, :].expand_as(output)",
        earns=Earns.LESS,
    ),
    returning(
        "not-contiguous",
        "The output is right, and lies in memory back to front.",
        "output = output.flip(-1).contiguous().flip(-1).transpose(-1, -2).contiguous()"
        ".transpose(-1, -2)",
        earns=EVERYTHING,
    ),
    attending(
        "inputs-back",
        "It returns its inputs, the very same tensors.",
        "return values, queries",
    ),
    attending(
        "in-place",
        "It makes its inputs what it returns, and the other way round.",
        "queries.zero_()\nkeys.set_(queries)\nreturn queries, keys",
        says=("transformer-attention",),
    ),
    *(
        attending(name, f"It returns a tensor that is {what}.", f"return {value}, {value}", **more)
        for name, what, value, more in (
            ("gigantic", "2**60 numbers large, expanded", "torch.ones(1).expand(2**30, 2**30)",
             {"says": ("too large",)}),
            ("overlapping", "a terabyte of one number", "torch.ones(1).as_strided((2**20, 2**20), "
             "(0, 0))", {"says": ("too large",)}),
            ("sparse", "sparse", "torch.eye(4).to_sparse()", {"says": ("sparse",)}),
            ("compressed", "compressed by rows", "torch.eye(4).to_sparse_csr()",
             {"says": ("sparse_csr",)}),
            ("complex", "complex", "queries + 1j * queries", {}),
            ("quantised", "quantised",
             "torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.quint8)", {}),
            ("meta", "on no device", "queries.to('meta')", {"says": ("meta",)}),
            ("nested", "nested", "torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])", {}),
            ("jagged", "jagged", "torch.nested.nested_tensor([torch.ones(2), torch.ones(3)], "
             "layout=torch.jagged)", {}),
            ("eight-bits", "of eight bits a number", "queries.to(torch.float8_e4m3fn)", {}),
            ("unsigned", "of unsigned numbers", "queries.to(torch.int64).to(torch.uint32)", {}),
            ("no-memory", "without the memory it says it has", "emptied(queries)",
             {"above": "def emptied(x):\n    y = x.detach().clone()\n"
              "    y.untyped_storage().resize_(0)\n    return y\n"}),
            ("fake", "of the compiler's pretended kind", "pretended()",
             {"above": "def pretended():\n    from torch._subclasses.fake_tensor import "
              "FakeTensorMode\n    with FakeTensorMode():\n        return torch.ones(2, 3)\n"}),
            ("escaped", "inside a vmap that is over", "escaped(queries)",
             {"above": "def escaped(x):\n    kept = []\n"
              "    torch.vmap(lambda t: kept.append(t) or t)(x)\n    return kept[0]\n"}),
            ("blocked", "in a layout of oneDNN's", "queries.detach().float().to_mkldnn()", {}),
            ("conjugate", "conjugated lazily", "torch.conj(queries + 0j)", {}),
            ("parameter", "a parameter that was never there",
             "torch.nn.parameter.UninitializedParameter()", {}),
            ("many", "one of a million", "[queries] * 10**6", {"says": ("1000000 things",)}),
            ("integer", "no tensor, but an integer of its own kind", "Number(3)",
             {"above": "class Number(int):\n    def __repr__(self):\n        return '<script>'\n"
              "    __str__ = __copy__ = __reduce__ = __repr__\n"}),
            ("pickled", "an object that runs code where it is unpickled", "Reduced()",
             {"above": "class Reduced:\n    def __reduce__(self):\n"
              "        return os.system, ('touch /tmp/attacked',)\n"}),
        )
    ),
]  # fmt: skip
