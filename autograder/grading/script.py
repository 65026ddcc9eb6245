"""What a stage's checks ask of whoever passes them: asked at once, and judged answer by answer.

Inputs come from the seed, so until something fails every submission is asked the same programs. A
script holds them, packed once for a class. A submission whose answers pass all checks of a script
has passed them. A check that did not pass is judged in a worker of the stage's own, which is asked
that check's part of the script at once; programs that the script does not hold come one by one.
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
from autograder.checking.worker.protocol import ProtocolError


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
        return packed(list(itertools.chain(*self.programs.values())), again=True)

    @functools.cached_property
    def asked_by(self) -> dict[str, bytes]:
        """Each check's programs, packed."""
        return {name: packed(programs) for name, programs in self.programs.items()}

    @property
    def count(self) -> int:
        """How many programs there are."""
        return sum(map(len, self.programs.values()))

    def passed_by(self, answers: Sequence[Answer]) -> set[str]:
        """Names of the checks that these answers to all programs pass.

        Answers that are byte for byte those that passed a check before pass it again unread.
        """
        left = iter(answers)
        own = {
            c.name: list(itertools.islice(left, len(self.programs[c.name]))) for c in self.checks
        }
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


class Rehearsed:
    """One submission's answers to what a check asks.

    Args:
        script: knows what that is.
        each: the check.
        answers: in the order of its programs.
        live: answers what the script does not hold.
    """

    def __init__(self, script: Script, each: Check, answers: list[Answer], live: Run) -> None:
        self.script = script
        self.each = each
        self.answers = answers
        self.run: Run = Replay(script.programs[each.name], answers, live)

    def passes(self) -> bool:
        """Whether they are, byte for byte, such as passed this check before."""
        return self.script.known_to_pass(self.each, self.answers)


class Replay:
    """Answers programs that were asked before, each in its turn.

    Args:
        programs: what was asked.
        answers: as many.
        live: answers from the first other program on; without it there is none.
    """

    def __init__(
        self, programs: Iterable[Program], answers: Iterable[Answer], live: Run | None = None
    ) -> None:
        self.left: Iterator[tuple[Program, Answer]] = zip(programs, answers, strict=True)
        self.live = live
        self.departed = False

    def __call__(self, program: Program) -> Reply:
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
        return self.live(program)


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
