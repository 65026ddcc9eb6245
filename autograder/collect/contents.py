"""An assignment's files in what one student handed in, however it is packed."""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from autograder.checking.stages import HOMEWORK, NICKNAME_FILE, Assignment
from autograder.collect import archives
from autograder.collect.archives import Item, NothingFoundError, RefusedError
from autograder.collect.lms import without_copy_mark

DEEPEST_ZIP = 3
_ADDED_ENDINGS = ("", ".txt", ".json")
_NO_TIME = datetime(1980, 1, 1, tzinfo=UTC)
_OTHER_ARCHIVES = {".rar", ".7z", ".tar", ".gz", ".tgz", ".xz", ".bz2"}


@dataclass
class Contents:
    """What goes into a submission.

    Attributes:
        assignment: what was to be handed in.
        files: the file to take for each name.
        notes: what a person may want to know of the choice.
    """

    assignment: Assignment = HOMEWORK
    files: dict[str, Item] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        """What a complete submission has and this one lacks."""
        return [name for name in self.assignment.handed_in if name not in self.files]


@dataclass(frozen=True)
class _Candidate:
    name: str
    is_exact: bool
    copy: int
    item: Item

    @property
    def rank(self) -> tuple[bool, datetime, int]:
        """Larger is better: the exact name first, then the newest."""
        return self.is_exact, self.item.time or _NO_TIME, self.copy


def known_files(assignment: Assignment) -> tuple[str, ...]:
    """The names of everything that a submission may hold."""
    return (*assignment.handed_in, *((NICKNAME_FILE,) if assignment.weights else ()))


def contents_of(
    items: list[Item], place: Path, stack: ExitStack, assignment: Assignment = HOMEWORK
) -> Contents:
    """Find an assignment's files.

    All are taken from the folder that has most of them; what is missing there may come from
    another one.

    Args:
        items: the files handed in.
        place: an empty folder for zips in zips.
        stack: keeps opened zips open.
        assignment: what was to be handed in.

    Raises:
        NothingFoundError: nothing in it belongs to the assignment.
        RefusedError: something in it is dangerous, damaged or too large.
    """
    known = known_files(assignment)
    everything = _opened(items, place, stack, depth=0)
    folders: dict[PurePosixPath, list[_Candidate]] = defaultdict(list)
    others = []
    for item in everything:
        if candidate := _candidate(item, known):
            folders[item.path.parent].append(candidate)
        else:
            others.append(item)
    if not folders:
        raise NothingFoundError(_nothing_in(others))

    def rank(folder: PurePosixPath) -> tuple[int, int, datetime]:
        return _folder_rank(folder, folders[folder], assignment)

    ordered = sorted(folders, key=rank)[::-1]
    contents = Contents(assignment)
    left_out = others
    for folder in ordered:
        for candidate in sorted(folders[folder], key=lambda c: c.rank, reverse=True):
            if candidate.name in contents.files:
                left_out.append(candidate.item)
                continue
            if candidate.name not in known and _has_notebook(contents, candidate, ordered[0]):
                left_out.append(candidate.item)
                continue
            contents.files[candidate.name] = candidate.item
            if not candidate.is_exact:
                contents.notes.append(f"{candidate.item.path} taken as {candidate.name}")
            elif folder != ordered[0]:
                contents.notes.append(f"{candidate.name} taken from {candidate.item.path}")
    _put_notebook_first(contents, left_out)
    belongings = [item for item in left_out if not _is_given(item.path, assignment)]
    if belongings:
        names = ", ".join(sorted(str(item.path) for item in belongings)[:4])
        more = ", …" if len(belongings) > 4 else ""
        contents.notes.append(f"left out {len(belongings)} other file(s): {names}{more}")
    return contents


def _opened(items: list[Item], place: Path, stack: ExitStack, depth: int) -> list[Item]:
    """The items, with the content of zips in their place."""
    if sum(item.size for item in items) > archives.LARGEST_SUBMISSION:
        total = archives.megabytes(sum(item.size for item in items))
        raise RefusedError(f"unpacks to {total}, more than any submission needs")
    found: list[Item] = []
    for number, item in enumerate(items):
        if item.trouble:
            raise RefusedError(f"{item.label} {item.trouble}")
        if not item.is_zip:
            found.append(item)
            continue
        if depth == DEEPEST_ZIP:
            raise RefusedError(f"{item.label} is a zip in a zip, {depth} times over")
        copy = item.copy_to(place / f"{depth}-{number}.zip")
        archive = stack.enter_context(archives.open_zip(copy, item.label))
        members = [
            replace(member, path=item.path / member.path)
            for member in archives.items_in_zip(archive, item.label)
        ]
        found += _opened(members, place / f"{depth}-{number}", stack, depth + 1)
    return found


def _candidate(item: Item, files: tuple[str, ...]) -> _Candidate | None:
    """For which of the files that are looked for this may stand."""
    name = item.path.name
    if known := _meant_by(name, files):
        return _Candidate(known, name == known, 0, item)
    stem, copy = without_copy_mark(item.path.stem)
    if copy and (known := _meant_by(f"{stem}{item.path.suffix}", files)):
        return _Candidate(known, False, copy, item)
    if item.path.suffix.lower() == ".ipynb":
        return _Candidate(name, True, 0, item)
    return None


def _meant_by(name: str, files: tuple[str, ...]) -> str | None:
    """The file of this name, whatever became of its capitals, separators and ending."""
    by_name = {_plain(file): file for file in files}
    plain = _plain(name)
    found = (by_name.get(plain.removesuffix(ending)) for ending in _ADDED_ENDINGS)
    return next(filter(None, found), None)


def _plain(name: str) -> str:
    return re.sub("[ _]", "-", name.lower())


def _folder_rank(
    folder: PurePosixPath, candidates: list[_Candidate], assignment: Assignment
) -> tuple[int, int, datetime]:
    """Larger is better: most of the assignment's files, least deep, newest."""
    names = {candidate.name for candidate in candidates} & set(assignment.handed_in)
    newest = max(candidate.item.time or _NO_TIME for candidate in candidates)
    return len(names), -len(folder.parts), newest


def _has_notebook(contents: Contents, candidate: _Candidate, main: PurePosixPath) -> bool:
    """Whether another notebook than the assignment's is one too many."""
    if contents.assignment.notebook in contents.files:
        return True
    elsewhere = candidate.item.path.parent != main
    return elsewhere and any(name.endswith(".ipynb") for name in contents.files)


def _put_notebook_first(contents: Contents, left_out: list[Item]) -> None:
    """Where the assignment's notebook is there, notebooks of other names stay out."""
    if contents.assignment.notebook in contents.files:
        known = known_files(contents.assignment)
        for name in [n for n in contents.files if n not in known]:
            left_out.append(contents.files.pop(name))


def _is_given(path: PurePosixPath, assignment: Assignment) -> bool:
    """Whether a file belongs to what every student was given, or to an earlier assignment."""
    earlier = assignment.after.used_files if assignment.after else ()
    return any(part in ("course", "labs", "checking", "data") for part in path.parts[:-1]) or (
        path.name in ("README.md", "conftest.py", "timestamp.txt", *earlier)
    )


def _nothing_in(others: list[Item]) -> str:
    """Why there is nothing to take."""
    packed = [str(i.path) for i in others if i.path.suffix.lower() in _OTHER_ARCHIVES]
    if packed:
        return f"{', '.join(packed)} cannot be opened here; ask for a zip, or repack it as one"
    return "holds none of the assignment's files"
