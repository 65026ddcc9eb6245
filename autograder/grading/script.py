"""What a stage's checks ask of whoever passes them: asked at once, and judged answer by answer.

Inputs come from the seed, so until something fails every submission is asked the same programs. A
script holds them, packed once for a class. A submission whose answers pass all checks of a script
has passed them; where anything else comes of it, the stage is judged program by program, in a
worker of its own, as if the script had not been tried.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.checking.probe import Probe, Run
from autograder.checking.programs import Answer, Program, Reply, packed
from autograder.checking.registry import Check, in_order


class Departure(Exception):
    """A check asks something that the script does not hold."""


class Script:
    """The programs of some checks of a stage, in the order of the checks.

    Args:
        checks: of one stage; all of them run the student's files alike, together or not.
        seed: whence the inputs come.
        reference: answers programs as the solution does.

    Raises:
        ReferenceTrouble, CheckFailed: where the solution itself does not pass.
    """

    def __init__(self, checks: list[Check], seed: bytes, reference: Run) -> None:
        self.checks = in_order(checks)
        self.seed = seed
        self.reference = reference
        self.programs: dict[str, list[Program]] = {}
        self.passing: dict[str, set[bytes]] = {}
        for each in self.checks:
            asked = self.programs[each.name] = []
            self._run(each, Recording(reference, asked))
            self.passing[each.name] = set()

    @functools.cached_property
    def asked(self) -> bytes:
        """All programs, packed."""
        return packed(list(itertools.chain(*self.programs.values())))

    @property
    def count(self) -> int:
        """How many programs there are."""
        return sum(map(len, self.programs.values()))

    def passed_by(self, answers: Sequence[Answer]) -> bool:
        """Whether these answers to all programs pass all checks.

        Answers that are byte for byte those that passed a check before pass it again unread.
        """
        left = iter(answers)
        return all(
            self._passes(each, list(itertools.islice(left, len(self.programs[each.name]))))
            for each in self.checks
        )

    def _passes(self, each: Check, answers: list[Answer]) -> bool:
        key = fingerprint(answers)
        if key not in self.passing[each.name]:
            try:
                self._run(each, Replay(self.programs[each.name], answers))
            except Exception:  # The stage's own worker finds out what is the matter.
                return False
            self.passing[each.name].add(key)
        return True

    def _run(self, each: Check, submission: Run) -> None:
        name = f"{each.stage}/{each.name}"
        each.function(Probe(name, self.seed, submission, self.reference))


class Recording:
    """Answers as another run does, and keeps what it is asked.

    Args:
        run: the other one.
        asked: where the programs are kept.
    """

    def __init__(self, run: Run, asked: list[Program]) -> None:
        self.run = run
        self.asked = asked

    def __call__(self, program: Program) -> Reply:
        """The other's answer."""
        self.asked.append(program)
        return self.run(program)


class Replay:
    """Answers programs that were asked before, each in its turn.

    Args:
        programs: what was asked.
        answers: as many.
    """

    def __init__(self, programs: Iterable[Program], answers: Iterable[Answer]) -> None:
        self.left: Iterator[tuple[Program, Answer]] = zip(programs, answers, strict=True)

    def __call__(self, program: Program) -> Reply:
        """The answer to the next program.

        Raises:
            Departure: where this is another program.
            ProtocolError: where the answer cannot be read.
        """
        asked, answer = next(self.left, (None, None))
        if answer is None or not same(program, asked):
            raise Departure
        return answer.read()


def same(one: Any, other: Any) -> bool:
    """Whether two programs, or parts of programs, are equal in everything."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if dataclasses.is_dataclass(one):
        names = [field.name for field in dataclasses.fields(one)]
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    return bool(one == other)


def fingerprint(answers: Iterable[Answer]) -> bytes:
    """A name for the exact bytes of some answers."""
    content = hashlib.sha256()
    for answer in answers:
        for part in (answer.header, answer.tensors):
            content.update(len(part).to_bytes(8, "big"))
            content.update(part)
    return content.digest()
