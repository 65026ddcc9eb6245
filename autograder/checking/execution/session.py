"""One stage of one submission in a worker: loaded once, restarted when it dies."""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from ..api.compare import CheckFailed
from ..api.error_text import import_errors_in_words
from ..api.hints import NO_END, ONLY_DEFINITIONS
from ..api.program import Answer, Program, Reply, WorkerGone, WorkerSlow
from ..assignments import STAGES, STUDENT_FILES
from ..worker.protocol import frame
from .connection import NOTHING, Connection, Launcher
from .limits import Limits

T = TypeVar("T")
MAX_SOURCE_BYTES = 2**20


def read_sources(folder: Path, files: Iterable[str] = STUDENT_FILES) -> dict[str, str]:
    """The student's files in a folder, by module name; files that are not there are left out.

    A file is read only where it is a regular file below the size cap; undecodable bytes are
    replaced, so that a broken file costs its own stages and nothing else. What is not in UTF-8
    is read as Notepad may have saved it: in UTF-16 with its mark, or in Windows' encoding.
    """
    sources = {}
    for name in files:
        path = folder / name
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= MAX_SOURCE_BYTES:
            sources[Path(name).stem] = decoded(path.read_bytes()).replace("\r\n", "\n")
    return sources


def decoded(data: bytes) -> str:
    """The text of a file, whichever encoding an editor chose."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def standins_in(*packages: ModuleType) -> dict[str, str]:
    """The stand-ins' texts by stage, from packages of checks: `standins/STAGE.py` in each."""
    return {
        path.stem: path.read_text()
        for package in packages
        for path in sorted(Path(package.__path__[0], "standins").glob("*.py"))
    }


@dataclass
class StageSession:
    """Runs one stage's programs on a submission.

    Attributes:
        stage: the stage's key.
        sources: the submission's files, by module name.
        standins: stand-ins by stage; those of the stages it needs are laid over.
        launcher: whence workers come.
        together: whether the four files run as they are, without stand-ins.
        limits: what its programs may take.
        slow: whether one took too long before; the next ones may take less.
    """

    stage: str
    sources: dict[str, str]
    standins: dict[str, str]
    launcher: Launcher
    together: bool = False
    limits: Limits = Limits()
    connection: Connection | None = None
    replace: bool = False
    spent: float = 0.0
    slow: bool = False

    @property
    def modules(self) -> list[str]:
        """The modules in which the stage's code stands."""
        return [Path(file).stem for file in STAGES[self.stage].files]

    def load(self) -> str | None:
        """Start a worker and import the stage's files; what went wrong, in words, or None."""
        error = self._load()
        if error and not (self.together or self.replace or self.connection):
            self.replace = True
            error = self._load()
        return error

    def turn_to(self, stage: str, together: bool) -> None:
        """Go on with another stage: in the same worker, or where it does not load there, a new one.

        Args:
            stage: its key.
            together: whether the four files run as they are, without stand-ins.
        """
        self.stage, self.together, self.replace = stage, together, False
        if self.connection and self._load_anew():
            self.close()

    def run(self, program: Program) -> Reply:
        """Run a program in the worker.

        Raises:
            CheckFailed: where the files do not import, or the worker is gone; the next
                program gets a new one.
        """
        if self.connection is None and (error := self.load()):
            raise CheckFailed(error)
        try:
            return self._request(lambda worker, seconds: worker.request(program.packed, *seconds))
        except WorkerGone as error:
            words = f"{program.target}: your code {error}\nTry: {NO_END}"
            raise CheckFailed(words) from error

    def run_all(self, programs: bytes, count: int) -> list[Answer] | None:
        """The answers to several programs, sent at once; None where they do not all come.

        Args:
            programs: as `packed` makes them.
            count: how many they are.
        """
        if self.connection is None and self.load():
            return None
        try:
            return self._request(
                lambda worker, seconds: worker.request_all(programs, count, *seconds)
            )
        except WorkerGone:
            return None

    def try_all(self, programs: bytes, count: int) -> list[Answer] | None:
        """The same within the time of slow programs; later programs have the usual time again."""
        before, self.slow = self.slow, True
        try:
            return self.run_all(programs, count)
        finally:
            self.slow = before

    def renew(self) -> None:
        """Begin the stage's time anew."""
        self.spent = 0.0

    def close(self) -> None:
        """End the worker."""
        if self.connection:
            self.connection.kill()
            self.connection = None

    def _load(self) -> str | None:
        self.close()
        self.connection = self.launcher.start()
        return self._load_anew()

    def _load_anew(self) -> str | None:
        overlays = self._overlays()
        own = set(self.modules)
        others = [Path(name).stem for name in STUDENT_FILES if Path(name).stem not in own]
        request = {
            "sources": self.sources,
            "standins": overlays,
            "optional": [] if self.together else [m for m in others if m not in overlays],
            "replace": self.replace,
            "load": self.modules,
        }
        files = " and ".join(STAGES[self.stage].files)
        try:
            asked = frame(request, NOTHING)
            reply = self._request(lambda worker, seconds: worker.request(asked, *seconds))
            errors = reply.header["errors"]
            words = import_errors_in_words({m: errors[m] for m in self.modules if errors[m]})
        except WorkerGone as error:
            return f"{files}: while importing, your code {error}\nTry: {ONLY_DEFINITIONS}"
        except (KeyError, TypeError, AttributeError, ValueError):
            return f"{files}: while importing, your code wrote into its answers"
        return words or None

    def _overlays(self) -> dict[str, str]:
        if self.together:
            return {}
        needs = STAGES[self.stage].needs
        return {
            function.module: self.standins[stage]
            for stage in needs
            if stage in self.standins
            for function in STAGES[stage].functions
            if function.stand_in
        }

    def _request(self, ask: Callable[[Connection, tuple[float, float]], T]) -> T:
        assert self.connection
        left = self.limits.stage_seconds - self.spent
        started = time.monotonic()
        try:
            if left <= 0:
                raise WorkerGone(f"used up the stage's {self.limits.stage_seconds:.0f} s")
            computing, waiting = self.limits.of_program(self.slow)
            return ask(self.connection, (computing, min(waiting, left)))
        except WorkerGone as gone:
            self.slow = self.slow or isinstance(gone, WorkerSlow)
            self.close()
            raise
        finally:
            self.spent += time.monotonic() - started
