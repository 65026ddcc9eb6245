"""How far off right versions are, and wrong ones, in units of each check's tolerance.

`python -m benchmarks.tolerances` takes some minutes and writes `tolerances.md` beside this file.
"""

from __future__ import annotations

import math
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import torch
from torch import Tensor

from autograder import bank
from autograder.bank import judging
from autograder.checking.api import compare
from autograder.checking.api.compare import TOLERANCE, deviation
from autograder.checking.assignments import CODE_STAGES, STAGES
from autograder.checking.execution.forking import ForkLauncher
from autograder.checking.execution.stage_run import StageRun

TABLE = Path(__file__).with_suffix(".md")
SEEDS = (b"public", b"one round", b"another round")
ENOUGH = 3.0
TWO_THREADS = "\n__import__('torch').set_num_threads(2)\n"


@dataclass(frozen=True)
class Measured:
    """One version in one check, all of whose comparisons were made.

    Attributes:
        deviation: the largest of them, in units of the tolerance; None where none was made.
        tolerance: of that comparison, in words.
        otherwise: why the check fails though these numbers pass; "" where it does not.
        version: what was measured.
    """

    deviation: float | None
    tolerance: str
    otherwise: str
    version: str


class Recorder:
    """Takes the place of `compare.deviation`: notes what it finds and lets everything pass."""

    def __init__(self) -> None:
        self.largest: float | None = None
        self.tolerance = ""

    def __call__(
        self, got: Tensor, expected: Tensor, tolerance: tuple[float, float] | None = None
    ) -> Tensor:
        found = deviation(got, expected, tolerance)
        largest = float(found.nan_to_num(nan=math.inf).max()) if found.numel() else 0.0
        if self.largest is None or largest > self.largest:
            self.largest = largest
            self.tolerance = in_words(expected.dtype, tolerance)
        return torch.zeros_like(found)


def in_words(dtype: torch.dtype, tolerance: tuple[float, float] | None) -> str:
    """A dtype and its tolerance: "float32: 1e-05 + 0.0001 r"."""
    name = str(dtype).removeprefix("torch.")
    if not dtype.is_floating_point:
        return f"{name}: equal"
    atol, rtol = tolerance or TOLERANCE[dtype]
    return f"{name}: {atol:g} + {rtol:g} r" if rtol else f"{name}: {atol:g}"


def measure(run: StageRun, version: str) -> dict[str, Measured]:
    """A version in all checks of a stage, by the check's name."""
    found = {}
    for each in run.checks:
        recorder = Recorder()
        otherwise = ""
        with mock.patch.object(compare, "deviation", recorder):
            try:
                each.function(run.probe(each, run.session(each.together)))
            except Exception as error:  # Going on with numbers that are off can end in anything.
                otherwise = str(error) or type(error).__name__
        found[each.name] = Measured(recorder.largest, recorder.tolerance, otherwise, version)
    run.close()
    return found


@contextmanager
def plain_kernels() -> Iterator[ForkLauncher]:
    """Workers whose PyTorch uses no vector instructions: another machine's rounding."""
    with mock.patch.dict(os.environ, {"ATEN_CPU_CAPABILITY": "default"}):
        launcher = ForkLauncher()
    yield launcher
    launcher.close()


def right_measurements(stage: str) -> Iterator[tuple[str, Measured]]:
    """Each right version in each check: with one thread, and on another machine with two."""
    modules = {Path(file).stem for file in STAGES[stage].files}
    versions = [("the solutions", judging.SOLUTIONS)] + [
        (name, bank.overlaid(judging.SOLUTIONS, files))
        for name, files in bank.right_versions()
        if modules & files.keys()
    ]
    with plain_kernels() as launcher:
        for seed in SEEDS:
            for name, sources in versions:
                yield from measure(judging.stage_run(stage, sources, seed), name).items()
                threaded = {module: text + TWO_THREADS for module, text in sources.items()}
                run = judging.stage_run(stage, threaded, seed, launcher)
                yield from measure(run, f"{name} (2 threads, plain kernels)").items()


def wrong_measurements(stage: str) -> Iterator[tuple[str, Measured]]:
    """Each wrong version in the checks that it must fail, where only numbers give it away."""
    for seed in SEEDS:
        for wrong in bank.load(stage):
            run = judging.stage_run(stage, wrong.over(judging.SOLUTIONS), seed)
            for check, found in measure(run, wrong.name).items():
                if check in wrong.fails and not found.otherwise and found.deviation:
                    yield check, found


@dataclass
class Row:
    """One check: the right version that is farthest off, and the wrong one that is nearest."""

    stage: str
    check: str
    right: Measured | None = None
    wrong: Measured | None = None

    def add_right(self, found: Measured) -> None:
        """Take a right version's measurement into account.

        Raises:
            RuntimeError: where the check fails it.
        """
        if found.otherwise or (found.deviation or 0) > 1:
            raise RuntimeError(
                f"{self.stage}/{self.check} fails the right version {found.version}: "
                f"{found.otherwise or found.deviation}"
            )
        if found.deviation is not None and (
            self.right is None or found.deviation > (self.right.deviation or 0)
        ):
            self.right = found

    def add_wrong(self, found: Measured) -> None:
        """Take a wrong version's measurement into account."""
        if found.deviation is not None and (
            self.wrong is None or found.deviation < (self.wrong.deviation or 0)
        ):
            self.wrong = found

    @property
    def margins(self) -> tuple[float, float]:
        """How many times the tolerance could shrink, and how many times it could grow."""
        right = (self.right and self.right.deviation) or 0.0
        wrong = self.wrong.deviation if self.wrong else math.inf
        return (1 / right if right else math.inf), wrong or 0.0

    def cells(self) -> list[str]:
        """The row of the table."""
        assert self.right
        below, above = self.margins
        flag = " **narrow**" if min(below, above) < ENOUGH else ""
        wrong = self.wrong
        kinds = dict.fromkeys([self.right.tolerance, (wrong or self.right).tolerance])
        return [
            f"{self.stage} `{self.check}`{flag}",
            "; ".join(kinds),
            f"{self.right.deviation:.2g}",
            self.right.version if self.right.deviation else "all alike",
            times(below),
            f"{wrong.deviation:.2g}" if wrong else "none",
            f"`{wrong.version}`" if wrong else "caught otherwise",
            times(above) if wrong else "",
        ]


def times(ratio: float) -> str:
    """A margin."""
    return "any" if math.isinf(ratio) else f"{ratio:.3g} x"


def rows(stages: tuple[str, ...] = CODE_STAGES) -> list[Row]:
    """What was measured of every check."""
    table: list[Row] = []
    for stage in stages:
        by_check = {each.name: Row(stage, each.name) for each in judging.checks(stage)}
        for check, found in right_measurements(stage):
            by_check[check].add_right(found)
        for check, found in wrong_measurements(stage):
            by_check[check].add_wrong(found)
        table += by_check.values()
        print(stage, file=sys.stderr)
    return table


HEAD = """\
# Tolerances

Made by `python -m benchmarks.tolerances`. For each check that compares numbers: how far off the
right versions are that stray most, and how far the wrong one that strays least, among those the
check is to fail by its numbers. The unit is the check's tolerance: a number is right where
|got - expected| / (atol + rtol |expected|) is at most 1 (`autograder/checking/api/compare.py`), and
the tolerance is written "atol + rtol r".

{right} right versions and the solutions, each also with two threads and without vector
instructions; {wrong} wrong versions; {seeds} seeds; torch {torch}, {machine}, kernels for
{kernels}.

A margin says how many times smaller (on the right versions' side) or larger (on the wrong ones')
the tolerance could be. {narrow}

| check | tolerance | right: largest | by | margin | wrong: smallest | by | margin |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""

FOOT = """
No tolerance of this kind is in: {others}.

They ask for equality, for errors, or for counts of random events within six standard deviations; or
they tell apart outcomes that lie far apart (dropped or doubled, moved or not).
"""


def written(table: list[Row]) -> str:
    """The table as Markdown."""
    compared = [row for row in table if row.right]
    narrow = [f"{row.stage} `{row.check}`" for row in compared if min(row.margins) < ENOUGH]
    head = HEAD.format(
        right=len(bank.right_versions()),
        wrong=sum(len(bank.load(stage)) for stage in CODE_STAGES),
        seeds=len(SEEDS),
        torch=torch.__version__,
        machine=platform.machine(),
        kernels=torch.backends.cpu.get_cpu_capability(),
        narrow=f"Below {ENOUGH:g}: {', '.join(narrow)}."
        if narrow
        else f"None is below {ENOUGH:g}.",
    )
    others = ", ".join(f"{row.stage} `{row.check}`" for row in table if not row.right)
    lines = ["| " + " | ".join(row.cells()) + " |" for row in compared]
    return head + "\n".join(lines) + "\n" + FOOT.format(others=others)


if __name__ == "__main__":
    TABLE.write_text(written(rows()))
    print(TABLE)
