"""Runs numbered fuzz cases in a process of their own, each within a bound of time and memory."""

from __future__ import annotations

import gc
import json
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from bridge_course import environment

TESTS = Path(__file__).parent


class TooSlow(BaseException):
    """Passes through every `except Exception` of the code under test."""


@dataclass
class Outcome:
    """What became of a row of cases.

    Attributes:
        cases: how many ran.
        failures: what broke, each with the command that repeats it.
        seconds: the most CPU time that one case took.
        memory: the most MiB that one case added.
    """

    cases: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0
    memory: float = 0.0


class Meter:
    """Measures what stands in a `with`, and stops it at a multiple of the bound.

    Args:
        seconds: the CPU time that a case may take.
        memory: the MiB that a case may add.
    """

    def __init__(self, seconds: float, memory: float) -> None:
        self.bounds = seconds, memory
        self.seconds = self.memory = 0.0

    def __enter__(self) -> None:
        gc.collect()
        # Linux: the peak is the present from now on.
        Path("/proc/self/clear_refs").write_text("5")
        self._before = time.process_time(), _status("VmRSS")
        signal.signal(signal.SIGPROF, _stop)
        signal.setitimer(signal.ITIMER_PROF, 3 * self.bounds[0])

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        began, memory = self._before
        self.seconds = max(self.seconds, time.process_time() - began)
        self.memory = max(self.memory, _status("VmHWM") - memory)

    def complaints(self) -> list[str]:
        """Which bound was crossed."""
        seconds, memory = self.bounds
        found = []
        if self.seconds > seconds:
            found.append(f"took {self.seconds:.1f} s of CPU time; the bound is {seconds:g} s")
        if self.memory > memory:
            found.append(f"took {self.memory:.0f} MiB; the bound is {memory:g} MiB")
        return found


def run(script: str, first: int, count: int) -> Outcome:
    """Run a script's cases `first` to `first + count - 1` in a process of their own."""
    done = subprocess.run(
        [sys.executable, str(TESTS / script), str(first), str(count)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{script} {first} {count} ended early:\n{done.stderr[-2000:]}"
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


def main(case: Callable[[int, Meter], Any], seconds: float, memory: float) -> None:
    """Run the cases that the command line names: FIRST [COUNT]."""
    first, count = (int(word) for word in [*sys.argv[1:], "1"][:2])
    outcome = Outcome()
    warnings.simplefilter("ignore")  # what zipfile says while the cases are made
    gc.freeze()
    for number in range(first, first + count):
        meter = Meter(seconds, memory)
        problems = []
        try:
            case(number, meter)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            problems.append(f"{type(error).__name__}: {error}"[:1500])
        again = f"python tests/{Path(sys.argv[0]).name} {number}"
        outcome.failures += [f"{again}: {text}" for text in problems + meter.complaints()]
        outcome.cases += 1
        outcome.seconds = max(outcome.seconds, meter.seconds)
        outcome.memory = max(outcome.memory, meter.memory)
    print(json.dumps(asdict(outcome)))


def _status(name: str) -> float:
    """A size of this process, in MiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


def _stop(number: int, frame: object) -> None:
    raise TooSlow
