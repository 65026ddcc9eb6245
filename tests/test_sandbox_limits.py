"""The sandbox's limits in every tier: what takes too much is stopped, and told why."""

from __future__ import annotations

from pathlib import Path

import pytest
from attacks_on_jails import ATTEND, BUBBLEWRAP, LANDLOCK, at_hand, outcome, session, works

from autograder.checking.api.compare import CheckFailed
from autograder.checking.execution.limits import Limits
from autograder.sandbox.jail import Jail
from autograder.sandbox.tiers import Tier

FORK_BOMB = "import os\nwhile True:\n    try: os.fork() or os.setsid()\n    except OSError: pass\n"
GREEDY = "kept = []\nwhile True:\n    kept.append(bytearray(b'x') * 2**26)\n"
MANY_GREEDY = (
    "import os, time\n"
    "for _ in range(40):\n"
    "    if os.fork() == 0:\n"
    "        kept = bytearray(b'x') * 150 * 2**20\n"
    "        time.sleep(60)\n"
    "time.sleep(60)\n"
)
FILLER = (
    "import time\n"
    "for n in range(8):\n"
    "    open(f'fill{n}', 'wb').write(bytes(2**22))\n"
    "    time.sleep(0.3)\n"
)


@pytest.fixture(scope="session", params=(BUBBLEWRAP, LANDLOCK), ids=lambda tier: tier.name)
def tier(request: pytest.FixtureRequest) -> Tier:
    """The limits are the same in an older Landlock: it is not Landlock that sets them."""
    return at_hand(request.param)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import os\nos._exit(0)", "ended the process"),
        ("import sys\nsys.exit(0)", "ended the process"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\nos.abort()", "your code"),
        ("import ctypes\nctypes.string_at(0)", "crashed the Python that it ran in (SIGSEGV)"),
        ("while True:\n    pass", "computed for longer than 2 s"),
        ("while True:\n    try:\n        while 1: pass\n    except BaseException: 1", "computed"),
        ("import os\nfor n in range(3, 128):\n    try: os.write(n, b'x' * 4096)\n"
         "    except OSError: pass", "wrote into its answers"),
        ("print('x' * 2**26)\nraise ValueError('printed')", "printed"),
        (GREEDY, "used more than 3 GiB of memory and was stopped"),
        (MANY_GREEDY, "used more than 3 GiB of memory and was stopped"),
    ],
    ids=["exit", "sys-exit", "kill", "crash", "loop", "stubborn-loop", "forged", "flood",
         "memory", "memory-of-many"],
)  # fmt: skip
def test_what_ends_a_submission_is_said_and_ends_only_itself(
    source: str, words: str, jail: Jail
) -> None:
    computing = 2.0 if "while 1" in source or "pass" in source else 30.0
    limits = Limits(program_cpu_seconds=computing, slow_program_cpu_seconds=min(computing, 3.0))
    attacked = session(source, jail, limits)
    said = attacked.load() or ""
    attacked.close()
    assert words in said
    assert works(jail)


def test_other_limits_are_kept_to_and_said(tier: Tier) -> None:
    jail = Jail(tier, Limits(memory_gib=0.5, scratch_mib=24, file_mib=8))
    try:
        greedy = session(GREEDY, jail)
        assert "used more than 0.5 GiB of memory and was stopped" in (greedy.load() or "")
        greedy.close()
        assert "OSError" in outcome("open('large', 'wb').write(bytes(2**24))", jail)
        filler = session(FILLER, jail)
        said = filler.load() or ""
        filler.close()
        assert "No space" in said or "wrote more than 24 MiB" in said
        assert works(jail)
    finally:
        jail.close()


def test_a_fork_bomb_is_gone_when_its_worker_is(jail: Jail) -> None:
    limits = Limits(program_wall_seconds=3.0, slow_program_wall_seconds=3.0)
    bomb = session(FORK_BOMB, jail, limits)
    assert "transformer-attention.py" in (bomb.load() or "")
    bomb.close()
    assert works(jail)
    assert jail.clear()


def test_memory_beyond_the_address_space_is_refused(jail: Jail) -> None:
    assert "MemoryError" in outcome("bytearray(64 * 2**30)", jail)


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm", "."])
def test_a_disk_cannot_be_filled(folder: str, jail: Jail) -> None:
    source = (
        "import os, time\n"
        "written = 0\n"
        "for n in range(64):\n"
        f"    with open(os.path.join({folder!r}, f'fill{{n}}'), 'wb') as file:\n"
        "        written += file.write(bytes(2**24))\n"
        "    time.sleep(0.02)\n"
        "raise ValueError(f'wrote {written} bytes')\n"
    )
    filler = session(source, jail)
    said = filler.load() or ""
    filler.close()
    assert "No space" in said or "Permission" in said or "wrote more than 256 MiB" in said
    assert not list(Path(jail.scratch.name).iterdir())
    assert works(jail)


def test_one_file_has_a_size(jail: Jail) -> None:
    attempt = "open('large', 'wb').write(bytes(2**27))"
    assert "OSError" in outcome(attempt, jail)


def test_a_folder_holds_so_many_files(jail: Jail) -> None:
    source = "import time\nfor n in range(9999):\n    open(f'{n}', 'w')\ntime.sleep(9)\n"
    many = session(source, jail)
    said = many.load() or ""
    many.close()
    assert "No space" in said or "wrote more than" in said


def test_an_answer_that_never_comes_fails_the_call(jail: Jail) -> None:
    asleep = "import time\ndef scaled_dot_product_attention(q, k, v):\n    time.sleep(99)\n"
    sleeper = session(asleep, jail, Limits(program_wall_seconds=2.0))
    with pytest.raises(CheckFailed, match="took longer than 2 s"):
        sleeper.run(ATTEND)
    sleeper.close()


def test_computing_is_limited_also_where_the_limit_is_ignored(jail: Jail) -> None:
    deaf = (
        "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\n"
        "def scaled_dot_product_attention(q, k, v):\n    while True: pass\n"
    )
    stubborn = session(deaf, jail, Limits(program_cpu_seconds=1.0, program_wall_seconds=3.0))
    with pytest.raises(CheckFailed, match="was stopped"):
        stubborn.run(ATTEND)
    stubborn.close()
