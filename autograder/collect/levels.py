"""Whose everything in a download is, decided once and at the top.

A level is what lies side by side in a folder or a zip. Where the names on a level say whose its
entries are, nothing below them is asked: a zip that a student made cannot name an owner. What
belongs to nobody may be a container (a zip of a whole class, a folder of such zips) and is looked
into, to a bounded depth.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path, PurePosixPath

from autograder.collect import archives
from autograder.collect.archives import ONLY_JUNK, Item, RefusedError, is_junk, words_of
from autograder.collect.deciding import BY_KEY
from autograder.collect.entries import (
    OWN_FILES,
    Entry,
    Place,
    Refused,
    Sorted,
    entries_of,
    owns_files,
)
from autograder.collect.names import is_notebook, meant_by
from autograder.collect.owning import ROSTER, handed_in, may_be_a_container, owners_on, people_below
from autograder.collect.systems import owner_of
from autograder.collect.systems.owner import Owner
from autograder.collect.zips import ABSOLUTE, OUTSIDE, items_in_zip, open_zip

DEEPEST = 6
MOST_NAMED = 20
NOBODYS = "its name does not say whose it is"
ALONE = "if it is one person's, give it alone, with --student NAME"


class Sorter:
    """Sorts a download by its owners.

    Args:
        key_named: the key of the person whom a text names exactly; None for nobody's.
        stack: keeps zips open until everything is placed.
        workplace: a folder for zips in zips.
    """

    def __init__(
        self, key_named: Callable[[str], str | None], stack: ExitStack, workplace: Path
    ) -> None:
        self._key_named = key_named
        self._stack = stack
        self._workplace = workplace
        self._budget = archives.budget_of_a_class()
        self._copies = 0
        self._outside: list[Refused] = []

    def sort(self, download: Path) -> Sorted:
        """Whose everything in a download is."""
        result = self._sort(download)
        if not result.handed and not result.refused and not self._outside:
            result.refused.append(Refused(".", ONLY_JUNK))
        result.refused += self._outside
        return result

    def _sort(self, download: Path) -> Sorted:
        download = download.resolve()
        name = PurePosixPath(download.name)
        if not download.is_dir():
            return self._level([archives.item_on_disk(download, name)], Place())
        items = list(archives.items_in_folder(download))
        if not items:
            return Sorted()
        (folder,) = entries_of([item.below(name / item.path) for item in items])
        # The folder's own name may already tell whose everything in it is.
        if owner_of(folder.name) or self._key_named(folder.name):
            return self._level(folder.items, Place())
        place = replace(Place().below(folder), prefix="", depth=0, is_given=True)
        return self._level(items, place)

    def top_people(self, download: Path) -> set[tuple[str, str, str]]:
        """Everybody whom the names on a download's top level name.

        A folder that holds everything is looked into: Google Drive's zips have one.
        """
        if download.is_dir():
            items = list(archives.items_in_folder(download))
        else:
            item = archives.item_on_disk(download, PurePosixPath(download.name))
            try:
                items = self._members(item) if item.is_zip else [item]
            except RefusedError:
                return set()
        given = Entry(download.name, items, True)
        place = replace(Place().below(given), looks_for_keys=False)
        for _ in range(DEEPEST):
            entries = [each for each in entries_of(items) if not each.is_junk]
            if owns_files(entries):
                return set()
            owned, _refused = owners_on(entries, place, self._key_named)
            if owned or len(entries) != 1 or not entries[0].is_folder:
                break
            place, items = place.below(entries[0]), entries[0].inside()
        return {owner.identity for owners in owned.values() for owner in owners}

    def _level(self, items: list[Item], place: Place) -> Sorted:
        entries = entries_of(items)
        owned, refused = owners_on(entries, place, self._key_named)
        if place.is_given and not owned and owns_files(entries):
            return Sorted(refused=[Refused(".", _nobodys_work(items, True))])
        result = Sorted(refused=refused)
        doubtful = {
            entry.name: self._container_in(entry, place, owned[entry.name][0].system == ROSTER)
            for entry in entries
            if may_be_a_container(entry, entries, owned)
        }
        # Beside what is surely one person's, a container may be a person's, too.
        sure = any(owned[name] and doubtful.get(name) is None for name in owned)
        nobodys = [
            entry
            for entry in entries
            if entry.name not in owned
            and not (entry.is_junk and is_junk(PurePosixPath(entry.name)))
        ]
        for entry in nobodys:
            result.add(self._nobodys(entry, place, len(nobodys) == 1))
        for entry in entries:
            owners = owned.get(entry.name, ())
            try:
                result.add(_of_owner(entry, owners, doubtful.get(entry.name), sure, place))
            except Exception as error:
                result.refused.append(Refused(place.label(entry), words_of(error)))
        return result

    def _container_in(self, entry: Entry, place: Place, is_key: bool) -> Sorted | None:
        """What a container with an owner's name holds; None where it is that owner's own.

        Where it can be both, it is refused by name.
        """
        before = len(self._outside)
        try:
            items = entry.inside() if entry.is_folder else self._members(entry.items[0])
            inner = self._level(items, replace(place.below(entry), looks_for_keys=False))
        except Exception:
            # What cannot be opened holds nobody else's; its owner hears why.
            return None
        own, several = owns_files(entries_of(items)), len(inner.people) > 1
        if not inner.people or (not several and (own or not entry.is_folder or is_key)):
            del self._outside[before:]
            return None
        if entry.is_folder and not own and not is_key:
            return inner
        return Sorted(refused=[_undecidable(entry, place, len(inner.people))])

    def _nobodys(self, entry: Entry, place: Place, alone: bool) -> Sorted:
        """What an entry that belongs to nobody holds."""
        label = place.label(entry)
        try:
            return self._inside(entry, place, label, alone)
        except Exception as error:
            return Sorted(refused=[Refused(label, words_of(error))])

    def _inside(self, entry: Entry, place: Place, label: str, alone: bool) -> Sorted:
        first = entry.items[0]
        if entry.is_junk:
            return Sorted(refused=[Refused(label, ONLY_JUNK)])
        if entry.is_folder:
            items = entry.inside()
        elif first.trouble:
            return Sorted(refused=[Refused(label, first.trouble)])
        elif first.is_zip:
            items = self._members(first)
        else:
            return Sorted(refused=[Refused(label, _nobodys_file(entry, place))])
        if place.depth >= DEEPEST:
            why = f"lies in {DEEPEST} folders or zips; unpack it and collect it from there"
            return Sorted(refused=[Refused(label, why)])
        if owns_files(entries_of(items)):
            # Beside a student's own files no name says anything about others.
            return Sorted(refused=[Refused(label, _nobodys_work(items, alone and not place.depth))])
        inner = self._level(items, place.below(entry))
        if not inner.handed and (not inner.refused or len(inner.refused) > MOST_NAMED):
            why = f"holds nothing whose name says whose it is; {BY_KEY}"
            return Sorted(refused=[Refused(label, why)])
        return inner

    def _members(self, item: Item) -> list[Item]:
        """What a zip holds.

        Raises:
            RefusedError: it cannot be opened.
        """
        path = item.place
        if path is None:
            self._copies += 1
            path = self._workplace / f"class-{self._copies}.zip"
            item.copy_to(path, self._budget)
        archive = open_zip(path, item.label, self._budget)
        self._stack.enter_context(archive)
        items = items_in_zip(archive, item.label, self._budget)
        # Of such a path not even the beginning is believed.
        led_out = [
            item for item in items if item.trouble in (ABSOLUTE, OUTSIDE) and not item.is_junk
        ]
        self._outside += [Refused(item.label, item.trouble) for item in led_out]
        return [item for item in items if item.trouble not in (ABSOLUTE, OUTSIDE)]


def _undecidable(entry: Entry, place: Place, people: int) -> Refused:
    what = "folder" if entry.is_folder else "zip"
    return Refused(
        place.label(entry),
        f"this {what} has one person's name, or a date's, and holds what looks like hand-ins of "
        f"{people}; if it is a class's download, rename it to "
        f"class{'' if entry.is_folder else '.zip'} and collect it by itself; if it is one "
        "person's, give it the person's key as its name",
    )


def _of_owner(
    entry: Entry, owners: tuple[Owner, ...], container: Sorted | None, sure: bool, place: Place
) -> Sorted:
    """What an entry holds whose name says whose it is, or that is a container.

    Args:
        entry: the entry.
        owners: whose it is; none for nobody's.
        container: what it holds where it may be a container.
        sure: whether something beside it surely is one person's.
        place: where it is.
    """
    if entry.is_junk and owners:
        return Sorted(refused=[Refused(place.label(entry), ONLY_JUNK)])
    if owners and (people := people_below(entry)) > 1:
        return Sorted(refused=[_undecidable(entry, place, people)])
    if container is None:
        return Sorted(handed_in(entry, owners, place))
    if container.handed and sure:
        return Sorted(refused=[_undecidable(entry, place, len(container.people))])
    return container


def _nobodys_file(entry: Entry, place: Place) -> str:
    if place.is_drive:
        return (
            "Google Drive does not say whose it is, unless it was uploaded through a Google Form; "
            f"{BY_KEY}"
        )
    if meant_by(entry.name, OWN_FILES) or is_notebook(entry.name):
        return f"{NOBODYS}; {BY_KEY}"
    return NOBODYS


def _nobodys_work(items: list[Item], is_all: bool) -> str:
    """Why a student's files are not placed, and what to do.

    A class's files must never be given to one student: only what is clearly one hand-in, and the
    whole of what was given, may get this advice.
    """
    items = [item for item in items if not item.is_junk]
    folders = {item.path.parent for item in items if meant_by(item.path.name, OWN_FILES)}
    named = any(owner_of(part) for item in items for part in item.path.parts)
    if is_all and len(folders) == 1 and not named and not any(item.is_zip for item in items):
        return f"{NOBODYS}; {ALONE}"
    return f"{NOBODYS}; {BY_KEY}"
