"""The jail, attacked: what a submission tries, and what comes of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from autograder.checking import session as session_module
from autograder.checking.compare import CheckFailed
from autograder.checking.programs import Call, Program
from autograder.checking.session import StageSession, read_sources
from autograder.sandbox import SandboxUnavailable, bubblewrap, describe
from autograder.sandbox.jail import Jail, JailPool

ROOT = Path(__file__).parents[1]
needs_bubblewrap = pytest.mark.skipif(
    shutil.which("bwrap") is None, reason="needs bubblewrap, which .ci/run installs"
)
ATTEND = Program("scaled_dot_product_attention", calls=(Call((torch.eye(2),) * 3),))


@pytest.fixture(scope="module")
def jail() -> Iterator[Jail]:
    made = Jail()
    yield made
    made.close()


def session(source: str, jail: Jail) -> StageSession:
    return StageSession("attention", {"transformer-attention": source}, {}, jail)


def what_it_says(body: str, jail: Jail) -> str:
    """The text that a submission's code computes inside the jail, brought out in an error."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    source = f"def scaled_dot_product_attention(q, k, v):\n{lines}    raise KeyError(str(found))\n"
    attacked = session(source, jail)
    try:
        return attacked.run(ATTEND).header["calls"][0]["error"]["message"]
    finally:
        attacked.close()


@needs_bubblewrap
def test_an_honest_submission_runs(jail: Jail) -> None:
    honest = StageSession("attention", read_sources(ROOT / "solutions"), {}, jail)
    reply = honest.run(ATTEND)
    honest.close()
    assert torch.allclose(reply.tensors["0.out.1"].sum(-1), torch.ones(2))


@needs_bubblewrap
@pytest.mark.parametrize(
    ("attempt", "refused"),
    [
        (f"open({str(ROOT / 'solutions' / 'utils.py')!r})", "FileNotFoundError"),
        (f"__import__('os').listdir({str(ROOT / 'autograder')!r})", "FileNotFoundError"),
        ("__import__('autograder')", "ModuleNotFoundError"),
        ("open('/usr/bin/forged', 'w')", "OSError"),
        ("open('/worker/worker/serve.py', 'w')", "OSError"),
        ("open('/etc/shadow')", "FileNotFoundError"),
        ("__import__('socket').create_connection(('127.0.0.1', 80), 2)", "OSError"),
        ("__import__('socket').create_connection(('192.0.2.1', 80), 2)", "OSError"),
        ("__import__('os').kill(1, 9)", "PermissionError"),
        ("__import__('os').setuid(0)", "PermissionError"),
        ("bytearray(64 * 2**30)", "MemoryError"),
        ("open('/tmp/large', 'wb').write(bytes(2**28))", "OSError"),
    ],
)
def test_what_is_refused(attempt: str, refused: str, jail: Jail) -> None:
    if os.getuid() and "os" in attempt and ("kill" in attempt or "setuid" in attempt):
        pytest.skip("only root has something to give up; CI runs as root")
    body = (
        f"try:\n    {attempt}\n    found = 'done'\n"
        "except BaseException as error:\n"
        "    found = [base.__name__ for base in type(error).__mro__]"
    )
    said = what_it_says(body, jail)
    assert refused in said
    assert "done" not in said


@needs_bubblewrap
def test_root_is_given_up(jail: Jail) -> None:
    assert what_it_says("import os\nfound = os.getuid()", jail) != "'0'"


@needs_bubblewrap
def test_no_other_process_and_no_secret_in_the_environment(
    jail: Jail, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = (
        "import os\n"
        "names = [open(f'/proc/{p}/comm').read().strip() for p in os.listdir('/proc') "
        "if p.isdigit()]\n"
        "found = sorted(set(names)), sorted(os.environ)"
    )
    said = what_it_says(body, jail)
    assert "pytest" not in said
    assert "USER" not in said


@needs_bubblewrap
@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import os\nos._exit(0)", "ended the process"),
        ("import sys\nsys.exit(0)", "ended the process"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "ended the process"),
        ("while True:\n    pass", "computed for longer"),
        ("while True:\n    try:\n        while 1: pass\n    except BaseException: 1", "computed"),
        ("import os\nwhile True:\n    os.fork()", "transformer-attention.py"),
        ("import os\nfor n in range(3, 64):\n    try: os.write(n, b'x' * 4096)\n"
         "    except OSError: pass", "wrote into its answers"),
        ("print('x' * 2**26)\nraise ValueError('printed')", "printed"),
    ],
    ids=["exit", "sys-exit", "kill", "loop", "stubborn-loop", "fork-bomb", "forged", "flood"],
)  # fmt: skip
def test_what_ends_a_submission_ends_only_itself(source: str, words: str, jail: Jail) -> None:
    attacked = session(source, jail)
    attacked.computing = 2.0
    assert words in (attacked.load() or "")
    attacked.close()
    test_an_honest_submission_runs(jail)


@needs_bubblewrap
def test_a_daemon_ends_with_its_jail() -> None:
    jail = Jail()
    source = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        os.execv('/usr/bin/sleep', ['sleep', '98765'])\n"
        "    os._exit(0)\n"
    )
    attacked = session(source, jail)
    attacked.load()
    assert any(is_running("sleep 98765") or time.sleep(0.1) for _ in range(100))
    attacked.close()
    jail.close()
    assert not is_running("sleep 98765")


def is_running(command: str) -> bool:
    return (
        subprocess.run(["pgrep", "-f", command], capture_output=True, check=False).returncode == 0
    )


@needs_bubblewrap
def test_an_answer_that_never_comes_fails_the_call(
    jail: Jail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "WAITING_SECONDS", 2.0)
    asleep = "import time\ndef scaled_dot_product_attention(q, k, v):\n    time.sleep(99)\n"
    sleeper = session(asleep, jail)
    with pytest.raises(CheckFailed, match="took longer than 2 s"):
        sleeper.run(ATTEND)
    sleeper.close()


@needs_bubblewrap
def test_computing_is_limited_also_where_the_limit_is_ignored(
    jail: Jail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "WAITING_SECONDS", 8.0)
    deaf = (
        "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\n"
        "def scaled_dot_product_attention(q, k, v):\n    while True: pass\n"
    )
    stubborn = session(deaf, jail)
    stubborn.computing = 1.0
    with pytest.raises(CheckFailed, match="was stopped"):
        stubborn.run(ATTEND)
    stubborn.close()


@needs_bubblewrap
def test_a_pool_hands_out_a_fresh_jail_each_time() -> None:
    pool = JailPool()
    leave = "open('/tmp/note', 'w').write('for the next one')\n"
    look = "import os\nraise ValueError(os.path.exists('/tmp/note'))\n"
    with pool.jail() as first:
        leaver = session(leave, first)
        assert leaver.load() is None
        leaver.close()
    with pool.jail() as second:
        looker = session(look, second)
        assert "ValueError: False" in (looker.load() or "")
        looker.close()
    pool.close()


@needs_bubblewrap
def test_a_jail_can_be_closed_while_it_is_coming_up() -> None:
    for _ in range(5):
        Jail().close()


def test_without_bubblewrap_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    bubblewrap.require_bubblewrap.cache_clear()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SandboxUnavailable, match="apt install bubblewrap"):
        describe()
    bubblewrap.require_bubblewrap.cache_clear()


def test_nothing_of_the_course_is_mounted_but_the_worker() -> None:
    words = bubblewrap.command([sys.executable])
    mounted = [
        words[i + 1] for i, word in enumerate(words) if word.startswith(("--ro-bind", "--bind"))
    ]
    inside = [path for path in mounted if Path(path).is_relative_to(ROOT)]
    allowed = {str(bubblewrap.WORKER), str(bubblewrap.ZYGOTE), sys.prefix}
    assert set(inside) <= allowed
