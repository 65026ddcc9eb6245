"""What a stage's checks ask of whoever passes them: asked at once, and judged answer by answer.

Inputs come from the seed, so until something fails every submission is asked the same programs. A
script holds them, packed once for a class. Programs that a script does not hold, which only a check
that fails asks for, come one by one.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import itertools
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from ..api.check import Check
from ..api.probe import Probe
from ..api.program import Answer, Program, Reply, Runner, packed
from ..worker.protocol import ProtocolError

MOST_PARTS = 100


class Departure(Exception):
    """A check asks something that the script does not hold."""


@dataclasses.dataclass(frozen=True)
class Part:
    """What some checks of a script ask, packed.

    Attributes:
        counts: how many programs each of them asks, by the check's name, in order.
        asked: all programs, packed.
    """

    counts: dict[str, int]
    asked: bytes

    @property
    def count(self) -> int:
        """How many programs there are."""
        return sum(self.counts.values())

    def by_check(self, answers: Sequence[Answer]) -> dict[str, list[Answer]]:
        """The answers to all of them, by the check that asks."""
        left = iter(answers)
        return {name: list(itertools.islice(left, count)) for name, count in self.counts.items()}


class Script:
    """The programs of some checks of a stage, in the order of the checks.

    Args:
        checks: of one stage; all of them run the student's files alike, together or not.
        seed: whence the inputs come.
        reference: answers programs as the solution does.

    Raises:
        ReferenceTrouble, CheckFailed: where the solution itself does not pass.
    """

    def __init__(self, checks: list[Check], seed: bytes, reference: Runner) -> None:
        self.checks = checks
        self.seed = seed
        self.reference = reference
        self.programs: dict[str, list[Program]] = {}
        self.passing: dict[str, set[bytes]] = {}
        self.lock = threading.Lock()
        self.parts: dict[tuple[str, ...], Part] = {}
        for each in self.checks:
            asked = self.programs[each.name] = []
            self._run(each, Recording(reference, asked))
            self.passing[each.name] = set()

    @functools.cached_property
    def asked(self) -> bytes:
        """All programs, packed."""
        return packed(list(itertools.chain(*self.programs.values())), again=True)

    @property
    def count(self) -> int:
        """How many programs there are."""
        return sum(map(len, self.programs.values()))

    def part(self, left_out: Collection[str]) -> Part:
        """What some of the checks ask, for a worker that builds each program's module anew.

        Args:
            left_out: names of the other checks.
        """
        names = tuple(each.name for each in self.checks if each.name not in left_out)
        with self.lock:
            if names not in self.parts:
                if len(self.parts) >= MOST_PARTS:
                    self.parts.clear()
                programs = {name: self.programs[name] for name in names}
                self.parts[names] = Part(
                    {name: len(asked) for name, asked in programs.items()},
                    packed(list(itertools.chain(*programs.values()))),
                )
            return self.parts[names]

    def passed_by(self, answers: Sequence[Answer]) -> set[str]:
        """Names of the checks that these answers to all programs pass.

        Answers that are byte for byte those that passed a check before pass it again unread.
        """
        left = iter(answers)
        own = {name: list(itertools.islice(left, len(p))) for name, p in self.programs.items()}
        return {each.name for each in self.checks if self.passes(each, own[each.name])}

    def passes(self, each: Check, answers: list[Answer]) -> bool:
        """Whether these answers to a check's programs pass it."""
        if self.known_to_pass(each, answers):
            return True
        try:
            self._run(each, Replay(self.programs[each.name], answers))
        except Exception:  # The stage's own worker finds out what is the matter.
            return False
        self.passing[each.name].add(fingerprint(answers))
        return True

    def known_to_pass(self, each: Check, answers: list[Answer]) -> bool:
        """Whether answers of exactly these bytes passed a check before."""
        return fingerprint(answers) in self.passing[each.name]

    def _run(self, each: Check, submission: Runner) -> None:
        name = f"{each.stage}/{each.name}"
        each.function(Probe(name, self.seed, submission, self.reference))


class Scripts:
    """The scripts of all stages, each made when it is first asked for.

    Args:
        checks: by stage.
        seed: whence the inputs come.
        reference: answers programs as the solution does.
    """

    def __init__(self, checks: Mapping[str, list[Check]], seed: bytes, reference: Runner) -> None:
        self.checks = checks
        self.seed = seed
        self.reference = reference
        self.lock = threading.Lock()
        self.made: dict[tuple[str, bool], Script | None] = {}

    def of(self, stage: str, together: bool) -> Script | None:
        """What a stage's checks ask; None where the solution itself does not pass them.

        Args:
            stage: its key.
            together: whether of the checks that run the files together, or of the others.
        """
        with self.lock:
            if (stage, together) not in self.made:
                checks = [each for each in self.checks[stage] if each.together == together]
                try:
                    made = Script(checks, self.seed, self.reference)
                except Exception:  # Who judges the stage says so, check by check.
                    made = None
                self.made[stage, together] = made
            return self.made[stage, together]


class Recording:
    """Answers as another run does, and keeps what it is asked.

    Args:
        other: answers.
        asked: where the programs are kept.
    """

    def __init__(self, other: Runner, asked: list[Program]) -> None:
        self.other = other
        self.asked = asked

    def run(self, program: Program) -> Reply:
        """The other's answer."""
        self.asked.append(program)
        return self.other.run(program)


class Replay:
    """Answers programs that were asked before, each in its turn.

    Args:
        programs: what was asked.
        answers: as many.
        live: answers from the first other program on; without it there is none.
    """

    def __init__(
        self, programs: Iterable[Program], answers: Iterable[Answer], live: Runner | None = None
    ) -> None:
        self.left: Iterator[tuple[Program, Answer]] = zip(programs, answers, strict=True)
        self.live = live
        self.departed = False

    def run(self, program: Program) -> Reply:
        """The answer to the next program.

        Raises:
            Departure: where this is another program, and nothing answers those.
            ProtocolError: where the answer cannot be read.
        """
        if not self.departed:
            asked, answer = next(self.left, (None, None))
            if answer is not None and same(program, asked):
                try:
                    return answer.read()
                except ProtocolError:
                    if self.live is None:
                        raise
            self.departed = True
        if self.live is None:
            raise Departure
        return self.live.run(program)


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
