"""Whose the entries of one level are, by the names of all of them together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from autograder.collect.archives import RefusedError, words_of
from autograder.collect.deciding import BY_KEY, choose_readings
from autograder.collect.entries import Entry, Handed, Place, Refused
from autograder.collect.systems import (
    LONGEST_NAME,
    blackboard,
    brightspace,
    canvas,
    drive,
    gradescope,
    moodle,
    readings_of,
)
from autograder.collect.systems.owner import Owner
from autograder.records.quoting import quoted

ROSTER = "roster"
Owned = dict[str, tuple[Owner, ...]]


def owners_on(
    entries: list[Entry], place: Place, key_named: Callable[[str], str | None]
) -> tuple[Owned, list[Refused]]:
    """The owners of a level's entries.

    Args:
        entries: everything on the level.
        place: where it is.
        key_named: the key of the person whom a text names exactly; None for nobody's.

    Returns:
        The owners by the entries' names, with none for what the systems themselves put there;
        and what names no owner where it should.
    """
    owned: Owned = {}
    receipts = _receipts(entries)
    readings = {entry.name: _readings(entry, place, receipts) for entry in entries}
    chosen, refused = choose_readings(readings, place)
    for entry in entries:
        owner = chosen.get(entry.name)
        if not readings[entry.name] and place.looks_for_keys:
            owner = _by_key(entry, key_named)
        if owner is not None:
            owned[entry.name] = (owner,)
        elif readings[entry.name]:
            owned[entry.name] = ()
    refused += _gradescope(entries, place, owned)
    if any(owner.system == brightspace.SYSTEM for each in owned.values() for owner in each):
        owned.update(dict.fromkeys(brightspace.OWN_FILES, ()))
    return owned, refused


def may_be_a_container(entry: Entry, entries: list[Entry], owned: Owned) -> bool:
    """Whether an entry with an owner's name may hold a class: a date looks like Canvas's numbers.

    Canvas makes files only, so a folder of such a name is a date's or an unpacked zip. A file
    beside other people's files is one of Canvas's.
    """
    owner = owned[entry.name][0] if owned.get(entry.name) else None
    if owner is None or owner.system not in (ROSTER, canvas.SYSTEM):
        return False
    if entry.is_folder:
        return True
    folders = {each.name for each in entries if each.is_folder}
    named = {
        each[0].identity
        for name, each in owned.items()
        if each and each[0].system == canvas.SYSTEM and name not in folders
    }
    alone = owner.system == ROSTER or named == {owner.identity}
    return entry.on_disk and entry.items[0].is_zip and alone


def people_below(entry: Entry) -> int:
    """How many people a folder of Moodle's seems to hold, where it holds nothing else.

    Moodle lets a student make folders, so one that is called like a classmate's is the student's.
    A class in a folder with a name and a date is not: it is refused.
    """
    if not entry.is_folder or moodle.owner_of(entry.name) is None:
        return 0
    # A file may have its folder's name: then it has no part below.
    names = {(*item.path.parts[1:], "")[0] for item in entry.items if not item.is_junk}
    owners = [moodle.owner_of(name) for name in names if len(name) <= LONGEST_NAME]
    people = {owner.identity for owner in owners if owner}
    return len(people) if len(names) == len([each for each in owners if each]) else 0


def handed_in(entry: Entry, owners: tuple[Owner, ...], place: Place) -> list[Handed]:
    """An entry's files, for each of its owners."""
    handed = []
    for owner in owners:
        own = place.label(entry) if entry.is_folder else f"{place.prefix} {owner.time or ''}"
        for item in entry.items:
            if item.is_junk:
                continue
            parts = item.path.parts[1:] or (owner.file or item.path.name,)
            name = "/".join(item.path.parts)
            level = place.prefix.rstrip("!/")
            handed.append(Handed(owner, item.below(PurePosixPath(*parts)), name, own, level))
    return handed


def _readings(entry: Entry, place: Place, receipts: dict[str, blackboard.Receipt]) -> list[Owner]:
    """Whose an entry may be, by each system that may have written its name."""
    if len(entry.name) > LONGEST_NAME:
        return []
    if not place.is_drive or entry.is_folder:
        return readings_of(entry.name, receipts)
    of_form = place.system == drive.SYSTEM
    uploaded = drive.owner_of(entry.name, of_form=of_form)
    others = [] if of_form else readings_of(entry.name, receipts)
    return [*others, uploaded] if uploaded else others


def _by_key(entry: Entry, key_named: Callable[[str], str | None]) -> Owner | None:
    stem = entry.name if entry.is_folder else PurePosixPath(entry.name).stem
    if len(stem) > LONGEST_NAME or (key := key_named(stem)) is None:
        return None
    return Owner(ROSTER, key, file="" if entry.is_folder else entry.name)


def _receipts(entries: list[Entry]) -> dict[str, blackboard.Receipt]:
    """What Blackboard's receipts on a level say, by what their names begin with."""
    found = {}
    for entry in entries:
        name = entry.name
        if entry.is_folder or len(name) > LONGEST_NAME or not blackboard.is_receipt(name):
            continue
        try:
            content = entry.items[0].beginning(blackboard.LONGEST_RECEIPT)
        except RefusedError:
            continue
        found[blackboard.stem_of(name) or ""] = blackboard.read_receipt(content)
    return found


def _gradescope(entries: list[Entry], place: Place, owned: Owned) -> list[Refused]:
    """Add the owners of an export of Gradescope's; what it does not say is refused."""
    folders = [each for each in entries if each.is_folder and gradescope.is_submission(each.name)]
    metadata = next((each for each in entries if each.name == gradescope.METADATA), None)
    if not folders or (metadata is None and not place.is_export and len(folders) == 1):
        return []
    owned.update({each.name: () for each in folders})
    if metadata is None:
        why = (
            f"Gradescope's {gradescope.METADATA} is missing, which says whose these "
            f"{len(folders)} folders are; export the submissions again, or {BY_KEY}"
        )
        return [Refused(place.prefix.rstrip("!/") or place.label(folders[0]), why)]
    owned[metadata.name] = ()
    try:
        if metadata.items[0].size > gradescope.LONGEST_METADATA:
            raise ValueError(f"{gradescope.METADATA} is too large")
        known = gradescope.owners_in(metadata.items[0].beginning(gradescope.LONGEST_METADATA))
    except Exception as error:
        return [Refused(place.label(metadata), f"{words_of(error)}; export it again, or {BY_KEY}")]
    owned.update({each.name: known.get(each.name, ()) for each in folders})
    refused = [
        Refused(place.label(each), f"{gradescope.METADATA} does not say whose it is; {BY_KEY}")
        for each in folders
        if not owned[each.name]
    ]
    why = f"{gradescope.METADATA} lists it, but it is not here; export it again"
    return refused + [
        Refused(f"{place.prefix}{quoted(f'{name} ({owner.name})')}", why)
        for name, owners in known.items()
        if name not in owned
        for owner in owners
    ]
