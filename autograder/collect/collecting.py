"""A whole download: whose is what, which attempt counts, and what became of everything."""

from __future__ import annotations

import shlex
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from autograder.checking.assignments import ASSIGNMENTS, Assignment
from autograder.collect.archives import (
    ONLY_JUNK,
    RefusedError,
    item_on_disk,
    items_in_folder,
    words_of,
)
from autograder.collect.collection import Collection, Proposal
from autograder.collect.contents import choose, newest_time, nothing_in
from autograder.collect.entries import Handed, Refused, Sorted
from autograder.collect.levels import Sorter
from autograder.collect.opened import Opener, Unit
from autograder.collect.owning import ROSTER
from autograder.collect.place import place
from autograder.collect.recognising import Attempt, attempts_in, split
from autograder.collect.shelf import Shelf
from autograder.collect.systems.owner import Kind, Owner
from autograder.records.origin import Origin, OriginFile
from autograder.records.quoting import quoted
from autograder.roster.directory import Certainty, Directory, Match

COMMAND = "command"
# From so many hand-ins of one assignment on, another one among them is a surprise.
_USUAL = 3
_ORDER = {name: number for number, name in enumerate(ASSIGNMENTS)}


def collect(
    downloads: Path,
    root: Path,
    student: str | None = None,
    assignment: Assignment | None = None,
    *,
    dry_run: bool = False,
    confirm: bool = False,
    newer: bool = False,
) -> Collection:
    """Bring what a learning platform handed out into `submitted/`.

    Args:
        downloads: a zip, or a folder of zips and of folders that were zips.
        root: the course's root.
        student: whose everything in `downloads` is, where no name tells.
        assignment: the only one to collect; None to find out by the files.
        dry_run: whether only to say what would be done.
        confirm: whether to take proposals of whose a hand-in is.
        newer: whether to take a hand-in as the newer one where nothing says which is.
    """
    with ExitStack() as stack:
        workplace = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vitcourse-")))
        directory = Directory(root)
        sorter = Sorter(directory.key_named, stack, workplace)
        if student is None:
            found = sorter.sort(downloads)
        elif len(sorter.top_people(downloads)) > 1:
            why = "holds the hand-ins of several people; collect it without --student"
            return Collection(not_placed=[Refused(quoted(downloads.name), why)])
        else:
            found = _everything(downloads, student)
        collecting = _Collecting(downloads, root, workplace, assignment, dry_run, confirm, newer)
        return collecting.place_all(found, directory)


def _everything(downloads: Path, student: str) -> Sorted:
    """The whole download as one person's."""
    if downloads.is_dir():
        items = [item for item in items_in_folder(downloads) if not item.is_junk]
    else:
        items = [item_on_disk(downloads, PurePosixPath(downloads.name))]
    if not items:
        return Sorted(refused=[Refused(quoted(student), ONLY_JUNK)])
    owner = Owner(COMMAND, student)
    return Sorted([Handed(owner, item, str(item.path), "") for item in items])


@dataclass(frozen=True)
class _HandIn:
    """What one person handed in to one assignment.

    Attributes:
        person: which of the people of the download.
        assignment: which.
        origin: where it comes from.
    """

    person: int
    assignment: Assignment
    origin: Origin


class _Collecting:
    """One download on its way: looked through, matched with the roster as a whole, placed."""

    def __init__(
        self,
        downloads: Path,
        root: Path,
        workplace: Path,
        assignment: Assignment | None,
        dry_run: bool,
        confirm: bool,
        newer: bool,
    ) -> None:
        self._downloads = downloads
        self._shelf = Shelf(root)
        self._workplace = workplace
        self._assignment = assignment
        self._dry_run = dry_run
        self._confirm = confirm
        self._newer = newer
        self._result = Collection()
        # By the level of the download: everybody there and the assignment handed in.
        self._done: dict[str, list[tuple[str, str]]] = defaultdict(list)

    def place_all(self, found: Sorted, directory: Directory) -> Collection:
        """Place everything, one person after the other."""
        result = self._result
        result.not_placed += found.refused
        by_person: dict[tuple[str, str, str], list[Handed]] = defaultdict(list)
        for handed in found.handed:
            by_person[handed.owner.identity].append(handed)
        people = sorted(by_person.values(), key=lambda files: _order(files[0].owner))
        hand_ins: list[_HandIn] = []
        for number, files in enumerate(people):
            with self._opener(files) as opener:
                before = len(result.not_placed)
                looked = self._look(files, number, opener)
                if not looked and len(result.not_placed) == before:
                    raise RefusedError(nothing_in([]))
                hand_ins += looked
        hand_ins.sort(key=lambda each: _ORDER[each.assignment.name])
        asked = [(each.origin, each.assignment.name) for each in hand_ins]
        names: dict[str, set[str]] = defaultdict(set)
        for files in people:
            names[files[0].owner.student].add(files[0].owner.name)
        keys: dict[int, str] = {}
        for each, match in zip(hand_ins, directory.match_all(asked), strict=True):
            files = people[each.person]
            match = _unless_ambiguous(match, sorted(names[files[0].owner.student]))
            # What one person hands in at once to two assignments is not asked about twice.
            if match.key and keys.get(each.person) == match.key:
                match = Match(Certainty.KNOWN, match.key)
            if self._may_be_placed(each, match, files[0].owner):
                keys[each.person] = match.key
                with self._opener(files) as opener:
                    self._place(files, each, match.key, opener)
        result.placed.sort(key=lambda each: (each.student, _ORDER[each.assignment.name]))
        if any(placed.system == "canvas" for placed in result.placed):
            result.notes.append("Canvas's zip holds no hand-in times; only its LATE mark counts.")
        result.strangers += self._strangers()
        return result

    @contextmanager
    def _opener(self, files: list[Handed]) -> Iterator[Opener]:
        """Opens one person's files; whatever is wrong with them stops nobody else's."""
        try:
            with ExitStack() as stack:
                yield Opener(self._workplace, stack)
        except RefusedError as error:
            self._refuse(files, str(error))
        except Exception as error:
            self._refuse(files, f"cannot be collected: {words_of(error)}")

    def _refuse(self, files: list[Handed], why: str) -> None:
        self._result.not_placed.append(Refused(quoted(files[0].owner.student), why))

    def _look(self, files: list[Handed], number: int, opener: Opener) -> list[_HandIn]:
        """Find out which assignments a person handed in; what cannot be placed is refused."""
        by_assignment, others, unsaid = self._opened(files, opener)
        for other in others:
            self._refuse(
                files,
                f"handed in {other.name}, which is not collected now; collect it with: vitcourse "
                f"collect {shlex.quote(str(self._downloads))} --assignment {other.name}",
            )
        for attempt in unsaid:
            self._refuse(files, self._why_unsaid(attempt))
        hand_ins = []
        for name, attempts in by_assignment.items():
            try:
                units = choose(attempts, ASSIGNMENTS[name]).units
            except RefusedError as error:
                self._refuse(files, str(error))
            else:
                hand_ins.append(_HandIn(number, ASSIGNMENTS[name], self._origin(units)))
        return hand_ins

    def _opened(
        self, files: list[Handed], opener: Opener
    ) -> tuple[dict[str, list[Attempt]], list[Assignment], list[Attempt]]:
        """What one person handed in, by assignment."""
        uploaded = [each for each in files if each.owner.kind is Kind.FILE]
        if not uploaded:
            raise RefusedError("handed in only what is typed into the text field, no files")
        for each in uploaded:
            if each.item.trouble:
                raise RefusedError(f"{each.item.label} {each.item.trouble}")
        attempts = attempts_in(*opener.open(uploaded))
        if not attempts:
            raise RefusedError(nothing_in([]))
        return split(attempts, self._assignment)

    def _why_unsaid(self, attempt: Attempt) -> str:
        """Why it cannot be said which assignment an attempt is."""
        if attempt.failed:
            return attempt.failed[0].trouble
        if any(each.is_notebook for each in attempt.found):
            return (
                "its files do not say which assignment it is; if you know: vitcourse collect "
                f"{shlex.quote(str(self._downloads))} --assignment NAME"
            )
        return nothing_in(attempt.found)

    def _may_be_placed(self, hand_in: _HandIn, match: Match, owner: Owner) -> bool:
        """Whether it is known whose a hand-in is; else it is refused, or a proposal waits."""
        if match.certainty is Certainty.REFUSED:
            self._result.not_placed.append(Refused(quoted(owner.student), match.why))
            return False
        if match.certainty is Certainty.PROPOSED and not self._confirm:
            shown = f"{owner.name} ({owner.number})" if owner.number else owner.name
            proposal = Proposal(quoted(shown), match.key, match.why, hand_in.assignment)
            self._result.proposals.append(proposal)
            return False
        return True

    def _place(self, files: list[Handed], hand_in: _HandIn, key: str, opener: Opener) -> None:
        """Place a hand-in under its key."""
        by_assignment, _, _ = self._opened(files, opener)
        contents = choose(by_assignment[hand_in.assignment.name], hand_in.assignment)
        units = contents.units
        owner = units[0].handed.owner
        time = newest_time(units)
        if any(each.owner.kind is Kind.TEXT for each in files):
            contents.notes.append("typed into the text field, too; that is not taken")
        if owner.group:
            group = ", ".join(quoted(each) for each in owner.group)
            contents.notes.append(f"handed in by a group: {group}")
        if hand_in.origin.late:
            contents.notes.append("Canvas marks it as late")
        if owner.system in (COMMAND, ROSTER) and time is not None:
            contents.notes.append("the time is the file's on this computer")
        placed = place(
            self._shelf,
            key,
            contents,
            hand_in.origin,
            time,
            opener.budget,
            dry_run=self._dry_run,
            is_newer=self._newer,
        )
        self._result.placed.append(placed)
        self._done[units[0].handed.level].append((key, hand_in.assignment.name))

    def _origin(self, units: list[Unit]) -> Origin:
        owner = units[0].handed.owner
        files = tuple(
            OriginFile(
                _text(unit.handed.name),
                _text(unit.handed.owner.file or str(unit.handed.item.path)),
                str(unit.handed.owner.upload or ""),
                _iso(unit.time),
                unit.digest,
            )
            for unit in units
        )
        return Origin(
            owner.system,
            _text(owner.name),
            owner.number,
            owner.email,
            any(unit.handed.owner.late for unit in units),
            _iso(newest_time(units)),
            _text(units[0].handed.level or self._downloads.resolve().name),
            files,
        )

    def _strangers(self) -> list[str]:
        """Who handed in another assignment than the others of the same zip or folder."""
        lines = []
        for done in self._done.values():
            usual, number = Counter(assignment for _, assignment in done).most_common(1)[0]
            if number < _USUAL or number < _USUAL * (len(done) - number):
                continue
            lines += [
                f"{student} handed in {assignment}, where {number} others handed in {usual}: "
                "perhaps the wrong zip."
                for student, assignment in done
                if assignment != usual
            ]
        return lines


def _order(owner: Owner) -> tuple[str, int, str]:
    """By name and number; of one name the smaller number first, which is the earlier one's."""
    number = int(owner.number) if owner.number.isdecimal() else 0
    return owner.name.casefold(), number, owner.number


def _unless_ambiguous(match: Match, names: list[str]) -> Match:
    """A match, unless it rests on a key that several names of the download give."""
    if match.certainty is not Certainty.NEW or len(names) < 2:
        return match
    shown = ", ".join(quoted(name) for name in names)
    return Match(Certainty.REFUSED, "", f"is the name of several people: {shown}")


def _text(name: str) -> str:
    """A name as text: bytes that are none become escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _iso(time: datetime | None) -> str:
    return time.astimezone(UTC).isoformat() if time else ""
