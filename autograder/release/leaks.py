"""The leak scan: nothing that students receive may hold a line of a solution.

A secret is a line of at least 12 characters that stands between marks, in a solution or in a
source notebook's answer, and nowhere else in them. It is looked for in whatever `unwrap` can
open, reindented, rewrapped, continued, escaped, quoted or commented out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import nbformat

from autograder.release.unwrap import Text, unwrap

SHORTEST = 12
SHORTEST_INSIDE_A_LINE = 20
_OPENING = re.compile(r"BEGIN (SOLUTION|HIDDEN TESTS|MARK SCHEME)\b")
_CLOSING = re.compile(r"END (SOLUTION|HIDDEN TESTS|MARK SCHEME)\b")
_WRAPPING = " \t#>\"'+-*.,:|"
_PARTS = re.compile(r"[;`]|\s#")


@dataclass(frozen=True)
class Secret:
    """A line that no student may receive.

    Attributes:
        line: the line, stripped.
        origin: file and line (or cell) where it stands.
    """

    line: str
    origin: str


@dataclass(frozen=True)
class Leak:
    """Something in the release that must not be there.

    Attributes:
        place: file, and where they apply the archive's member, the cell and the line.
        reason: what is wrong, with the secret and its origin.
    """

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


class LeakScan:
    """A scan for the secrets of some solutions and source notebooks.

    Args:
        solutions: the files that hold marked solutions.
        notebooks: nbgrader's source notebooks.
    """

    def __init__(self, solutions: Iterable[Path], notebooks: Iterable[Path] = ()) -> None:
        marked: list[Secret] = []
        public: list[str] = []
        for path in solutions:
            lines = path.read_text(encoding="utf-8").splitlines()
            _sort_lines(lines, path.name, False, marked, public)
        for path in notebooks:
            for number, cell in enumerate(nbformat.read(path, as_version=4).cells, start=1):
                lines = cell.source.splitlines()
                cleared = cell.metadata.get("nbgrader", {}).get("solution", False)
                whole = cleared and not any(_OPENING.search(line) for line in lines)
                _sort_lines(lines, f"{path.name}, cell {number}", whole, marked, public)
        known = {_core(part) for line in public for part in _parts(line)}
        given = "\0".join(map(_squeeze, public))
        self._whole: dict[str, Secret] = {}
        self._inside: dict[str, Secret] = {}
        for secret in marked:
            core = _core(secret.line)
            if len(secret.line) < SHORTEST or not core or core in known:
                continue
            if len(core) < SHORTEST_INSIDE_A_LINE:
                self._whole.setdefault(core, secret)
            elif core not in given:
                self._inside.setdefault(core, secret)

    @property
    def secrets(self) -> list[Secret]:
        """What is looked for."""
        return [*self._whole.values(), *self._inside.values()]

    def folder(self, folder: Path) -> list[Leak]:
        """The leaks in all files below a folder, hidden ones too."""
        leaks: list[Leak] = []
        for path in sorted(folder.rglob("*")):
            place = path.relative_to(folder).as_posix()
            if path.is_symlink():
                leaks.append(Leak(place, "a symbolic link leads out of what can be scanned"))
            elif path.is_file():
                leaks += self.data(place, path.read_bytes())
        return leaks

    def data(self, place: str, data: bytes) -> list[Leak]:
        """The leaks in a file's content.

        Args:
            place: the file's name, for the messages.
            data: its bytes.
        """
        leaks: dict[tuple[str, str], Leak] = {}
        for text in unwrap(place, data):
            if text.refused:
                leaks[text.place, text.refused] = Leak(text.place, text.refused)
                continue
            for secret, line in self._find(text):
                where = f"{text.place}, line {line}" if line else text.place
                reason = f'holds a line of {secret.origin}: "{secret.line}"'
                leaks.setdefault((text.place, secret.line), Leak(where, reason))
        return list(leaks.values())

    def _find(self, text: Text) -> Iterator[tuple[Secret, int | None]]:
        """The secrets in a text, each with the number of its line where the text has lines."""
        squeezed = [_squeeze(line) for _, line in text.lines]
        numbers = [number for number, _ in text.lines]
        joined = "".join(squeezed)
        starts: list[int] = []
        for core, secret in self._inside.items():
            if (at := joined.find(core)) >= 0:
                starts = starts or list(accumulate(map(len, squeezed), initial=0))
                yield secret, numbers[bisect_right(starts, at) - 1]
        for number, line in _logical_lines(text.lines):
            for part in _parts(line):
                if secret_here := self._whole.get(_core(part)):
                    yield secret_here, number


def _sort_lines(
    lines: list[str], place: str, all_marked: bool, marked: list[Secret], public: list[str]
) -> None:
    """Sort a text's lines into those between marks and the others."""
    inside = all_marked
    for number, line in enumerate(lines, start=1):
        if _OPENING.search(line):
            inside = True
        elif _CLOSING.search(line):
            inside = all_marked
        elif inside:
            marked.append(Secret(line.strip(), f"{place}, line {number}"))
        else:
            public.append(line)


def _squeeze(line: str) -> str:
    """A line without what reindenting, rewrapping or escaping changes."""
    return "".join(line.split()).replace("\\", "")


def _core(line: str) -> str:
    """A squeezed line without comment marks, quotes and bullets around it."""
    return _squeeze(line.strip(_WRAPPING))


def _parts(line: str) -> list[str]:
    """A line and the statements, comments and quotations in it."""
    parts = _PARTS.split(line)
    return [line, *parts] if len(parts) > 1 else [line]


def _logical_lines(
    lines: tuple[tuple[int | None, str], ...],
) -> Iterator[tuple[int | None, str]]:
    """The lines, and those that a backslash continues once more as one."""
    held: str | None = None
    for number, line in lines:
        yield number, line
        whole = line if held is None else held + line
        if line.endswith("\\"):
            held = whole.removesuffix("\\")
        else:
            if held is not None:
                yield number, whole
            held = None
