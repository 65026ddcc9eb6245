"""What a submission leaves behind in the sandbox, in every tier: nothing."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Iterator

import pytest
import torch
from attacks_on_jails import ATTEND, HONEST, outcome, running, session, what_it_says, works

from autograder.sandbox.jail import Jail, JailPool
from autograder.sandbox.tiers import Tier

NAME = f"d-{uuid.uuid4().hex[:12]}"
DAEMON = (
    "import ctypes, os, signal, time\n"
    "for number in (1, 2, 15): signal.signal(number, signal.SIG_IGN)\n"
    "if os.fork() == 0:\n"
    "    os.setsid()\n"
    "    if os.fork() == 0:\n"
    f"        ctypes.CDLL(None).prctl(15, b'{NAME}')\n"
    "        os.closerange(0, 256)\n        time.sleep(600)\n"
    "    os._exit(0)\n"
)


@pytest.fixture
def pool(tier: Tier) -> Iterator[JailPool]:
    made = JailPool(tier)
    yield made
    made.close()


def wait_for(word: str) -> bool:
    return any(running(word) or time.sleep(0.1) for _ in range(100))


def test_a_daemon_ends_with_its_worker(jail: Jail) -> None:
    attacked = session(DAEMON, jail)
    assert attacked.load() is None
    assert wait_for(NAME)
    attacked.close()
    assert not running(NAME)


def test_a_daemon_whose_worker_is_dead_ends_with_it(jail: Jail) -> None:
    attacked = session(DAEMON + "import time\ntime.sleep(1)\nos._exit(0)\n", jail)
    assert "ended the process" in (attacked.load() or "")
    attacked.close()
    assert not running(NAME)


def test_one_worker_ends_and_the_other_goes_on(jail: Jail) -> None:
    first = session(HONEST, jail)
    assert first.load() is None
    connection = first.connection
    second = session(DAEMON, jail)
    assert second.load() is None
    second.close()
    assert torch.equal(first.run(ATTEND).tensors["0.out.0"], torch.eye(2))
    assert first.connection is connection
    first.close()


def test_everything_ends_with_the_jail(tier: Tier) -> None:
    jail = Jail(tier)
    attacked = session(DAEMON, jail)
    assert attacked.load() is None
    assert wait_for(NAME)
    jail.close()
    assert not running(NAME)


def test_a_jail_is_handed_on_and_nothing_in_it(pool: JailPool) -> None:
    leave = (
        "import ctypes, os, socket\n"
        "for folder in ('/tmp', '/dev/shm', '/var/tmp', '/dev', '/', '/room', '.'):\n"
        "    try: open(os.path.join(folder, 'note'), 'w').write('for the next one')\n"
        "    except OSError: pass\n"
        "try:\n"
        "    s = socket.socket(socket.AF_UNIX); s.bind(chr(0) + 'note'); s.listen()\n"
        "except OSError: pass\n"
        "if os.fork() == 0:\n"
        "    import time; time.sleep(600)\n"
    )
    look = (
        "import os, socket\n"
        "found = [f for f in ('/tmp', '/dev/shm', '/var/tmp', '/dev', '/', '/room', '.') "
        "if os.path.exists(os.path.join(f, 'note'))]\n"
        "try:\n"
        "    socket.socket(socket.AF_UNIX).connect(chr(0) + 'note'); found.append('socket')\n"
        "except OSError: pass"
    )
    with pool.jail() as first:
        assert isinstance(first, Jail)
        leaver = session(leave, first)
        assert leaver.load() is None
    with pool.jail() as second:
        assert second is first
        assert isinstance(second, Jail)
        assert what_it_says(look, second) == "'[]'"


def test_two_at_once_have_two_jails(pool: JailPool) -> None:
    with pool.jail() as first, pool.jail() as second:
        assert first is not second
    assert len(pool.idle) == 2


def test_a_jail_that_died_is_replaced(pool: JailPool) -> None:
    with pool.jail() as first:
        assert isinstance(first, Jail)
        assert works(first)
    first.process.kill()
    first.process.wait()
    with pool.jail() as second:
        assert isinstance(second, Jail)
        assert works(second)
        second.process.kill()
        second.process.wait()
    assert pool.idle == []


def test_a_jail_outlives_the_thread_that_asked_for_it(pool: JailPool) -> None:
    def grade() -> None:
        with pool.jail() as jail:
            assert isinstance(jail, Jail)
            assert works(jail)

    for _ in range(2):
        asking = threading.Thread(target=grade)
        asking.start()
        asking.join()
    time.sleep(0.2)
    assert [jail.alive() for jail in pool.idle] == [True]


def test_a_jail_can_be_closed_while_it_is_coming_up(tier: Tier) -> None:
    for _ in range(5):
        Jail(tier).close()


def test_a_worker_sees_nothing_of_another(jail: Jail) -> None:
    keep = "open('private', 'w').write('mine')\nraise KeyError(f'<{os.getpid()}|{os.getcwd()}>')"
    keeper = session(f"import os\n{keep}\n", jail)
    number, folder = (keeper.load() or "").split("<")[1].split(">")[0].split("|")
    try:
        for file in (f"{folder}/private", f"../{number}/private"):
            assert "OSError" in outcome(f"open({file!r})", jail)
        assert "OSError" in outcome(f"os.listdir({jail.scratch.name!r})", jail)
        assert "OSError" in outcome(f"assert open('/proc/{number}/mem', 'rb').seek(0)", jail)
        body = "import os\ntry: found = [n for n in os.listdir('/proc') if n.isdigit()]\n"
        assert what_it_says(body + "except OSError: found = ['1']", jail) == "\"['1']\""
    finally:
        keeper.close()
    assert os.listdir(jail.scratch.name) == []
