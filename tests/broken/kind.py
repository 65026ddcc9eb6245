"""What a kind of broken submission is, and the ways in which it differs from the solutions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.checking.assignments import HOMEWORK

ROOT = Path(__file__).parents[2]
UTILS, VIT, ATTENTION, STUDENT = HOMEWORK.files

Files = dict[str, bytes]
Change = Callable[[Files], None]


@dataclass(frozen=True)
class Kind:
    """One kind of broken code files.

    Attributes:
        name: unique, a few words.
        sentence: what happened.
        changes: from the solutions to what is handed in, in order.
        due: points still due, by stage; a stage that is not named is due all of its own.
        words: by stage, what must stand in its report.
    """

    name: str
    sentence: str
    changes: tuple[Change, ...]
    due: dict[str, int] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def files(self) -> Files:
        """What is handed in, by file name."""
        files = {name: (ROOT / "solutions" / name).read_bytes() for name in HOMEWORK.files}
        for change in self.changes:
            change(files)
        return files


def without(*names: str) -> Change:
    """These files are missing."""

    def change(files: Files) -> None:
        for name in names:
            del files[name]

    return change


def holding(name: str, content: str | bytes) -> Change:
    """A file (maybe one that does not belong) holds this and nothing else."""

    def change(files: Files) -> None:
        files[name] = content.encode() if isinstance(content, str) else content

    return change


def rewritten(name: str, rewrite: Callable[[str], str], encoding: str = "utf-8") -> Change:
    """A file's text is rewritten, and saved in an encoding."""

    def change(files: Files) -> None:
        text = rewrite(files[name].decode())
        files[name] = text.encode(encoding)

    return change


def saved(name: str, encoding: str) -> Change:
    """A file is saved in another encoding."""
    return rewritten(name, str, encoding)


def above(name: str, text: str) -> Change:
    """Lines stand above the imports of a file."""
    return rewritten(name, lambda source: source.replace("\nimport ", f"\n{text}\nimport ", 1))


def below(name: str, text: str) -> Change:
    """Lines stand at the end of a file."""
    return rewritten(name, lambda source: f"{source}\n\n{text}\n")


def instead(name: str, old: str, new: str) -> Change:
    """Text of a file, wherever it stands, is another.

    Raises:
        ValueError: where the file does not hold it.
    """

    def rewrite(source: str) -> str:
        if old not in source:
            raise ValueError(f"{name} does not hold {old!r}")
        return source.replace(old, new)

    return rewritten(name, rewrite)


def body(name: str, function: str, text: str) -> Change:
    """The body a student writes in a function or method (`Class.method`) is another.

    Raises:
        ValueError: where the file has no such function with a solution in it.
    """
    owner, _, method = function.rpartition(".")
    start = rf"^class {owner}\b.*?^    def {method}\(" if owner else rf"^def {method}\("
    marks = r"^( *)### BEGIN SOLUTION\n.*?### END SOLUTION\n"
    pattern = re.compile(rf"({start}.*?){marks}", re.DOTALL | re.MULTILINE)

    def rewrite(source: str) -> str:
        def put(found: re.Match[str]) -> str:
            lines = [f"{found[2]}{line}\n" for line in text.splitlines()]
            return found[1] + "".join(lines)

        source, times = pattern.subn(put, source, count=1)
        if not times:
            raise ValueError(f"{name} has no {function} with a solution in it")
        return source

    return rewritten(name, rewrite)


def untouched(*names: str) -> Change:
    """These files are the stubs that were given."""

    def change(files: Files) -> None:
        for name in names:
            files[name] = (ROOT / "assignment" / name).read_bytes()

    return change
