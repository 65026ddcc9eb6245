"""A whole download: whose is what, which attempt counts, and what became of everything."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from autograder.checking.stages import HOMEWORK, Assignment
from autograder.collect.archives import (
    Item,
    NothingFoundError,
    RefusedError,
    item_on_disk,
    items_in_folder,
    items_in_zip,
    open_zip,
)
from autograder.collect.contents import Contents, contents_of
from autograder.collect.lms import Owner, owner_of, student_id, without_copy_mark
from autograder.collect.place import Placed, place

_NO_TIME = datetime(1980, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class NotPlaced:
    """Something in the download that has no place in `submitted/`.

    Attributes:
        what: the file or the student.
        why: the reason, and what to do.
    """

    what: str
    why: str


@dataclass
class Collection:
    """What became of a download.

    Attributes:
        assignment: what was to be handed in.
        placed: the submissions, by student.
        not_placed: everything else.
    """

    assignment: Assignment = HOMEWORK
    placed: list[Placed] = field(default_factory=list)
    not_placed: list[NotPlaced] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 where everything has its place, 1 otherwise."""
        return int(bool(self.not_placed))


@dataclass(frozen=True)
class _Handed:
    """A file handed in: its item's path is below the student's folder."""

    owner: Owner
    item: Item

    @property
    def age(self) -> tuple[int, datetime, int]:
        """Larger is newer; Canvas's numbers of uploads are surer than the times of files."""
        copy = without_copy_mark(self.item.path.stem)[1]
        return self.owner.upload, self.item.time or _NO_TIME, copy


def collect(
    downloads: Path,
    root: Path,
    student: str | None = None,
    assignment: Assignment = HOMEWORK,
    *,
    dry_run: bool = False,
) -> Collection:
    """Bring what Moodle or Canvas handed out into `submitted/`.

    Args:
        downloads: a zip, or a folder of zips and of folders that were zips.
        root: the course's root.
        student: whose everything in `downloads` is, where no name tells.
        assignment: what was to be handed in.
        dry_run: whether only to say what would be done.
    """
    collection = Collection(assignment)
    handed: dict[str, list[_Handed]] = defaultdict(list)
    with ExitStack() as stack:
        for item in _top_items(downloads):
            if student is not None:
                owner = Owner(student_id(student), student, item.path.name)
                handed[owner.student].append(_Handed(owner, item))
            else:
                _sort(item, handed, collection, stack)
        for name in sorted(handed):
            try:
                collection.placed.append(_one(name, handed[name], root, assignment, dry_run))
            except RefusedError as error:
                collection.not_placed.append(NotPlaced(name, str(error)))
    return collection


def _top_items(downloads: Path) -> list[Item]:
    """The files of a download, as they lie on the disk."""
    if downloads.is_dir():
        # The folder's own name may already tell whose everything in it is.
        own = downloads.name if owner_of(downloads.name) else ""
        items = list(items_in_folder(downloads))
        return [replace(item, path=PurePosixPath(own, item.path)) for item in items]
    return [item_on_disk(downloads, PurePosixPath(downloads.name))]


def _sort(
    item: Item, handed: dict[str, list[_Handed]], collection: Collection, stack: ExitStack
) -> None:
    """Find out whose an item is; look into a zip that is nobody's."""
    found = _find_owner(item.path)
    if item.is_zip and (found is None or len(found[1].parts) == 1):
        try:
            archive = stack.enter_context(open_zip(item.open(), item.label))
            members = list(items_in_zip(archive, item.label))
        except RefusedError as error:
            if found is None:
                collection.not_placed.append(NotPlaced(item.label, str(error)))
                return
            members = []
        if _is_of_a_class(members, collection.assignment) and not item.trouble:
            for member in members:
                _sort(member, handed, collection, stack)
            return
    if found is not None:
        owner, inside = found
        handed[owner.student].append(_Handed(owner, replace(item, path=inside)))
    elif item.trouble:
        collection.not_placed.append(NotPlaced(item.label, item.trouble))
    else:
        why = "its name does not say whose it is"
        if item.is_zip or item.path.name in collection.assignment.handed_in:
            why += "; give it alone, with --student NAME"
        collection.not_placed.append(NotPlaced(item.label, why))


def _find_owner(path: PurePosixPath) -> tuple[Owner, PurePosixPath] | None:
    """Whose a path is, by its first part that tells, and the path below that part."""
    for index, part in enumerate(path.parts):
        if owner := owner_of(part):
            return owner, PurePosixPath(owner.file or ".", *path.parts[index + 1 :])
    return None


def _is_of_a_class(members: list[Item], assignment: Assignment) -> bool:
    """Whether a zip holds the submissions of several students, by its members' names."""
    files = assignment.handed_in
    own = any(member.path.name in files and not _find_owner(member.path) for member in members)
    return not own and any(_find_owner(member.path) for member in members)


def _one(
    student: str, handed: list[_Handed], root: Path, assignment: Assignment, dry_run: bool
) -> Placed:
    """Place the submission of one student.

    Raises:
        RefusedError: it cannot be placed; the message says why.
    """
    names = sorted({one.owner.shown for one in handed})
    if len(names) > 1:
        raise RefusedError(f"is the name of several people: {', '.join(names)}")
    files = [one for one in handed if not one.owner.is_text]
    if not files:
        raise RefusedError("handed in only what is typed into the text field, no files")
    with ExitStack() as stack, tempfile.TemporaryDirectory(prefix="vitcourse-") as workplace:
        contents, used = _choose(files, Path(workplace), stack, assignment)
        if contents.missing:
            contents.notes.append(f"without {', '.join(contents.missing)}")
        if any(one.owner.late for one in used):
            contents.notes.append("Canvas marks it as late")
        if len(files) < len(handed):
            contents.notes.append("typed into the text field, too; that is not taken")
        times = [one.item.time for one in used if one.item.time is not None]
        if not times:
            times = [item.time for item in contents.files.values() if item.time is not None]
        return place(root, student, contents, max(times, default=None), dry_run=dry_run)


def _choose(
    files: list[_Handed], workplace: Path, stack: ExitStack, assignment: Assignment
) -> tuple[Contents, list[_Handed]]:
    """The newest zip that holds work, with what lies beside it and is newer or missing."""
    zips = sorted((one for one in files if one.item.is_zip), key=lambda one: one.age, reverse=True)
    loose = [one for one in files if not one.item.is_zip]
    contents, used, nothing = Contents(assignment), [], []
    for number, one in enumerate(zips):
        try:
            contents = contents_of([one.item], workplace / str(number), stack, assignment)
        except NothingFoundError as error:
            nothing.append(f"{one.item.path}: {error}")
            continue
        except RefusedError as error:
            others = f" ({len(zips) - 1} more of this student)" if len(zips) > 1 else ""
            raise RefusedError(f"{error}{others}") from error
        used = [one]
        if len(zips) - len(nothing) > 1:
            contents.notes.append(f"{len(zips)} attempts, of which {one.item.label} is the newest")
        break
    contents.notes += nothing
    if loose or not zips:
        used += _add_loose(loose, contents, used, workplace, stack)
    if not contents.files:
        raise RefusedError("; ".join(contents.notes))
    return contents, used


def _add_loose(
    loose: list[_Handed],
    contents: Contents,
    zipped: list[_Handed],
    workplace: Path,
    stack: ExitStack,
) -> list[_Handed]:
    """Take loose files that the zip lacks or that are newer than it; return those taken."""
    assignment = contents.assignment
    newest_first = sorted(loose, key=lambda one: one.age, reverse=True)
    by_label = {one.item.label: one for one in newest_first}
    try:
        items = [one.item for one in newest_first]
        beside = contents_of(items, workplace / "loose", stack, assignment)
    except NothingFoundError as error:
        if not zipped:
            contents.notes.append(str(error))
        return []
    if not zipped:
        contents.files, contents.notes = beside.files, contents.notes + beside.notes
        return [by_label[item.label] for item in beside.files.values()]
    taken = []
    for name, item in beside.files.items():
        one = by_label[item.label]
        if name not in assignment.handed_in and assignment.notebook in contents.files:
            continue
        if name not in contents.files or one.age > zipped[0].age:
            contents.files[name] = item
            contents.notes.append(f"{name} taken from {item.label}, beside the zip")
            taken.append(one)
    return taken
