"""Lists of people into the roster: joined by ids, proposed by name, never guessed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from autograder.roster.acquaintances import UNSAID, Acquaintance, Number, acquaintances
from autograder.roster.listings import Entry, Listing
from autograder.roster.naming import (
    Likeness,
    first_and_last,
    likeness,
    natural,
    parts,
    same_key,
    spelled,
    student_id,
    trouble_with_key,
)
from autograder.roster.people import FILE, Person, Roster, load_roster

# What of two lists may be the same for one person, in whichever column.
_FAMILIES = {
    "canvas_id": "canvas",
    "sis_id": "number",
    "student_number": "number",
    "login": "address",
    "moodle_login": "address",
    "email": "address",
}
# Of these one person has one for good; the others may change.
_FOR_GOOD = ("canvas_id", "sis_id", "student_number")


class Kind(StrEnum):
    """What becomes of a person of a list."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "unchanged"
    PROPOSED = "to confirm"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Change:
    """What becomes of one person of a list.

    Attributes:
        kind: what.
        key: the person's key; empty where left out.
        name: the name in the list.
        words: the values that change, or the reason.
    """

    kind: Kind
    key: str
    name: str
    words: str = ""


@dataclass(frozen=True)
class Merged:
    """The roster with some lists merged into it.

    Attributes:
        roster: as it would be.
        changes: what becomes of every person of the lists.
        notes: what else there is to know.
    """

    roster: Roster
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()

    @property
    def open(self) -> int:
        """How many people are not in the roster yet, because somebody has to look."""
        return sum(each.kind in (Kind.PROPOSED, Kind.LEFT_OUT) for each in self.changes)


def merge_lists(
    root: Path,
    listings: Iterable[Listing],
    *,
    confirm: bool = False,
    apart: Collection[str] = (),
) -> Merged:
    """Merge lists into the course's roster; nothing is written.

    Args:
        root: the course's folder.
        listings: the lists, merged one after the other.
        confirm: whether to join those whose name alone says who they are.
        apart: keys of people whom nobody in the lists is, whatever the name.

    Raises:
        RosterError: the roster cannot be read.
    """
    roster = load_roster(root) or Roster(root / FILE)
    work = _Work(roster, acquaintances(root), confirm, apart)
    notes = [roster.note] if roster.note else []
    for listing in listings:
        work.add(listing)
        notes += [f"{listing.path.name}: {note}" for note in listing.notes]
    people = [Person(key, values, work.rest[key]) for key, values in work.people.items()]
    return Merged(roster.with_people(people), tuple(work.changes), tuple(notes))


@dataclass
class _Join:
    """Who an entry is: a key of the roster or of the course, and what that rests on.

    `others` are keys of earlier hand-ins of this person that are not in the roster.
    """

    entry: Entry
    key: str = ""
    by_name: bool = False
    trouble: str = ""
    others: frozenset[str] = frozenset()


@dataclass
class _Work:
    """The roster while lists are merged into it."""

    roster: Roster
    known: Mapping[str, Acquaintance]
    confirm: bool
    apart: Collection[str]
    changes: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.people = {person.key: dict(person.values) for person in self.roster.people}
        self.rest = defaultdict(dict, {person.key: person.rest for person in self.roster.people})

    def add(self, listing: Listing) -> None:
        """Merge one list."""
        joins = [self._by_id(entry) for entry in listing.entries]
        sure = {join.key for join in joins}
        for join in joins:
            if not join.key and not join.trouble:
                self._by_name(join, sure)
        self._refuse_shared(joins)
        same_names = Counter(parts(join.entry.name) for join in joins if not join.key)
        for join in joins:
            entry = join.entry
            if join.trouble:
                self._note(Kind.LEFT_OUT, "", entry, f"line {entry.line}: {join.trouble}")
            elif join.by_name and not self.confirm:
                name = natural(self.people.get(join.key, {}).get("name", ""))
                words = f"the same as {join.key}{f' ({name})' if name else ''}, by the name alone"
                self._note(Kind.PROPOSED, join.key, entry, words)
            elif join.key in self.people:
                self._update(join, entry)
            else:
                alone = same_names[parts(entry.name)] < 2
                self._append(join.key or self._new_key(entry, alone), entry, bool(join.key))

    def _by_id(self, entry: Entry) -> _Join:
        """Who has an id, an e-mail or the key of an entry."""
        wanted = _ids(entry.values)
        hits = {key for key, values in self.people.items() if wanted & _ids(values)}
        met = {each.key for each in self.known.values() if _has_met(each, entry)}
        met -= self.people.keys()
        key = entry.values.get("key", "")
        if key and (trouble := trouble_with_key(key)):
            return _Join(entry, trouble=trouble)
        same = {each for each in self.people if key and same_key(each) == same_key(key)}
        hits |= same
        if len(hits) > 1:
            first, second, *_ = sorted(hits)
            return _Join(
                entry,
                trouble=f"its ids are those of {' and '.join(sorted(hits))}; if they are one "
                f"person: vitcourse roster merge {second} {first}",
            )
        if hits:
            (found,) = hits
            if clash := self._clash(entry, self.people[found]):
                return _Join(entry, trouble=f"{found} has the same id or e-mail, but {clash}")
            if key and not same:
                return _Join(entry, trouble=f"has the ids of {found}, but another key, {key}")
            return _Join(entry, found, others=frozenset(met))
        if len(met) > 1:
            first, second, *_ = sorted(met)
            return _Join(
                entry,
                trouble=f"handed in under {' and '.join(sorted(met))}; if they are one person: "
                f"vitcourse roster merge {second} {first}",
            )
        return _Join(entry, key or next(iter(met), ""))

    def _by_name(self, join: _Join, sure: Collection[str]) -> None:
        """Find the one person whose name is the most like an entry's, beside those found by id."""
        entry = join.entry
        names = {key: [values.get("name", "")] for key, values in self.people.items()}
        for key, known in self.known.items():
            names.setdefault(key, sorted(known.names))
        alike = {
            key: max((likeness(name, entry.name) for name in each), default=Likeness.NONE)
            for key, each in names.items()
            if key not in (*self.apart, *sure) and not self._clash(entry, self.people.get(key, {}))
        }
        best = max(alike.values(), default=Likeness.NONE)
        found = sorted(key for key, grade in alike.items() if best and grade is best)
        if len(found) == 1:
            join.key, join.by_name = found[0], True
        elif found:
            one, other = found[:2]
            join.trouble = (
                f"the name is that of {', '.join(found)}, and no id says who it is; write the "
                f"e-mail into {FILE}, or, if they are one person: "
                f"vitcourse roster merge {other} {one}"
            )

    def _refuse_shared(self, joins: list[_Join]) -> None:
        """Leave out people of one list who would be one person of the roster."""
        by_key: dict[str, list[_Join]] = defaultdict(list)
        for join in joins:
            if join.key and not join.trouble:
                by_key[join.key].append(join)
        for key, several in by_key.items():
            names = {spelled(join.entry.name) for join in several if join.entry.name}
            by_name = [join for join in several if join.by_name]
            wrong = several if len(names) > 1 and not by_name else by_name
            for join in wrong if len(several) > 1 else ():
                join.trouble = (
                    f"{len(several)} people of the list would be {key}; write an id or the "
                    f"e-mail of the right one into {FILE}, or say that nobody is: --apart {key}"
                )

    def _clash(self, entry: Entry, values: Mapping[str, str]) -> str:
        """Which id, of which a person has one for good, differs."""
        for column, value in entry.values.items():
            other = values.get(column, "")
            for_good = column in _FOR_GOOD or column.startswith("moodle:")
            if for_good and other and other.casefold() != value.casefold():
                return f"the {column} {other} instead of {value}; correct {FILE} where it is wrong"
        return ""

    def _update(self, join: _Join, entry: Entry) -> None:
        """Take over what a list says of somebody in the roster."""
        key, values = join.key, self.people[join.key]
        words, remarks = [], []
        for column, value in entry.values.items():
            old = values.get(column, "")
            if column == "key" or value == old:
                continue
            if column == "name" and (kept := _kept_name(old, value)) is not None:
                remarks += [kept] if kept else []
                continue
            if column == "email" and value.casefold() == old.casefold():
                continue
            values[column] = value
            label = "renamed" if column == "name" and old else column
            words.append(f"{label}: {old} -> {value}" if old else f"{label}: {value}")
        kind = Kind.CHANGED if words else Kind.SAME
        remarks += [
            f"earlier hand-ins lie under {other}: vitcourse roster merge {other} {key}"
            for other in sorted(join.others)
        ]
        self._note(kind, key, entry, "; ".join([*words, *remarks]))

    def _append(self, key: str, entry: Entry, met: bool) -> None:
        """Add a row."""
        self.people[key] = {
            column: value for column, value in entry.values.items() if column != "key"
        }
        words = "the key of an earlier hand-in" if met and key in self.known else ""
        self._note(Kind.NEW, key, entry, words)

    def _new_key(self, entry: Entry, alone: bool) -> str:
        """A key that nobody has: the name, with an id where the name is not enough."""
        taken = {same_key(key) for key in (*self.people, *self.known)}
        values = entry.values
        address = values.get("email", "").partition("@")[0]
        name = student_id(natural(entry.name) or address)[:60].rstrip("-._")
        ids = ("student_number", "sis_id", "login", "moodle_login", "canvas_id")
        number = next((values[column] for column in ids if values.get(column)), address)
        with_id = student_id(name, student_id(number.partition("@")[0]) if number else "")
        choices = [*([name] if alone else []), with_id]
        choices += [f"{with_id}-{number}" for number in range(2, len(taken) + 3)]
        return next(key for key in choices if same_key(key) not in taken)

    def _note(self, kind: Kind, key: str, entry: Entry, words: str) -> None:
        name = natural(entry.name) or entry.values.get("email", "")
        self.changes.append(Change(kind, key, name, words))


def _kept_name(old: str, new: str) -> str | None:
    """What to say of a name that stays, maybe nothing; None where the new one is taken."""
    like = likeness(old, new)
    if like is Likeness.EQUAL:
        return None if "," in new and first_and_last(old) != first_and_last(new) else ""
    if like is Likeness.ALIKE:
        return f"name kept: {old} (the list writes {new})"
    if like is Likeness.PART and len(parts(new)) < len(parts(old)):
        return f"name kept: {old} (the list has {new})"
    return None


def _ids(values: Mapping[str, str]) -> set[tuple[str, str]]:
    """What tells who a row is, whatever the name."""
    return {
        (_FAMILIES.get(column, column), value.casefold())
        for column, value in values.items()
        if value and (column in _FAMILIES or column.startswith("moodle:"))
    }


def _has_met(known: Acquaintance, entry: Entry) -> bool:
    """Whether somebody who handed in has an entry's e-mail or a number of it."""
    values = entry.values
    if values.get("email", "").casefold() in known.emails:
        return True
    if canvas := values.get("canvas_id"):
        if Number("canvas", canvas) in known.numbers:
            return True
        old = any(each.system == UNSAID and each.value == canvas for each in known.numbers)
        if old and any(likeness(name, entry.name) >= Likeness.ALIKE for name in known.names):
            return True
    return any(
        Number(system, value, column.removeprefix("moodle:")) in known.numbers
        for column, value in values.items()
        if column.startswith("moodle:")
        for system in ("moodle", UNSAID)
    )
