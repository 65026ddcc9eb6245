"""What the processes of a submission are and use, as /proc tells it."""

from __future__ import annotations

import os
import resource
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

PAGE = resource.getpagesize()
FORKED_AND_NEVER_EXECUTED = 0x40  # PF_FORKNOEXEC


@dataclass(frozen=True)
class Process:
    """One process.

    Attributes:
        number, parent: process ids.
        dead: whether it has ended and waits to be reaped.
        forked: whether it still runs its parent's program.
    """

    number: int
    parent: int
    dead: bool
    forked: bool


def address_space() -> int:
    """How much this process has mapped, in bytes."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[0]) * PAGE


def memory(number: int) -> int:
    """Bytes in memory of one process that belong to no file on a disk; 0 where it is gone."""
    words = status(number)
    return sum(int(words.get(kind, "0").split()[0]) * 1024 for kind in ("RssAnon", "RssShmem"))


def threads_of(user: int) -> int:
    """How many threads a user has, as far as they can be seen."""
    found = (status(process.number) for process in everything())
    own = (words for words in found if words.get("Uid", "").split()[:1] == [str(user)])
    return sum(int(words["Threads"]) for words in own)


def status(number: int) -> dict[str, str]:
    """What the kernel says of a process, by name; nothing where it is gone."""
    try:
        with open(f"/proc/{number}/status") as lines:
            return dict(line.split(":", 1) for line in lines)
    except OSError:
        return {}


def descendants(ancestor: int, without: Collection[int] = ()) -> list[Process]:
    """All processes below one, but for some and whatever is below those."""
    return below(ancestor, [each for each in everything() if each.number not in without])


def below(ancestor: int, processes: Iterable[Process]) -> list[Process]:
    """Those of some processes that are below one."""
    children: dict[int, list[Process]] = {}
    for process in processes:
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    waiting = [ancestor]
    while waiting:
        youngest = children.pop(waiting.pop(), [])
        found += youngest
        waiting += [child.number for child in youngest]
    return found


def everything() -> Iterator[Process]:
    """All processes that can be seen."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as stat:
                    state, parent, *rest = stat.read().rpartition(")")[2].split()
            except OSError:
                continue
            forked = bool(int(rest[4]) & FORKED_AND_NEVER_EXECUTED)
            yield Process(int(name), int(parent), state in "ZX", forked)


def reap(processes: Iterable[Process]) -> None:
    """Let the dead among this process's children go."""
    for process in processes:
        if process.dead and process.parent == os.getpid():
            os.waitpid(process.number, os.WNOHANG)
