"""The sandbox, attacked in every tier: what a submission reaches for, and what it gets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from attacks_on_jails import ATTEND, outcome, session, what_it_says, works

from autograder.checking.execution.session import StageSession, read_sources
from autograder.sandbox.jail import Jail
from autograder.sandbox.start import environment

ROOT = Path(__file__).parents[1]


def test_an_honest_submission_runs(jail: Jail) -> None:
    honest = StageSession("attention", read_sources(ROOT / "solutions"), {}, jail)
    reply = honest.run(ATTEND)
    honest.close()
    assert torch.allclose(reply.tensors["0.out.1"].sum(-1), torch.ones(2))


@pytest.mark.parametrize(
    "attempt",
    [
        f"open({str(ROOT / 'solutions' / 'utils.py')!r})",
        f"os.listdir({str(ROOT / 'autograder')!r})",
        f"open({str(ROOT / 'autograder' / 'hidden' / '__init__.py')!r})",
        f"os.symlink({str(ROOT / 'solutions')!r}, 'way'); open('way/utils.py')",
        "open('/etc/shadow')",
        "open('/etc/passwd')",
        "os.listdir('/home')",
        "open('/dev/mem')",
    ],
)
def test_nothing_of_the_course_or_the_machine_can_be_read(attempt: str, jail: Jail) -> None:
    assert "OSError" in outcome(attempt, jail)


def test_the_course_cannot_be_imported(jail: Jail) -> None:
    said = outcome("import autograder.hidden.test_attention", jail)
    assert "ImportError" in said or "OSError" in said


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/usr/bin/forged', 'w')",
        "open('/forged', 'w')",
        "open('/dev/forged', 'w')",
        "open('/var/tmp/forged', 'w')",
        "open(__import__('worker').__path__[0] + '/serve.py', 'w')",
        "open(os.path.dirname(os.__file__) + '/__pycache__/os.cpython-311.pyc', 'r+')",
        "open(os.path.dirname(__import__('torch').__file__) + '/__init__.py', 'a')",
        "os.mkdir(os.path.dirname(__import__('torch').__file__) + '/forged')",
        "os.remove(__import__('torch').__file__)",
        f"open({str(ROOT / 'forged')!r}, 'w')",
        f"os.rename('/usr/lib', {str(ROOT / 'forged')!r})",
        "os.chmod('/usr/bin', 0o777)",
        "os.truncate(__import__('torch').__file__, 0)",
    ],
)
def test_nothing_but_its_own_folder_can_be_written(attempt: str, jail: Jail) -> None:
    assert "OSError" in outcome(attempt, jail)


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('127.0.0.1', 80), 2)",
        "socket.create_connection(('192.0.2.1', 80), 2)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 53))",
        "socket.socket(socket.AF_INET6)",
        "socket.socket(socket.AF_NETLINK)",
        "socket.socket(socket.AF_UNIX).connect('/run/systemd/private')",
        "socket.socket(socket.AF_UNIX).connect(chr(0) + 'known')",
        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\na.sendto(b'x', '/dev/log')",
    ],
)
def test_no_socket_leads_out(attempt: str, jail: Jail) -> None:
    assert "OSError" in outcome(attempt, jail)


@pytest.mark.parametrize(
    "attempt",
    [
        "os.kill(os.getppid() or 2, 9)",
        "os.killpg(os.getpgid(os.getppid()), 9)",
        "os.kill(TESTER, 9)",
        "checked(libc.ptrace(16, os.getppid() or 2, 0, 0))",
        "checked(libc.process_vm_readv(os.getppid() or 2, 0, 0, 0, 0, 0))",
        "open('/proc/TESTER/environ')",
        "open(f'/proc/{os.getppid() or 2}/mem', 'r+')",
        "resource.prlimit(os.getppid() or 2, resource.RLIMIT_CPU, (0, 0))",
        "os.setpriority(os.PRIO_PROCESS, os.getppid() or 2, 19)",
        "os.sched_setaffinity(os.getppid() or 2, {0})",
        "checked(libc.syscall(434, os.getppid() or 2, 0))",
    ],
)
def test_no_other_process_is_reached(attempt: str, jail: Jail) -> None:
    said = outcome(attempt.replace("TESTER", str(os.getpid())), jail)
    assert "OSError" in said
    assert works(jail)


def test_who_kills_everybody_kills_nobody_else(jail: Jail) -> None:
    with subprocess.Popen(["/usr/bin/sleep", "600"]) as bystander:
        outcome("os.kill(-1, 9)", jail)
        assert works(jail)
        assert bystander.poll() is None
        bystander.kill()


@pytest.mark.parametrize(
    "attempt",
    [
        "os.setuid(0)",
        "os.setgroups([0])",
        "checked(libc.unshare(0x10000000))",
        "checked(libc.unshare(0x00020000))",
        "checked(libc.syscall(56 if os.uname().machine == 'x86_64' else 220, 0x10000011, 0,0,0,0))",
        "checked(libc.mount(b'tmpfs', b'/tmp', b'tmpfs', 0, None))",
        "checked(libc.umount2(b'/tmp', 2))",
        "os.chroot('/tmp')",
        "checked(libc.memfd_create(b'hidden', 0))",
        "checked(libc.syscall(250 if os.uname().machine == 'x86_64' else 219, 0, -3, 1))",
        "checked(libc.syscall(425, 8, 0))",
        "checked(libc.shmget(7, 4096, 0o1666))",
        "checked(libc.mq_open(b'/left', 0o102, 0o666, None))",
        "os.nice(-5)",
        "socket.sethostname('forged')",
    ],
)
def test_the_kernels_doors_are_closed(attempt: str, jail: Jail) -> None:
    assert "OSError" in outcome(attempt, jail)


@pytest.mark.parametrize("name", ["AS", "CPU", "FSIZE", "NPROC", "NOFILE"])
def test_limits_cannot_be_lifted(name: str, jail: Jail) -> None:
    raised = f"resource.setrlimit(resource.RLIMIT_{name}, (resource.RLIM_INFINITY,) * 2)"
    assert "ValueError" in outcome(raised, jail)


def test_no_capability_and_no_root_is_left(jail: Jail) -> None:
    body = (
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "held = (ctypes.c_uint32 * 6)()\n"
        "libc.capget((ctypes.c_uint32 * 2)(0x20080522, 0), held)\n"
        "bounding = [libc.prctl(23, n, 0, 0, 0) for n in range(41)]\n"
        "found = os.getuid(), os.geteuid(), os.getgroups(), list(held), max(bounding)"
    )
    user, effective, groups, held, bounding = eval(eval(what_it_says(body, jail)))
    assert user == effective != 0
    assert groups == [] or os.getuid() != 0
    may_only_read = [4, 4, 0, 0, 0, 0] if "landlock" in repr(jail.process.args) else [0] * 6
    assert held in ([0] * 6, may_only_read)
    assert bounding == 0 or os.getuid() != 0


def test_the_environment_holds_no_secret(jail: Jail) -> None:
    given = {*environment("/tmp"), "LC_CTYPE", "PWD", "TORCHDYNAMO_DISABLE"}
    body = f"import os\nfound = sorted(set(os.environ) - {given})"
    assert what_it_says(body, jail) == "'[]'"
    body = (
        "found = 'nothing'\n"
        "try: found = 'SECRET' in open('/proc/self/environ').read()\n"
        "except OSError: pass"
    )
    assert what_it_says(body, jail) in ("'False'", "'nothing'")


def test_only_the_workers_own_socket_is_open(jail: Jail) -> None:
    body = (
        "import os, stat\n"
        "found = []\n"
        "for n in range(1024):\n"
        "    try: mode = os.fstat(n).st_mode\n"
        "    except OSError: continue\n"
        "    found.append('socket' if stat.S_ISSOCK(mode) else 'device' if stat.S_ISCHR(mode) "
        "else 'file')\n"
    )
    assert eval(eval(what_it_says(body, jail))) == ["device"] * 3 + ["socket"]


def test_a_submissions_module_does_not_shadow_the_workers(jail: Jail) -> None:
    source = "import json, torch, numpy\nraise ValueError(json.__file__, torch.__version__)\n"
    attacked = session(source, jail)
    assert torch.__version__ in (attacked.load() or "")
    attacked.close()


def test_python_inside_is_the_one_outside(jail: Jail) -> None:
    assert sys.version.split()[0] in what_it_says("import sys\nfound = sys.version", jail)
