"""Commands as processes of their own that need no start-up.

Python and nbgrader take three seconds to start, a hundred times in these tests. A server here
imports once what the commands import, and forks for each command: everything else is as in a
process that was started, its environment, its folder, its arguments and its exit status. The
demo's tests and formgrader's start real ones.
"""

from __future__ import annotations

import atexit
import functools
import importlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import pytest

BIN = Path(sys.executable).parent
PRELOADED = (
    "nbgrader.apps.nbgraderapp",
    "autograder.bridge.ahead",
    "autograder.bridge.config",
    "autograder.bridge.feedback",
    "autograder.bridge.markup",
    "autograder.bridge.outputs",
    "autograder.bridge.page",
    "autograder.cli.main",
    "autograder.collect",
)


def run(
    words: Sequence[str], cwd: Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command: Python with a module or a script, or a command of this environment."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        task = {"words": list(words), "cwd": str(cwd), "env": dict(env)}
        task |= {"files": [f"/proc/{os.getpid()}/fd/{file.fileno()}" for file in (out, err)]}
        server = _server()
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps(task) + "\n")
        server.stdin.flush()
        status = int(server.stdout.readline())
        return subprocess.CompletedProcess(list(words), status, _text(out), _text(err))


@contextmanager
def commands_of_the_course(env: Mapping[str, str]) -> Iterator[None]:
    """The environment in which `autograder.bridge.run` starts nbgrader, whose processes fork."""
    from autograder.bridge import run as module

    def started(words: list[str], *, cwd: Path, env: dict[str, str], check: bool) -> Any:
        done = run(words, cwd, env)
        sys.stdout.write(done.stdout)
        sys.stderr.write(done.stderr)
        return done

    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        patch.setattr(module, "subprocess", SimpleNamespace(run=started))
        yield


def _text(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


@functools.cache
def _server() -> subprocess.Popen[str]:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    server = subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=env,
    )
    atexit.register(server.kill)
    return server


def _serve() -> None:
    """Fork for every line of the input; answer with the exit status."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for name in PRELOADED:
        importlib.import_module(name)
    for line in sys.stdin:
        answers.write(f"{_forked(**json.loads(line))}\n")
        answers.flush()


def _forked(words: list[str], cwd: str, env: dict[str, str], files: Sequence[str] = ()) -> int:
    """Run a command in a copy of this process; its exit status."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        for place, file in enumerate(files, start=1):
            os.dup2(os.open(file, os.O_WRONLY), place)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        time.tzset()
        status = _do(words)
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _do(words: list[str]) -> int:
    """What Python does with the command; its exit status."""
    from autograder.bridge import run as module

    def started(words: list[str], *, cwd: Path, env: dict[str, str], check: bool) -> Any:
        return SimpleNamespace(returncode=_forked(words, str(cwd), env))

    module.subprocess = SimpleNamespace(run=started)  # type: ignore[attr-defined]
    first, *rest = words
    as_python = first == sys.executable
    more = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:1] = [os.getcwd() if as_python else str(BIN), *filter(None, more)]
    try:
        if as_python and rest[0] == "-m":
            sys.argv = rest[1:]
            runpy.run_module(rest[1], run_name="__main__", alter_sys=True)
        else:
            script = rest[0] if as_python else str(BIN / first)
            sys.argv = [script, *(rest[1:] if as_python else rest)]
            runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
            return 1
        return end.code or 0
    return 0


if __name__ == "__main__":
    _serve()
