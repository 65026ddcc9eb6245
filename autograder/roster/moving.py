"""Several keys of one person made one, and two people in one key parted, with all they have."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, SubmittedAssignment

from autograder.grading.seed import PRIVATE
from autograder.records.origin import KIND
from autograder.records.records import Records
from autograder.records.settings import CourseSettings, course_settings
from autograder.roster.acquaintances import acquaintances, is_anonymous, origins
from autograder.roster.backup import check_gradebook_can_be_kept, keep_gradebook, new_backup
from autograder.roster.gradebook import sync_names
from autograder.roster.journal import Move, begin, carry_out, finish, undo
from autograder.roster.naming import is_blind, same_key, trouble_with_key
from autograder.roster.people import FILE, Person, Roster, load_roster
from autograder.roster.rewriting import drop_submissions, give_submissions, submissions_of
from autograder.roster.tables import RosterError

DISPLACED = "displaced"


@dataclass
class Plan:
    """What a merge or split is going to do.

    Attributes:
        key: whose things move.
        into: whose they become.
        whole: whether nothing of `key` is left.
        moves: files and folders; a target below `displaced` lies in the backup.
        given: the assignments whose submission in the gradebook becomes `into`'s.
        dropped: submissions in the gradebook that go away: key and assignment.
        kept: submissions that go to the shelf of those replaced, with the shelf's record of each:
            `vitcourse collect --undo` reads it.
        roster: the roster as it will be; None where it stays.
        words: all this for a person to read.
    """

    key: str
    into: str
    whole: bool
    moves: list[Move] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    dropped: list[tuple[str, str]] = field(default_factory=list)
    kept: dict[Path, dict[str, Any]] = field(default_factory=dict)
    roster: Roster | None = None
    words: list[str] = field(default_factory=list)


class Holdings:
    """What lies where of whom in a course, and how it changes hands.

    Args:
        root: the course's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.settings: CourseSettings = course_settings(root)
        self.roster = load_roster(root)
        self.known = acquaintances(root)
        private = self.root / PRIVATE
        self.records, self.replaced = private / "records", private / "replaced"
        self.places = (self.settings.submitted, self.settings.autograded, self.settings.feedback)
        self._graded = self._submissions()
        self._taken: set[Path] = set()

    def plan_merge(self, key: str, into: str, keep: str | None = None) -> Plan:
        """What it takes to make a key's everything another key's.

        Args:
            key: the key that goes away.
            into: the key that stays.
            keep: whose submission stays where both have one for an assignment.

        Raises:
            RosterError: there is no such key, or both have a submission and `keep` is None.
        """
        self._check(key)
        self._check(into)
        if key == into:
            raise RosterError(f"{key} and {into} are one key already")
        if keep not in (None, key, into):
            raise RosterError(f"--keep takes {key} or {into}, not {keep}")
        mine = self._assignments(key)
        both = sorted(mine & self._handed_in(key) & self._handed_in(into))
        if both and keep is None:
            raise RosterError(
                f"{key} and {into} both have a submission for {', '.join(both)}. Say whose counts: "
                f"--keep {key} or --keep {into}; the other one goes to {PRIVATE}/replaced/, its "
                "marks stay in the backup."
            )
        plan = Plan(key, into, whole=True)
        for assignment in sorted(mine):
            stays = into if assignment in self._handed_in(into) else key
            self._move_assignment(plan, assignment, keep if assignment in both else stays)
        plan.roster = self._roster_after_merge(plan)
        return plan

    def plan_split(self, key: str, new: str, assignments: Sequence[str]) -> Plan:
        """What it takes to make some assignments of a key another person's.

        Args:
            key: the key that two people share.
            new: the other person's key; it may be new.
            assignments: what is the other person's.

        Raises:
            RosterError: there is no such key or assignment, or the other one has it, too.
        """
        self._check(key)
        if trouble := trouble_with_key(new):
            raise RosterError(f"{new} can be nobody's key: {trouble}")
        listed = self.roster.people if self.roster else ()
        everybody = {*self.known, *(person.key for person in listed)}
        twins = [each for each in everybody if each != new and same_key(each) == same_key(new)]
        if twins or key == new:
            raise RosterError(f"{new} is the key of {(twins or [key])[0]}; choose another one")
        plan = Plan(key, new, whole=False)
        for assignment in dict.fromkeys(assignments):
            if assignment not in self._assignments(key):
                has = ", ".join(sorted(self._assignments(key))) or "nothing"
                raise RosterError(f"{key} has nothing for {assignment}; there is: {has}")
            if assignment in self._handed_in(new):
                raise RosterError(f"{new} has a submission for {assignment}, too; nothing is moved")
            self._move_assignment(plan, assignment, key)
        plan.roster = self._roster_after_split(plan, assignments)
        return plan

    def carry_out(self, plan: Plan, *, no_backup: bool = False) -> Path:
        """Do it, all or nothing.

        Args:
            plan: what.
            no_backup: whether to leave out the copy of the gradebook.

        Returns:
            The backup's folder.

        Raises:
            RosterError: the gradebook is in a database server, and `no_backup` is not set.
        """
        if not no_backup:
            check_gradebook_can_be_kept(self.settings)
        backup = new_backup(self.root, "merge" if plan.whole else "split")
        if not no_backup:
            keep_gradebook(self.settings, backup)
        moves = [Move(move.source, backup / move.target) for move in plan.moves]
        with self._gradebook() as gradebook:
            given = submissions_of(gradebook, plan.key, plan.given) if gradebook else []
            begin(backup, moves, dict.fromkeys(given, plan.into), roster=plan.roster is not None)
            try:
                if gradebook:
                    for key, assignment in plan.dropped:
                        drop_submissions(gradebook, submissions_of(gradebook, key, [assignment]))
                    give_submissions(gradebook, plan.key, plan.into, plan.given, whole=plan.whole)
                carry_out(moves)
                for folder, record in plan.kept.items():
                    text = json.dumps(record, ensure_ascii=False)
                    folder.with_name(f"{folder.name}.json").write_text(text, encoding="utf-8")
                if plan.roster:
                    plan.roster.save()
                if gradebook:
                    gradebook.db.commit()
            except BaseException:
                if gradebook:
                    gradebook.db.rollback()
                undo(backup, self.root)
                raise
        finish(backup)
        for place in (*self.places, self.records, self.replaced) if plan.whole else ():
            _remove_empty(place / plan.key)
        sync_names(self.root)
        return backup

    def _check(self, key: str) -> None:
        listed = self.roster.find(key) if self.roster else None
        if key not in self.known and listed is None:
            near = ", ".join(sorted(self.known)[:8]) or "nobody"
            raise RosterError(
                f"There is no {key}: no row of {FILE}, no hand-in and no student in the gradebook. "
                f"There are: {near}{' and others' if len(self.known) > 8 else ''}; "
                "`vitcourse roster show` lists all."
            )

    @contextlib.contextmanager
    def _gradebook(self) -> Iterator[Gradebook | None]:
        file = self.settings.gradebook_file
        if file is not None and not file.exists():
            yield None
            return
        with self.settings.gradebook() as gradebook:
            yield gradebook

    def _submissions(self) -> set[tuple[str, str]]:
        """Who has a submission in the gradebook, for which assignment."""
        with self._gradebook() as gradebook:
            every = gradebook.db.query(SubmittedAssignment).all() if gradebook else []
            return {(each.student_id, each.assignment.name) for each in every}

    def _handed_in(self, key: str) -> set[str]:
        folders = {path.name for path in (self.settings.submitted / key).glob("*") if path.is_dir()}
        return folders | {assignment for student, assignment in self._graded if student == key}

    def _assignments(self, key: str) -> set[str]:
        """Everything of which a key has anything."""
        places = (*self.places, self.records, self.replaced)
        folders = {path for place in places for path in (place / key).glob("*") if path.is_dir()}
        return self._handed_in(key) | {folder.name for folder in folders}

    def _move_assignment(self, plan: Plan, assignment: str, keep: str | None) -> None:
        """Add what is to be done for one assignment, of which `keep`'s submission stays."""
        key, into = plan.key, plan.into
        loser = key if keep == into else into
        submitted = self.settings.submitted
        for place in (*self.places, self.records):
            lost = place / loser / assignment
            if lost.exists():
                if place == submitted:
                    target = self._shelve(plan, lost, into, assignment)
                    origin = Records(self.root).read(KIND, loser, assignment)
                    now = datetime.now(UTC).isoformat(timespec="seconds")
                    plan.kept[target] = {"origin": origin, "replaced": now}
                    where = target.relative_to(self.root)
                    plan.words.append(f"{assignment}: the submission of {loser} goes to {where}")
                else:
                    target = Path(DISPLACED, place.name, loser, assignment)
                    plan.moves.append(Move(lost, target))
            if loser != key and (place / key / assignment).exists():
                plan.moves.append(Move(place / key / assignment, place / into / assignment))
        shelf = self.replaced / key / assignment
        for number in sorted(int(p.name) for p in shelf.glob("*") if p.name.isdecimal()):
            target = self._shelve(plan, shelf / str(number), into, assignment)
            if (record := shelf / f"{number}.json").exists():
                plan.moves.append(Move(record, target.with_name(f"{target.name}.json")))
        words = f"{assignment}: {key} -> {into}"
        if (loser, assignment) in self._graded:
            plan.dropped.append((loser, assignment))
            words = f"{assignment}: the submission of {keep} stays, with its marks"
        if loser != key and (key, assignment) in self._graded:
            plan.given.append(assignment)
        plan.words.append(words)

    def _shelve(self, plan: Plan, old: Path, into: str, assignment: str) -> Path:
        """Keep a submission among those that were replaced."""
        shelf = self.replaced / into / assignment
        there = [*shelf.glob("*"), *self._taken]
        numbers = [int(p.name) for p in there if p.parent == shelf and p.name.isdecimal()]
        target = shelf / str(max(numbers, default=0) + 1)
        self._taken.add(target)
        plan.moves.append(Move(old, target))
        return target

    def _roster_after_merge(self, plan: Plan) -> Roster | None:
        old = self.roster.find(plan.key) if self.roster else None
        if self.roster is None or old is None:
            return None
        there = self.roster.find(plan.into)
        stays = there or Person(plan.into, old.values, old.rest)
        missing = {c: value for c, value in old.values.items() if not stays.value(c)}
        for column, value in old.values.items():
            if value and stays.value(column) != value and column not in missing:
                plan.words.append(f"{FILE}: {column} {stays.value(column)} stays, {value} goes")
        rest = {place: stays.rest.get(place) or text for place, text in old.rest.items()}
        merged = Person(plan.into, {**stays.values, **missing}, rest)
        gone, place = (plan.key, plan.into) if there else (None, plan.key)
        plan.words.append(f"{FILE}: the row of {plan.key} becomes part of {plan.into}'s")
        people = [merged if p.key == place else p for p in self.roster.people if p.key != gone]
        return self.roster.with_people(people)

    def _roster_after_split(self, plan: Plan, assignments: Sequence[str]) -> Roster | None:
        old = self.roster.find(plan.key) if self.roster else None
        if self.roster is None:
            return None
        columns = [f"{system}:{each}" for system in ("moodle", "canvas") for each in assignments]
        cells = {c: old.value(c) for c in columns if old and old.value(c)}
        new = self.roster.find(plan.into)
        if new is None:
            names = [
                origin.name
                for key, assignment, origin in origins(self.root)
                if (key, assignment in assignments) == (plan.key, True)
                and not is_blind(origin.name)
                and not is_anonymous(origin)
            ]
            new = Person(plan.into, {"name": names[0]} if names else {})
            plan.words.append(f"{FILE}: a row for {plan.into}; write name and e-mail into it")
        people = [p.having(dict.fromkeys(cells, "")) if p == old else p for p in self.roster.people]
        added = new.having(cells)
        if self.roster.find(plan.into) is None:
            return self.roster.with_people([*people, added])
        return self.roster.with_people(added if p.key == added.key else p for p in people)


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        for below in folder.iterdir():
            with contextlib.suppress(OSError):
                below.rmdir()
        folder.rmdir()
