"""What the sandbox's tests share: the tiers, and code that tells what it found inside."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from pathlib import Path

import pytest
import torch

from autograder.checking.api.program import Call, Program
from autograder.checking.execution.limits import Limits
from autograder.checking.execution.session import StageSession
from autograder.sandbox.jail import Jail
from autograder.sandbox.tiers import TIERS, Tier

BUBBLEWRAP, LANDLOCK = TIERS
ATTEND = Program("scaled_dot_product_attention", calls=(Call((torch.eye(2),) * 3),))

HONEST = "def scaled_dot_product_attention(q, k, v):\n    return q, k\n"


def as_on_an_older_kernel(control: str, user: int, scratch: Path, limits: Limits) -> list[str]:
    """Landlock's fifth version, which does not keep signals and abstract sockets apart."""
    *line, walls = LANDLOCK.command(control, user, scratch, limits)
    return [*line, json.dumps(json.loads(walls) | {"version": 5})]


OLDER_LANDLOCK = dataclasses.replace(LANDLOCK, name="landlock-5", command=as_on_an_older_kernel)
ALL = (BUBBLEWRAP, LANDLOCK, OLDER_LANDLOCK)


def at_hand(tier: Tier) -> Tier:
    """The tier; where this machine has none of it, the test is skipped."""
    # A kernel may have one tier and not the other; CI has all.
    if trouble := tier.trouble():
        pytest.skip(f"needs {tier.name}: {trouble}")
    return tier


def session(source: str, jail: Jail, limits: Limits | None = None) -> StageSession:
    """A submission whose attention is this source, with the jail's limits or others."""
    sources = {"transformer-attention": source}
    return StageSession("attention", sources, {}, jail, limits=limits or jail.limits)


def what_it_says(body: str, jail: Jail) -> str:
    """The text that a submission's code computes inside, brought out in an error."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    source = f"def scaled_dot_product_attention(q, k, v):\n{lines}    raise KeyError(str(found))\n"
    attacked = session(source, jail)
    try:
        return attacked.run(ATTEND).header["calls"][0]["error"]["message"]
    finally:
        attacked.close()


def outcome(attempt: str, jail: Jail) -> str:
    """The bases of the error with which lines of code are refused, or "done"."""
    lines = "".join(f"    {line}\n" for line in attempt.splitlines())
    body = (
        f"import ctypes, os, resource, socket\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "def checked(result):\n"
        "    if result < 0: raise OSError(ctypes.get_errno(), 'refused')\n"
        f"try:\n{lines}    found = 'done'\n"
        "except BaseException as error:\n"
        "    found = [base.__name__ for base in type(error).__mro__]"
    )
    return what_it_says(body, jail)


def running(word: str) -> list[int]:
    """The processes of this machine of this name, or with the word in their command lines."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            process = Path("/proc", name)
            if word in (process / "cmdline").read_text() + (process / "comm").read_text():
                found.append(int(name))
    return found


def works(jail: Jail) -> bool:
    """Whether a submission that behaves gets its answer."""
    honest = session(HONEST, jail)
    try:
        return torch.equal(honest.run(ATTEND).tensors["0.out.0"], torch.eye(2))
    finally:
        honest.close()
