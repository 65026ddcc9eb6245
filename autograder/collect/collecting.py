"""A whole download: whose is what, which attempt counts, and what became of everything."""

from __future__ import annotations

import shlex
import tempfile
from collections import Counter, defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from autograder.checking.stages import ASSIGNMENTS, Assignment
from autograder.collect.archives import RefusedError, item_on_disk, items_in_folder, words_of
from autograder.collect.contents import Contents, choose, newest_time, nothing_in
from autograder.collect.entries import Handed, Refused, Sorted
from autograder.collect.levels import Sorter
from autograder.collect.opened import Opener, Unit
from autograder.collect.place import Placed, place
from autograder.collect.recognising import Attempt, attempts_in, split
from autograder.collect.shelf import Shelf
from autograder.collect.systems.owner import Kind, Owner
from autograder.records.origin import Origin, OriginFile
from autograder.records.quoting import quoted
from autograder.roster.directory import Certainty, Directory, Match
from autograder.roster.naming import student_id

COMMAND = "command"
# From so many hand-ins of one assignment on, another one among them is a surprise.
_USUAL = 3


@dataclass(frozen=True)
class Proposal:
    """Somebody who may be a person that the course knows.

    Attributes:
        who: as the download names the person.
        key: the key of the person it may be.
        why: what this rests on.
        assignment: what was handed in.
    """

    who: str
    key: str
    why: str
    assignment: Assignment


@dataclass
class Collection:
    """What became of a download.

    Attributes:
        placed: the submissions, by student.
        not_placed: everything else.
        proposals: whose work waits until somebody confirms whose it is.
        notes: what holds for the whole download.
        strangers: who handed in another assignment than the others.
    """

    placed: list[Placed] = field(default_factory=list)
    not_placed: list[Refused] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 where everything has its place, 1 otherwise."""
        left_out = any(placed.code_left_out for placed in self.placed)
        return int(bool(self.not_placed or self.proposals or self.strangers or left_out))


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
        collecting = _Collecting(downloads, root, directory, assignment, dry_run, confirm, newer)
        return collecting.place_all(found)


def _everything(downloads: Path, student: str) -> Sorted:
    """The whole download as one person's."""
    if downloads.is_dir():
        items = list(items_in_folder(downloads))
    else:
        items = [item_on_disk(downloads, PurePosixPath(downloads.name))]
    owner = Owner(COMMAND, student)
    return Sorted([Handed(owner, item, str(item.path), "") for item in items])


class _Collecting:
    """One download on its way."""

    def __init__(
        self,
        downloads: Path,
        root: Path,
        directory: Directory,
        assignment: Assignment | None,
        dry_run: bool,
        confirm: bool,
        newer: bool,
    ) -> None:
        self._downloads = downloads
        self._shelf = Shelf(root)
        self._directory = directory
        self._assignment = assignment
        self._dry_run = dry_run
        self._confirm = confirm
        self._newer = newer
        self._result = Collection()
        # By name: the keys that this download made, each with its assignments.
        self._made: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        # By the level of the download: everybody there and the assignment handed in.
        self._done: dict[str, list[tuple[str, str]]] = defaultdict(list)

    def place_all(self, found: Sorted) -> Collection:
        """Place everything, one person after the other."""
        result = self._result
        result.not_placed += found.refused
        people: dict[tuple[str, str, str], list[Handed]] = defaultdict(list)
        for handed in found.handed:
            people[handed.owner.identity].append(handed)
        names: dict[str, set[str]] = defaultdict(set)
        for files in people.values():
            names[files[0].owner.student].add(files[0].owner.name)
        for _, files in sorted(people.items(), key=lambda each: _order(each[1][0].owner)):
            self._person(files, sorted(names[files[0].owner.student]))
        result.placed.sort(
            key=lambda each: (each.student, list(ASSIGNMENTS).index(each.assignment.name))
        )
        if any(placed.system == "canvas" for placed in result.placed):
            result.notes.append("Canvas's zip holds no hand-in times; only its LATE mark counts.")
        result.strangers += self._strangers()
        return result

    def _person(self, files: list[Handed], names: list[str]) -> None:
        """Place what one person handed in, to whatever assignments."""
        what = quoted(files[0].owner.student)
        try:
            with tempfile.TemporaryDirectory(prefix="vitcourse-") as folder, ExitStack() as stack:
                self._place_files(files, names, what, Opener(Path(folder), stack), stack)
        except Exception as error:
            # Nothing that one person hands in may stop the others.
            known = isinstance(error, RefusedError)
            why = str(error) if known else f"cannot be collected: {words_of(error)}"
            self._result.not_placed.append(Refused(what, why))

    def _place_files(
        self, files: list[Handed], names: list[str], what: str, opener: Opener, stack: ExitStack
    ) -> None:
        uploaded = [each for each in files if each.owner.kind is Kind.FILE]
        if not uploaded:
            raise RefusedError("handed in only what is typed into the text field, no files")
        for each in uploaded:
            if each.item.trouble:
                raise RefusedError(f"{each.item.label} {each.item.trouble}")
        attempts = attempts_in(*opener.open(uploaded))
        by_assignment, others, unsaid = split(attempts, self._assignment)
        for other in others:
            why = (
                f"handed in {other.name}, which is not collected now; collect it with: vitcourse "
                f"collect {shlex.quote(str(self._downloads))} --assignment {other.name}"
            )
            self._result.not_placed.append(Refused(what, why))
        if not attempts:
            raise RefusedError(nothing_in([]))
        for attempt in unsaid:
            self._result.not_placed.append(Refused(what, self._why_unsaid(attempt)))
        typed = any(each.owner.kind is Kind.TEXT for each in files)
        for name, own in sorted(
            by_assignment.items(), key=lambda each: list(ASSIGNMENTS).index(each[0])
        ):
            try:
                contents = choose(own, ASSIGNMENTS[name])
                if typed:
                    contents.notes.append("typed into the text field, too; that is not taken")
                self._place(contents, names, what, opener)
            except RefusedError as error:
                self._result.not_placed.append(Refused(what, str(error)))

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

    def _place(self, contents: Contents, names: list[str], what: str, opener: Opener) -> None:
        units = contents.units
        owner = units[0].handed.owner
        time = newest_time(units)
        origin = self._origin(owner, units, time)
        assignment = contents.assignment
        match = self._match(owner, origin, assignment, names)
        if match.certainty is Certainty.REFUSED:
            raise RefusedError(match.why)
        if match.certainty is Certainty.PROPOSED and not self._confirm:
            shown = f"{owner.name} ({owner.number})" if owner.name else owner.number
            self._result.proposals.append(Proposal(quoted(shown), match.key, match.why, assignment))
            return
        if owner.group:
            group = ", ".join(quoted(each) for each in owner.group)
            contents.notes.append(f"handed in by a group: {group}")
        if origin.late:
            contents.notes.append("Canvas marks it as late")
        if owner.system in (COMMAND, "roster") and time is not None:
            contents.notes.append("the time is the file's on this computer")
        self._made[_folded(owner.name)][match.key].add(assignment.name)
        placed = place(
            self._shelf,
            match.key,
            contents,
            origin,
            time,
            opener.budget,
            dry_run=self._dry_run,
            is_newer=self._newer,
        )
        self._result.placed.append(placed)
        self._done[units[0].handed.level].append((match.key, assignment.name))

    def _match(
        self, owner: Owner, origin: Origin, assignment: Assignment, names: list[str]
    ) -> Match:
        """Whose it is, by the roster, or by what was said on the command line."""
        if owner.system == COMMAND:
            key = self._directory.key_named(owner.name) or student_id(owner.name)
            return Match(Certainty.KNOWN, key)
        if owner.system == "roster":
            return Match(Certainty.KNOWN, owner.name)
        match = self._directory.match(origin, assignment.name)
        if match.certainty is not Certainty.NEW:
            return match
        if len(names) > 1:
            shown = ", ".join(quoted(name) for name in names)
            return Match(Certainty.REFUSED, "", f"is the name of several people: {shown}")
        made = self._made[_folded(owner.name)]
        before = [key for key, done in made.items() if assignment.name not in done]
        if match.key in made or owner.system != "moodle" or not before or len(made) > 1:
            return match
        why = "the same name under another number in this download"
        return Match(Certainty.PROPOSED, before[0], why)

    def _origin(self, owner: Owner, units: list[Unit], time: datetime | None) -> Origin:
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
            _iso(time),
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


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _text(name: str) -> str:
    """A name as text: bytes that are none become escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _iso(time: datetime | None) -> str:
    return time.astimezone(UTC).isoformat() if time else ""
