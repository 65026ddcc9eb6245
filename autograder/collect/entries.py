"""What lies side by side in a folder or a zip, and what has been found out about it."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from autograder.checking.assignments import ASSIGNMENTS
from autograder.collect.archives import Item
from autograder.collect.names import meant_by
from autograder.collect.systems import blackboard, drive, gradescope, owner_of
from autograder.collect.systems.owner import Owner
from autograder.records.quoting import quoted

OWN_FILES = tuple(name for each in ASSIGNMENTS.values() for name in each.handed_in)


@dataclass(frozen=True)
class Handed:
    """A file handed in.

    Attributes:
        owner: whose it is.
        item: the file; its path is below the owner's entry.
        name: its full name in the download.
        container: the entry or level that it belongs to: what is handed in together has one.
        level: the zip or folder that it lies in with other people's; empty for the given one.
    """

    owner: Owner
    item: Item
    name: str
    container: str
    level: str = ""


@dataclass(frozen=True)
class Refused:
    """Something that has no place.

    Attributes:
        what: its label, or the student.
        why: the reason, and what to do.
    """

    what: str
    why: str


@dataclass
class Sorted:
    """What a level holds.

    Attributes:
        handed: what has an owner.
        refused: the rest.
    """

    handed: list[Handed] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def add(self, other: Sorted) -> None:
        """Take over what another level holds."""
        self.handed += other.handed
        self.refused += other.refused

    @property
    def people(self) -> set[tuple[str, str, str]]:
        """Everybody who is named."""
        return {handed.owner.identity for handed in self.handed}


@dataclass(frozen=True)
class Entry:
    """A file or a folder on a level.

    Attributes:
        name: its name, in Unicode's composed form.
        items: the file, or all files below the folder, with paths on this level.
        is_folder: which of them it is.
    """

    name: str
    items: list[Item]
    is_folder: bool

    @property
    def is_junk(self) -> bool:
        """Whether nothing in it is a student's: hidden files, caches, empty folders."""
        return all(item.is_junk for item in self.items)

    @property
    def on_disk(self) -> bool:
        """Whether it lies on the disk, not in an archive."""
        return self.items[0].place is not None

    def inside(self) -> list[Item]:
        """What lies in a folder, with paths on its own level."""
        return [
            item.below(PurePosixPath(*(item.path.parts[1:] or item.path.parts)))
            for item in self.items
        ]


@dataclass(frozen=True)
class Place:
    """Where a level is.

    Attributes:
        prefix: what stands before its entries' names in messages.
        depth: how many containers lie around it.
        is_drive: whether one of them comes from Google Drive.
        is_export: whether the nearest is an export of Gradescope's.
        system: the system that the nearest one's name belongs to; empty for none.
        is_given: whether it is the folder that was given.
        looks_for_keys: whether the keys of the roster name owners here.
    """

    prefix: str = ""
    depth: int = 0
    is_drive: bool = False
    is_export: bool = False
    system: str = ""
    is_given: bool = False
    looks_for_keys: bool = True

    def label(self, entry: Entry) -> str:
        """What to call an entry in messages."""
        return f"{self.prefix}{quoted(entry.name)}"

    def below(self, entry: Entry) -> Place:
        """The level in one of this level's entries."""
        return replace(
            self,
            prefix=f"{self.label(entry)}{'/' if entry.is_folder else '!'}",
            depth=self.depth + 1,
            is_drive=self.is_drive or drive.is_drive(entry.name),
            is_export=gradescope.is_export(entry.name),
            system=_system_of(entry.name),
            is_given=False,
        )


def entries_of(items: list[Item]) -> list[Entry]:
    """The entries of a level, from the paths of all files on it and below."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        name = item.path.parts[0] if item.path.parts else ""
        groups[unicodedata.normalize("NFC", name)].append(item)
    return [
        Entry(name, found, any(len(item.path.parts) > 1 for item in found))
        for name, found in groups.items()
    ]


def owns_files(entries: list[Entry]) -> bool:
    """Whether an assignment's files lie on a level as a student has them."""
    return any(
        not entry.is_folder and meant_by(entry.name, OWN_FILES) and owner_of(entry.name) is None
        for entry in entries
        if not entry.is_junk
    )


def _system_of(container: str) -> str:
    if drive.is_responses(container):
        return drive.SYSTEM
    return blackboard.SYSTEM if blackboard.is_download(container) else ""
