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
from typing import IO

import pytest

BIN = Path(sys.executable).parent
# The modules that start processes, each by `subprocess.run`.
STARTING = ("autograder.bridge.penalties", "autograder.bridge.run")
PRELOADED = (
    *STARTING,
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
    with _two_files() as (out, err):
        task = {"words": list(words), "cwd": str(cwd), "env": dict(env)}
        task |= {"files": _paths(out, err)}
        server = _server()
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps(task) + "\n")
        server.stdin.flush()
        status = int(server.stdout.readline())
        return subprocess.CompletedProcess(list(words), status, _text(out), _text(err))


@contextmanager
def commands_of_the_course(env: Mapping[str, str]) -> Iterator[None]:
    """An environment in which the course's own run starts its processes by a fork."""

    def started(
        words: list[str], *, cwd: Path, env: Mapping[str, str] = os.environ, **how: bool
    ) -> subprocess.CompletedProcess[str]:
        done = run(words, cwd, env)
        if not how.get("capture_output"):
            sys.stdout.write(done.stdout)
            sys.stderr.write(done.stderr)
        return done

    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        for module in STARTING:
            patch.setattr(f"{module}.subprocess", SimpleNamespace(run=started))
        yield


@contextmanager
def _two_files() -> Iterator[tuple[IO[str], IO[str]]]:
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        yield out, err


def _paths(*files: IO[str]) -> list[str]:
    """Where another process finds open files."""
    return [f"/proc/{os.getpid()}/fd/{file.fileno()}" for file in files]


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
    atexit.register(server.communicate)  # The end of its input ends it.
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


def _started(
    words: list[str], *, cwd: Path, env: Mapping[str, str] = os.environ, **how: bool
) -> subprocess.CompletedProcess[str]:
    """What a command starts in its turn."""
    if not how.get("capture_output"):
        status = _forked(words, str(cwd), dict(env))
        return subprocess.CompletedProcess(words, status)
    with _two_files() as (out, err):
        status = _forked(words, str(cwd), dict(env), _paths(out, err))
        return subprocess.CompletedProcess(words, status, _text(out), _text(err))


def _do(words: list[str]) -> int:
    """What Python does with the command; its exit status."""
    for module in STARTING:
        sys.modules[module].subprocess = SimpleNamespace(run=_started)  # type: ignore[attr-defined]
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
