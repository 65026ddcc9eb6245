"""Everything that one person handed in, opened: which file stands for which of an assignment's."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from autograder.checking.assignments import ASSIGNMENTS, NICKNAME_FILE
from autograder.collect.archives import Budget, Item, RefusedError
from autograder.collect.entries import OWN_FILES, Handed
from autograder.collect.names import copy_number, is_code, is_notebook, meant_by
from autograder.collect.zips import items_in_zip, open_zip
from autograder.records.quoting import quoted

DEEPEST_ZIP = 3
NO_TIME = datetime(1980, 1, 1, tzinfo=UTC)
LONGEST_NOTEBOOK = 64 * 2**20
_KNOWN = (*OWN_FILES, NICKNAME_FILE)
_GRADE_ID = re.compile(rb'"grade_id"\s{0,9}:\s{0,9}"([\w-]{1,60})"')
_BY_STAGE = {stage: each for each in ASSIGNMENTS.values() for stage in each.machine_stages}
# The times that mean something: Canvas's are those of the download.
_TIMED_SYSTEMS = {"moodle", "drive", "roster", "command"}


@dataclass(frozen=True)
class Unit:
    """A handed-in zip, or a handed-in file by itself.

    Attributes:
        handed: it.
        digest: its SHA-256, where it was read as a whole.
        trouble: why it could not be opened; empty for most.
    """

    handed: Handed
    digest: str = ""
    trouble: str = ""

    @property
    def is_zip(self) -> bool:
        """Whether it is a zip."""
        return self.handed.item.is_zip

    @property
    def time(self) -> datetime | None:
        """When it was handed in, where the system says so."""
        return time_of(self.handed)

    @property
    def age(self) -> tuple[int, datetime, int]:
        """Larger is newer: by the number of the upload, the time, the mark of a copy."""
        copy = copy_number(self.handed.item.path.name)
        return self.handed.owner.upload, self.time or NO_TIME, copy


@dataclass(frozen=True)
class Found:
    """A file below a hand-in.

    Attributes:
        unit: the handed-in file that it came in.
        item: the file.
        meant: the file of an assignment that it stands for; empty for none.
        copy: the number of the copy that its name gives.
    """

    unit: Unit
    item: Item
    meant: str = ""
    copy: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether its name is the right one."""
        return self.item.path.name == self.meant

    @property
    def shown(self) -> str:
        """Its path, for messages."""
        return quoted(str(self.item.path))

    @property
    def is_notebook(self) -> bool:
        """Whether it is a notebook that stands for none of an assignment's files."""
        return not self.meant and is_notebook(self.item.path.name)


def time_of(handed: Handed) -> datetime | None:
    """When a file was handed in, where the system says so."""
    if handed.owner.time is not None:
        return handed.owner.time
    return handed.item.time if handed.owner.system in _TIMED_SYSTEMS else None


class Opener:
    """Opens the files of one person, all within one budget.

    Args:
        workplace: a folder for zips, which are removed with the stack.
        stack: keeps zips open until everything is placed.
    """

    def __init__(self, workplace: Path, stack: ExitStack) -> None:
        self.budget = Budget()
        self._workplace = workplace
        self._stack = stack
        self._copies = 0

    def open(self, files: list[Handed]) -> tuple[list[Found], list[Unit]]:
        """What the files hold, and those that could not be opened."""
        found: list[Found] = []
        failed: list[Unit] = []
        for handed in files:
            unit = Unit(handed)
            if not handed.item.is_zip:
                found.append(self._found(unit, handed.item))
                continue
            try:
                digest, items = self._opened_zip(handed.item, 0)
            except RefusedError as error:
                failed.append(Unit(handed, trouble=str(error)))
                continue
            unit = Unit(handed, digest)
            found += [self._found(unit, item) for item in items]
        return found, failed

    def _found(self, unit: Unit, item: Item) -> Found:
        name = item.path.name
        meant = meant_by(name, _KNOWN)
        # A lab saved under the homework's name is the lab: its cells are surer than its name.
        if (is_notebook(name) or (meant and is_notebook(meant[0]))) and (
            own := self._notebook_of(item)
        ):
            return Found(unit, item, own, copy_number(name))
        return Found(unit, item, *meant) if meant else Found(unit, item)

    def _notebook_of(self, item: Item) -> str:
        """Which assignment's notebook this is, by the cells of its stages; empty for none's."""
        if item.size > LONGEST_NOTEBOOK or item.trouble:
            return ""
        rest, number = b"", 0
        try:
            for chunk in item.chunks(self.budget):
                number += len(chunk)
                rest += chunk
                for stage in _GRADE_ID.findall(rest):
                    if assignment := _BY_STAGE.get(stage.decode()):
                        return assignment.notebook
                rest = rest[-100:]
                if number > LONGEST_NOTEBOOK:
                    break
        except RefusedError:
            return ""
        return ""

    def _opened_zip(self, item: Item, depth: int) -> tuple[str, list[Item]]:
        """The SHA-256 of a zip and what it holds, with the content of zips in their place.

        Raises:
            RefusedError: something in it is dangerous, damaged or too large.
        """
        if depth == DEEPEST_ZIP:
            raise RefusedError(f"{item.label} is a zip in a zip, {depth} times over")
        self._copies += 1
        copy = self._workplace / f"{self._copies}.zip"
        try:
            digest = item.copy_to(copy, self.budget)
            archive = open_zip(copy, item.label, self.budget)
        except RefusedError:
            copy.unlink(missing_ok=True)
            raise
        with ExitStack() as own:
            own.callback(copy.unlink, missing_ok=True)
            own.enter_context(archive)
            found: list[Item] = []
            here = False
            for member in items_in_zip(archive, item.label, self.budget):
                if member.is_junk:
                    continue
                if member.trouble:
                    raise RefusedError(f"{member.label} {member.trouble}")
                member = member.below(item.path / member.path)
                if member.is_zip:
                    found += self._opened_zip(member, depth + 1)[1]
                    continue
                here = here or _may_be_taken(member.path)
                found.append(member)
            if here:
                # Only what may be taken from is kept until it is placed.
                self._stack.push(own.pop_all())
        return digest, found


def _may_be_taken(path: PurePosixPath) -> bool:
    return is_code(path.name) or meant_by(path.name, _KNOWN) is not None
