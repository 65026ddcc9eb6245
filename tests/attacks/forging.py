"""Forged answers: frames of the submission's own, and a worker patched from inside.

A worker can lie about the submission's outputs, which gains nothing, for what is right is known in
the grader's process alone. What it sends must never break the grader.
"""

from .attack import Attack, attending

SEND = """
import json, os, socket, stat, struct, sys, threading
import safetensors.torch, torch

EMPTY = struct.pack("<Q", 2) + b"{}"

def frame(header, blob=EMPTY):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("!IQ", len(text), len(blob)) + text + blob

def send(data):
    for number in range(3, 256):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                with socket.socket(fileno=os.dup(number)) as end:
                    end.sendall(data)
                return
        except OSError:
            pass
"""
IMPORTED = '{"id": 1, "errors": {"transformer-attention": None}}'
ANSWER = """
def answer(number):
    calls = [{"value": {"tuple": [{"tensor": "0.out.0"}, {"tensor": "0.out.1"}]}, "moved": False}]
    ones = {"0.out.0": torch.ones(2, 3, 4, 7), "0.out.1": torch.ones(2, 3, 4, 5) / 5}
    ones |= {f"0.after.{place}": torch.ones(1) for place in range(3)}
    return frame({"id": number, "state": {}, "calls": calls}, safetensors.torch.save(ones))
"""


def at_import(name: str, tries: str, payload: str, *says: str) -> Attack:
    return Attack(name, tries, SEND + payload, says=says)


def reply(name: str, tries: str, header: str, *says: str) -> Attack:
    """The worker answers every program with this header, an expression that may use `p`."""
    payload = f"""
serve = next(m for n, m in sys.modules.items() if n.endswith("worker.serve") or n == "serve")
serve.run_program = lambda p, tensors, files: ({header}, {{}})
"""
    return Attack(name, tries, SEND + payload, says=says)


def hostile_blob(name: str, tries: str, header: str) -> Attack:
    payload = f"""
text = json.dumps({header}).encode()
send(frame({IMPORTED}, struct.pack("<Q", len(text)) + text))
"""
    return at_import(name, tries, payload, "wrote into its answers")


ATTACKS = [
    at_import(
        "replies-ahead",
        "It answers all requests to come with well-formed frames of ones, then hangs up.",
        ANSWER + f"\nsend(frame({IMPORTED}))\nfor n in range(2, 60):\n    send(answer(n))\n"
        "os._exit(0)",
        "transformer-attention.py",
    ),
    at_import(
        "replies-ahead-and-stay",
        "It answers all requests to come, and its own worker answers them again.",
        ANSWER + f"\nsend(frame({IMPORTED}))\nfor n in range(2, 60):\n    send(answer(n))\n",
        "numbers differ",
    ),
    at_import(
        "frame-flood",
        "It sends well-formed frames of 64 MB without end, to fill the grader's memory.",
        'blob = safetensors.torch.save({"x": torch.zeros(2**24)})\n'
        f"threading.Thread(target=lambda: [send(frame({IMPORTED}, blob)) for _ in range(200)], "
        "daemon=True).start()\nimport time; time.sleep(2)",
        "wrote into its answers",
    ),
    at_import(
        "huge-lengths",
        "A frame says that it is 2**63 bytes long.",
        'send(struct.pack("!IQ", 2**32 - 1, 2**63))',
        "wrote into its answers",
    ),
    at_import(
        "no-object", "A frame's header is a list.", "send(frame([1, 2]))", "wrote into its answers"
    ),
    at_import(
        "deep-header",
        "A frame's header is nested 900 levels deep.",
        'send(frame(b\'{"id": 1, "errors": \' + b"[" * 900 + b"]" * 900 + b"}"))',
        "wrote into its answers",
    ),
    at_import(
        "no-errors-key",
        "The answer to the import lacks the only thing it should say.",
        'send(frame({"id": 1}))',
        "wrote into its answers",
    ),
    at_import(
        "odd-error",
        "The answer to the import holds an error that is none.",
        'send(frame({"id": 1, "errors": {"transformer-attention": {"type": 5}}}))',
        "wrote into its answers",
    ),
    at_import(
        "endless-words",
        "The answer to the import holds words of 300 kB, with HTML and steering characters.",
        'bad = "<script>alert(1)</script>\\x1b[2J" * 10_000\n'
        'error = dict.fromkeys(["type", "message", "trace", "file"], bad) | {"bases": []}\n'
        'send(frame({"id": 1, "errors": {"transformer-attention": error}}))',
        "cannot be imported",
    ),
    hostile_blob(
        "impossible-shape",
        "A frame holds an empty tensor of an impossible shape.",
        '{"x": {"dtype": "F32", "shape": [0, 2**62, 2**62], "data_offsets": [0, 0]}}',
    ),
    hostile_blob(
        "unknown-dtype",
        "A frame holds a tensor of a dtype that does not exist.",
        '{"x": {"dtype": "F3", "shape": [0], "data_offsets": [0, 0]}}',
    ),
    hostile_blob(
        "exotic-dtype",
        "A frame holds a tensor of a dtype that most operators do not know.",
        '{"x": {"dtype": "F8_E4M3", "shape": [0], "data_offsets": [0, 0]}}',
    ),
    hostile_blob(
        "offsets",
        "A frame's tensor points outside of it.",
        '{"x": {"dtype": "F32", "shape": [2**20], "data_offsets": [0, 2**22]}}',
    ),
    reply("reply-passed", "The worker says that it passed.", '{"passed": True, "points": 20}'),
    reply("reply-no-list", "The answers are a number.", '{"calls": 5}', "our worker"),
    reply("reply-too-few", "There are no answers.", '{"calls": []}', "our worker"),
    reply("reply-refused", "A refusal is a number.", '{"refused": 3}', "our worker"),
    reply(
        "reply-weights",
        "A refusal has shapes that are none.",
        '{"refused": {"kind": "weights", "missing": [], "unexpected": [], "shapes": {"a": [1]}}}',
        "our worker",
    ),
    reply("reply-error", "An error is empty.", '{"error": {}}', "our worker"),
    reply(
        "reply-no-tensor",
        "The answers name tensors that are not there.",
        '{"calls": [{"value": {"tensor": "x"}, "moved": False}] * len(p["calls"])}',
        "our worker",
    ),
    reply(
        "reply-numbers",
        "The values are lists and huge numbers.",
        '{"calls": [{"value": [10**400, 1e999, "<b>"], "moved": False}] * len(p["calls"])}',
        "our worker",
    ),
    reply(
        "reply-raised",
        "The errors have odd types and words.",
        '{"calls": [{"error": {"type": "\\ud800\\x1b[31m", "bases": ["ValueError", 3], '
        '"message": "\\ud800" * 10**5, "file": None, "line": -1, "trace": ["x"]}}] '
        '* len(p["calls"])}',
        "raised",
    ),
    attending(
        "patched-comparison",
        "It patches every comparison there is, in its own process.",
        "return queries, keys",
        above=(
            "torch.allclose = torch.equal = torch.testing.assert_close = lambda *a, **k: True\n"
            "torch.Tensor.__eq__ = torch.Tensor.__le__ = lambda *a: torch.ones(())\n"
        ),
    ),
    attending(
        "patched-packing",
        "It patches what the worker packs its answers with.",
        "return queries, keys",
        above=(
            "import copy, json, safetensors.torch\n"
            "running = next(m for n, m in sys.modules.items() if n.endswith('worker.running'))\n"
            "running.plain = lambda value: torch.ones(value.shape)\n"
            "running.describe = copy.copy = lambda *a: 'passed'\n"
            "safetensors.torch.save = lambda *a: b''\n"
        ),
    ),
    attending(
        "patched-copies",
        "It makes every copy of a tensor a tensor of ones.",
        "return queries, keys",
        above="torch.Tensor.clone = torch.Tensor.contiguous = lambda self, **k: torch.ones(3)\n",
    ),
    attending(
        "yes-to-everything",
        "It answers with an object that equals everything.",
        "return Yes(), Yes()",
        above=(
            "class Yes:\n    def __eq__(self, other):\n        return True\n"
            "    __ne__ = __lt__ = __le__ = __call__ = __getattr__ = __eq__\n"
        ),
        says=("Yes",),
    ),
    attending(
        "reading-on",
        "A thread of its own reads the requests away from the worker's socket.",
        "return None",
        above=SEND + "def eat():\n    for number in range(3, 64):\n        try:\n"
        "            os.set_blocking(number, True)\n            os.read(number, 2**20)\n"
        "        except OSError:\n            pass\n"
        "threading.Thread(target=eat, daemon=True).start()\n",
        idles=True,
    ),
]
