"""An assignment's files in what one person handed in, however it is packed and named."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath

from autograder.checking.assignments import HOMEWORK, NICKNAME_FILE, Assignment
from autograder.collect.archives import NothingFoundError, RefusedError
from autograder.collect.names import is_code, kept_name
from autograder.collect.opened import NO_TIME, Found, Unit
from autograder.collect.recognising import Attempt, assignments_in

_OTHER_ARCHIVES = {".rar", ".7z", ".tar", ".gz", ".tgz", ".xz", ".bz2"}
_MOST_NAMED = 4
_MOST_CODE_NAMED = 60
_ON_ONE_LINE = 20
_MOST_ZIPS_NAMED = 6


@dataclass
class Contents:
    """What goes into a submission.

    Attributes:
        assignment: what was to be handed in.
        files: the file to take for each name.
        notes: what a person may want to know of the choice.
        code_left_out: whether a file of code has no place, which a person has to look at.
    """

    assignment: Assignment = HOMEWORK
    files: dict[str, Found] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    code_left_out: bool = False

    @property
    def missing(self) -> list[str]:
        """What a complete submission has and this one lacks."""
        return [name for name in self.assignment.handed_in if name not in self.files]

    @property
    def units(self) -> list[Unit]:
        """The handed-in files that something is taken from."""
        return list({id(found.unit): found.unit for found in self.files.values()}.values())


def choose(attempts: list[Attempt], assignment: Assignment) -> Contents:
    """Choose an assignment's files: of each the newest, all of the rest named.

    Within one zip all are taken from the folder that has most of them; what is missing there may
    come from another one.

    Raises:
        NothingFoundError: nothing in it belongs to the assignment.
        RefusedError: the newest zip cannot be opened, or one that may hold what is missing.
    """
    found = [each for attempt in attempts for each in attempt.found]
    failed = [unit for attempt in attempts for unit in attempt.failed]
    known = (*assignment.handed_in, *((NICKNAME_FILE,) if assignment.weights else ()))
    ranks = _ranks_of_folders(found, assignment)
    candidates: dict[str, list[Found]] = defaultdict(list)
    for number, each in enumerate(found):
        if each.meant in known:
            candidates[each.meant].append(each)
        ranks[id(each)] = (*_rank(each, ranks), number)
    contents = Contents(assignment)
    for name in known:
        versions = sorted(candidates[name], key=lambda each: ranks[id(each)], reverse=True)
        if versions:
            contents.files[name] = versions[0]
    if assignment.notebook not in contents.files:
        _add_notebooks(contents, found, ranks)
    _refuse_damaged(contents, failed)
    if not contents.files:
        raise NothingFoundError(nothing_in(found))
    _say_choices(contents, candidates, found, failed)
    _say_left_out(contents, attempts)
    if contents.missing:
        contents.notes.append(f"without {', '.join(contents.missing)}")
    return contents


def _source(found: Found) -> tuple[str, str, PurePosixPath]:
    """What is looked through as one: a folder of a zip, or of the files handed in together."""
    handed = found.unit.handed
    unit = handed.item.label if found.unit.is_zip else ""
    return handed.container, unit, found.item.path.parent


def _ranks_of_folders(found: list[Found], assignment: Assignment) -> dict[object, tuple]:
    """How good each folder is: most of the assignment's files, least deep, newest."""
    folders: dict[object, list[Found]] = defaultdict(list)
    for each in found:
        if each.meant in assignment.handed_in or each.is_notebook:
            folders[_source(each)].append(each)
    ranks: dict[object, tuple] = {}
    for source, inside in folders.items():
        names = {each.meant for each in inside} & set(assignment.handed_in)
        newest = max(each.item.time or NO_TIME for each in inside)
        ranks[source] = (len(names), -len(inside[0].item.path.parts), newest)
    return ranks


def _rank(found: Found, folders: dict[object, tuple]) -> tuple:
    """Larger is better: the newest hand-in, then the best folder, then the newest file."""
    folder = folders.get(_source(found), (0, 0, NO_TIME))
    if found.unit.is_zip:
        inside = (found.item.time or NO_TIME, found.is_exact, found.copy)
        return (*found.unit.age, folder, inside)
    # A loose file has an age of its own; those handed in together are compared by their folder.
    upload, time, copy = found.unit.age
    return (upload, time, copy, folder, (NO_TIME, found.is_exact, found.copy))


def _add_notebooks(contents: Contents, found: list[Found], ranks: dict[object, tuple]) -> None:
    """Keep notebooks of other names where the assignment's own is missing."""
    others = [each for each in found if each.is_notebook]
    if not others:
        return
    main = (
        _source(max(contents.files.values(), key=lambda each: ranks[id(each)]))
        if (contents.files)
        else None
    )
    beside = [each for each in others if _source(each) == main]
    if not beside:
        best = max(others, key=lambda each: ranks[id(each)])
        beside = [each for each in others if _source(each) == _source(best)]
    for each in beside:
        contents.files[kept_name(each.item.path.name, set(contents.files))] = each


def _refuse_damaged(contents: Contents, failed: list[Unit]) -> None:
    """Refuse where what cannot be opened is the newest, or may hold what is missing."""
    newest = max((unit.age for unit in contents.units), default=None)
    for unit in sorted(failed, key=lambda each: each.age, reverse=True):
        if newest is None or unit.age > newest or contents.missing:
            more = f" ({len(failed) + len(contents.units) - 1} more of this student)"
            others = more if len(failed) + len(contents.units) > 1 else ""
            raise RefusedError(f"{unit.trouble}{others}")


def _say_choices(
    contents: Contents,
    candidates: dict[str, list[Found]],
    found: list[Found],
    failed: list[Unit],
) -> None:
    """Name what is taken from where, and the version that it was preferred to."""
    _say_attempts(contents, found)
    zipped = any(unit.is_zip for unit in contents.units)
    sources = [_source(each) for name, each in contents.files.items() if each.meant == name]
    main = max(sources, key=sources.count) if sources else None
    for name, each in contents.files.items():
        others = [other for other in candidates[name] if other is not each]
        less = _other_versions(each, others)
        if zipped and not each.unit.is_zip:
            contents.notes.append(f"{name} taken from {each.item.label}, beside the zip{less}")
        elif each.item.path.name != name:
            contents.notes.append(f"{each.shown} taken as {name}{less}")
        elif main is not None and _source(each) != main and len(sources) > 1:
            contents.notes.append(f"{name} taken from {each.shown}{less}")
        elif less:
            contents.notes.append(f"{name}: {each.shown} taken{less}")
    used = {id(unit) for unit in contents.units}
    for unit in {id(each.unit): each.unit for each in found}.values():
        names = {each.meant for each in found if each.unit is unit}
        if unit.is_zip and id(unit) not in used and not names - {""}:
            contents.notes.append(f"{unit.handed.item.label}: holds none of the assignment's files")
    contents.notes += [f"{unit.trouble}; a newer one is taken" for unit in failed]


def _say_attempts(contents: Contents, found: list[Found]) -> None:
    """Say whether several zips are one attempt or several."""
    known = set(contents.assignment.handed_in)
    names: dict[int, set[str]] = defaultdict(set)
    units: dict[int, Unit] = {}
    for each in found:
        if each.unit.is_zip and each.meant in known:
            names[id(each.unit)].add(each.meant)
            units[id(each.unit)] = each.unit
    if len(names) < 2:
        return
    newest = max(units.values(), key=lambda unit: unit.age)
    apart = sum(map(len, names.values())) == len(set().union(*names.values()))
    if apart:
        names_of_zips = sorted(unit.handed.item.label for unit in units.values())
        more = ", …" if len(names_of_zips) > _MOST_ZIPS_NAMED else ""
        labels = ", ".join(names_of_zips[:_MOST_ZIPS_NAMED]) + more
        contents.notes.append(f"put together from {len(names)} files: {labels}")
    else:
        label = newest.handed.item.label
        contents.notes.append(f"{len(names)} attempts, of which {label} is the newest")


def _other_versions(taken: Found, others: list[Found]) -> str:
    """Which other versions of a file there are; nothing where all are the same."""
    try:
        same = taken.item.checksum()
        other = [each for each in others if each.item.checksum() != same]
    except RefusedError:
        other = others
    if not other:
        return ""
    # Handed in apart, they may have one name.
    apart = any(each.unit is not taken.unit for each in other)
    labels = [each.item.label if apart else each.shown for each in other[:_MOST_NAMED]]
    return f", not {', '.join(labels)}{', …' if len(other) > _MOST_NAMED else ''}"


def _say_left_out(contents: Contents, attempts: list[Attempt]) -> None:
    """Name what is left out: files of code each by its name."""
    taken = {id(each) for each in contents.files.values()}
    code, others = [], []
    for attempt in attempts:
        own = {name for each in assignments_in(attempt) for name in each.handed_in}
        for each in attempt.found:
            path = each.item.path
            if id(each) in taken or _is_given(path, contents.assignment):
                continue
            shown = each.shown if each.unit.is_zip else each.item.label
            is_version = each.meant in contents.files
            if is_code(path.name) and not is_version and each.meant not in own:
                code.append(shown)
            elif is_version or each.meant not in own:
                others.append(shown)
    contents.code_left_out = bool(code)
    code.sort()
    for start in range(0, min(len(code), _MOST_CODE_NAMED), _ON_ONE_LINE):
        end = min(start + _ON_ONE_LINE, _MOST_CODE_NAMED)
        rest = len(code) - end
        others_too = f" and {rest:,} more" if end == _MOST_CODE_NAMED and rest else ""
        names = ", ".join(code[start:end])
        contents.notes.append(f"CODE left out, {len(code)} file(s): {names}{others_too}")
    if others:
        names = ", ".join(sorted(others)[:_MOST_NAMED])
        more = ", …" if len(others) > _MOST_NAMED else ""
        contents.notes.append(f"left out {len(others)} other file(s): {names}{more}")


def _is_given(path: PurePosixPath, assignment: Assignment) -> bool:
    """Whether a file belongs to what every student was given, or to an earlier assignment."""
    earlier = assignment.after.used_files if assignment.after else ()
    return any(part in ("course", "labs", "checking", "data") for part in path.parts[:-1]) or (
        path.name in ("README.md", "conftest.py", "timestamp.txt", *earlier)
    )


def nothing_in(found: list[Found]) -> str:
    """Why there is nothing to take."""
    packed = [each.shown for each in found if each.item.path.suffix.lower() in _OTHER_ARCHIVES]
    if packed:
        names = ", ".join(packed[:_MOST_NAMED])
        return f"{names} cannot be opened here; ask for a zip, or repack it as one"
    return "holds none of the assignment's files"


def newest_time(units: list[Unit]) -> datetime | None:
    """When the newest of the handed-in files was handed in, where that is known."""
    return max((unit.time for unit in units if unit.time is not None), default=None)
