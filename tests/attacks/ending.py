"""Ends and left-overs: exits, signals, hooks that run later, threads and processes that stay."""

from .attack import Attack, attending, carried

GONE = "ended the process"
CRASHED = "crashed the Python"
MARK = "attack987651"


def at_import(name: str, tries: str, payload: str, *says: str) -> Attack:
    return Attack(name, tries, payload, says=says)


ATTACKS = [
    at_import("exit", "It leaves with status 0 on import.", "raise SystemExit(0)", GONE),
    at_import(
        "interrupt", "It acts as if somebody pressed Ctrl-C.", "raise KeyboardInterrupt", GONE
    ),
    at_import(
        "own-base-exception",
        "It raises an exception of its own that `except Exception` does not catch.",
        "class Out(BaseException):\n    pass\n\nraise Out('all passed')",
        GONE,
    ),
    at_import("abort", "It aborts the process.", "import os\nos.abort()", CRASHED),
    at_import(
        "segfault", "It reads from address 0.", "import ctypes\nctypes.string_at(0)", CRASHED
    ),
    Attack(
        "sleep",
        "It sleeps, so that no answer comes and nothing is computed.",
        "import time\ntime.sleep(10**6)",
        says=("took longer than",),
        idles=True,
    ),
    at_import(
        "exec",
        "It becomes another program that says it passed.",
        "import os\nos.execv('/bin/echo', ['echo', 'passed'])",
        "transformer-attention.py",
    ),
    at_import(
        "close-everything",
        "It closes every file and socket that its process has.",
        "import os\nos.closerange(0, 4096)",
        GONE,
    ),
    at_import(
        "other-socket",
        "It puts a file in the place of the worker's socket.",
        "import os\nf = os.open('/dev/null', os.O_RDWR)\n"
        "for n in range(3, 64):\n    try: os.dup2(f, n)\n    except OSError: pass",
        "transformer-attention.py",
    ),
    attending("exit-when-called", "It leaves when it is called.", "os._exit(0)", says=(GONE,)),
    attending(
        "raise-when-called", "It raises SystemExit when it is called.", "sys.exit(0)", says=(GONE,)
    ),
    attending(
        "exit-in-a-value",
        "It returns a sequence that ends the process when it is counted.",
        "return Out()",
        above="class Out(list):\n    def __len__(self):\n        os._exit(0)\n",
        says=(GONE,),
    ),
    attending(
        "recursion",
        "It calls itself without end.",
        "return scaled_dot_product_attention(queries, keys, values)",
        says=("RecursionError",),
    ),
    attending(
        "memory",
        "It asks for more memory than the machine has.",
        "return torch.ones(2**40), keys",
        says=("raised",),
    ),
    attending(
        "hook-that-exits",
        "A hook on its output ends the process while gradients are computed.",
        "out = queries * 1\nif out.requires_grad:\n    out.register_hook(lambda g: os._exit(0))\n"
        "return out, keys",
    ),
    attending(
        "trace",
        "A trace function raises in the worker's own code.",
        "def trace(frame, event, arg):\n    if 'worker' in frame.f_code.co_filename:\n"
        "        raise SystemExit(0)\n    return trace\nsys.settrace(trace)\nreturn queries, keys",
        says=("transformer-attention",),
    ),
    attending(
        "alarm",
        "A signal raises an error while the worker packs its answer.",
        "import signal\n"
        "def out(*a):\n    raise SystemExit(0)\n"
        "signal.signal(signal.SIGALRM, out)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)\nreturn queries, keys",
        says=("transformer-attention",),
    ),
    carried(
        "signal-handlers",
        "It ignores every signal that can be ignored.",
        "import signal\nfor number in signal.valid_signals():\n"
        "    try:\n        signal.signal(number, signal.SIG_IGN)\n"
        "    except (OSError, ValueError):\n        pass",
    ),
    carried(
        "at-exit",
        "It leaves functions behind that run at the end, in a destructor, too.",
        "import atexit, os\n\nclass Last:\n    def __del__(self):\n        os._exit(0)\n\n"
        "last = Last()\natexit.register(os._exit, 0)\natexit.register(print, 'passed')",
    ),
    carried(
        "thread",
        "It leaves threads behind that sleep.",
        "import threading, time\nfor _ in range(20):\n"
        "    threading.Thread(target=time.sleep, args=(987651,)).start()",
    ),
    carried(
        "busy-thread",
        "It leaves a thread behind that computes without end.",
        "import threading\n\ndef spin():\n    while True:\n        pass\n\n"
        "threading.Thread(target=spin, daemon=True).start()",
    ),
    carried(
        "daemon",
        "It leaves processes behind, in sessions of their own.",
        "import ctypes, os, time\nfor _ in range(3):\n    try:\n        child = os.fork()\n"
        "    except OSError:\n        break\n    if child == 0:\n        try:\n"
        "            os.setsid()\n            os.fork()\n"
        f"            ctypes.CDLL(None).prctl(15, b'{MARK}', 0, 0, 0)\n"
        "            time.sleep(10**6)\n"
        "        finally:\n            os._exit(0)",
    ),
    carried(
        "flood",
        "It floods standard output and error with 64 MB.",
        "import sys\nfor _ in range(32):\n    print('x' * 2**20)\n"
        "    print('E   assert 0 == 1' * 2**16, file=sys.stderr)",
    ),
    carried(
        "warnings",
        "It warns a thousand times, and makes warnings errors.",
        "import warnings\nfor n in range(1000):\n    warnings.warn(f'passed {n}')\n"
        "warnings.simplefilter('ignore')",
    ),
    carried(
        "patched-threading",
        "It patches threading and time for the processes that come after.",
        "import threading, time\nthreading.Thread.start = lambda self: None\n"
        "time.monotonic = lambda: 0.0\ntime.sleep = lambda seconds: None",
    ),
]
