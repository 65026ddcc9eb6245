"""Whose a hand-in is: the key of the person whom a learning platform's download names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from autograder.records.origin import Origin
from autograder.records.quoting import quoted
from autograder.roster.acquaintances import (
    Acquaintance,
    acquaintances,
    is_anonymous,
)
from autograder.roster.naming import (
    Likeness,
    is_blind,
    likeness,
    natural,
    same_key,
    spelled,
    student_id,
    tidy,
)
from autograder.roster.people import FILE, Person, assignment_column, load_roster

# Which columns of the roster hold what a system puts into a download's names.
ID_COLUMNS = {
    "canvas": ("canvas_id",),
    "blackboard": ("blackboard_id", "login", "student_number"),
    "brightspace": ("brightspace_id",),
    "gradescope": ("gradescope_id", "student_number", "sis_id", "login"),
}
# Their downloads hold a full name and nothing else that a roster knows.
NAMES_ARE_ENOUGH = {"moodle", "brightspace", "command", "roster"}


class Certainty(StrEnum):
    """How sure a match is."""

    KNOWN = "known"
    NEW = "new"
    PROPOSED = "proposed"
    REFUSED = "refused"


@dataclass(frozen=True)
class Match:
    """Whose a hand-in is.

    Attributes:
        certainty: KNOWN by an id, an e-mail or an earlier hand-in; NEW to the course; PROPOSED
            where a person has to confirm it; REFUSED where it cannot be said.
        key: the person's key; for a proposal the one proposed; empty where refused.
        why: what the match rests on, or why there is none and what to do.
        by_name: whether it rests on the name alone.
    """

    certainty: Certainty
    key: str
    why: str = ""
    by_name: bool = False


class Directory:
    """Everybody the course knows, from its roster and from earlier hand-ins.

    It remembers whom it matched: of two people in one download neither takes the other's key.

    Args:
        root: the course's folder.

    Raises:
        RosterError: the roster or the gradebook cannot be read.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.roster = load_roster(root)
        self.known = acquaintances(root)
        self._rows: dict[tuple[str, str], list[Person]] = defaultdict(list)
        for person in self.roster.people if self.roster else ():
            for column, value in person.values.items():
                self._rows[column, value.casefold()].append(person)
        self._answers: dict[tuple[str, ...], Match] = {}
        self._claims: dict[tuple[str, str, str], set[str]] = defaultdict(set)

    def match(self, origin: Origin, assignment: str) -> Match:
        """Whose a hand-in is; give a whole download to `match_all` where that is possible.

        Args:
            origin: what the download says of it.
            assignment: the name of the assignment that it belongs to.
        """
        return self.match_all([(origin, assignment)])[0]

    def match_all(self, hand_ins: Sequence[tuple[Origin, str]]) -> list[Match]:
        """Whose the hand-ins of a download are, each one's match in the same order.

        Args:
            hand_ins: what the download says of each, and the assignment that it belongs to.
        """
        found: dict[int, Match] = {}
        # One assignment after the other: who is new in the first is known in the second.
        for assignment in dict.fromkeys(assignment for _, assignment in hand_ins):
            batch = {n: o for n, (o, each) in enumerate(hand_ins) if each == assignment}
            alone = {n: self._once(origin, assignment) for n, origin in batch.items()}
            for n, match in alone.items():
                if match.key:
                    claim = (assignment, same_key(match.key), batch[n].system)
                    self._claims[claim].add(batch[n].number or spelled(batch[n].name))
            for n, match in alone.items():
                found[n] = self._unless_two(match, batch[n], assignment)
                if found[n].certainty is Certainty.NEW:
                    new = self.known.setdefault(match.key, Acquaintance(match.key))
                    new.meet(batch[n], assignment)
        return [found[n] for n in range(len(hand_ins))]

    def key_named(self, text: str) -> str | None:
        """The key of the person whose key or e-mail this is; None where it is nobody's."""
        text = tidy(text)
        people = self.roster.people if self.roster else ()
        by_key = [person.key for person in people if person.key == text]
        by_mail = [p.key for p in people if p.email and p.email.casefold() == text.casefold()]
        if by_key or len(by_mail) == 1:
            return (by_key or by_mail)[0]
        return text if text in self.known else None

    def _unless_two(self, match: Match, origin: Origin, assignment: str) -> Match:
        """A match, unless it rests on a name or is new, and two people would share the key."""
        claimed = self._claims[assignment, same_key(match.key), origin.system]
        if len(claimed) < 2 or not (match.by_name or match.certainty is Certainty.NEW):
            return match
        others = ", ".join(quoted(each) for each in sorted(claimed))
        return _refused(
            f"{len(claimed)} people of this name handed in ({others}), and only one key, "
            f"{match.key}, is theirs; {self._advice(origin, assignment)}"
        )

    def _once(self, origin: Origin, assignment: str) -> Match:
        """What was said of the same hand-in before, if it was asked for."""
        asked = (origin.system, origin.number, origin.name, origin.email, assignment)
        if asked not in self._answers:
            self._answers[asked] = self._alone(origin, assignment)
        return self._answers[asked]

    def _alone(self, origin: Origin, assignment: str) -> Match:
        """Whose a hand-in is, as far as it alone tells."""
        if origin.system in ("command", "roster"):
            for text in (origin.name, student_id(origin.name)):
                if key := self.key_named(text):
                    return Match(Certainty.KNOWN, key, "the key or e-mail is given")
        recorded = self._recorded(origin, assignment)
        if listed := self._listed(origin, assignment):
            return self._of_roster(listed, recorded, origin, assignment)
        if len(recorded) > 1:
            keys = sorted(recorded)
            return _refused(
                f"this number was handed in under {len(keys)} keys, {', '.join(keys)}; if they "
                f"are one person: vitcourse roster merge {keys[1]} {keys[0]}"
            )
        namesakes = self._namesakes(origin, assignment)
        if recorded:
            (key,) = recorded
            if self.roster and not self.roster.find(key) and len(namesakes) == 1:
                return _refused(_merge(key, namesakes[0][1]))
            return Match(Certainty.KNOWN, key, "an earlier hand-in has the same number or e-mail")
        return self._by_name(namesakes, origin, assignment)

    def _listed(self, origin: Origin, assignment: str) -> dict[str, str]:
        """Whose row of the roster holds an id or e-mail of the hand-in, and which one."""
        columns = [
            assignment_column(origin.system, assignment),
            *(() if is_anonymous(origin) else ID_COLUMNS.get(origin.system, ())),
        ]
        wanted = [(column, origin.number.casefold()) for column in columns]
        wanted.append(("email", origin.email.casefold()))
        found = {}
        for column, value in wanted:
            for person in self._rows.get((column, value), ()) if value else ():
                found[person.key] = f"{column} {person.value(column)}"
        return found

    def _of_roster(
        self, listed: dict[str, str], recorded: set[str], origin: Origin, assignment: str
    ) -> Match:
        """The match of a hand-in with an id of the roster."""
        if len(listed) > 1:
            rows = ", ".join(f"{key} ({quoted(why)})" for key, why in sorted(listed.items()))
            return _refused(
                f"its ids are those of several rows of {FILE}: {rows}; correct the rows"
            )
        ((key, why),) = listed.items()
        for other in sorted(recorded - {key}):
            if self.roster and self.roster.find(other):
                return _refused(
                    f"by {FILE} this is {key} ({quoted(why)}), but an earlier hand-in of this "
                    f"number lies under {other}; correct {FILE}, or: "
                    f"vitcourse roster split {other} {key} --assignment {assignment}"
                )
            return _refused(_merge(other, key))
        person = self.roster.find(key) if self.roster else None
        if person and person.name and not likeness(person.name, origin.name):
            why += f"; {FILE} has another name, {person.name}"
        return Match(Certainty.KNOWN, key, quoted(why))

    def _recorded(self, origin: Origin, assignment: str) -> set[str]:
        """The keys under which this number or e-mail was handed in before."""
        return {key for key, known in self.known.items() if known.handed_in(origin, assignment)}

    def _namesakes(self, origin: Origin, assignment: str) -> list[tuple[Likeness, str]]:
        """Who has the most similar name, leaving out who has another number of this system."""
        if is_blind(origin.name) or is_anonymous(origin):
            return []
        names: Iterable[tuple[str, list[str]]]
        if self.roster is not None:
            names = [
                (p.key, [p.name]) for p in self.roster.people if self._may_be(p, origin, assignment)
            ]
        else:
            names = [(key, sorted(known.names)) for key, known in self.known.items()]
        alike = [
            (max((likeness(name, origin.name) for name in each), default=Likeness.NONE), key)
            for key, each in names
            if key not in self.known or not self.known[key].is_another(origin, assignment)
        ]
        best = max((grade for grade, _ in alike), default=Likeness.NONE)
        return [(grade, key) for grade, key in alike if grade is best and best]

    def _may_be(self, person: Person, origin: Origin, assignment: str) -> bool:
        """Whether no column of the roster gives the person another number of this system."""
        columns = (
            assignment_column(origin.system, assignment),
            *ID_COLUMNS.get(origin.system, ())[:1],
        )
        return not origin.number or not any(person.value(column) for column in columns)

    def _by_name(
        self, namesakes: list[tuple[Likeness, str]], origin: Origin, assignment: str
    ) -> Match:
        """The match of a hand-in of which nothing is known but the name."""
        advice = self._advice(origin, assignment)
        if len(namesakes) > 1:
            keys = ", ".join(key for _, key in namesakes)
            return _refused(f"the name is that of {len(namesakes)} people: {keys}; {advice}")
        if not namesakes and self.roster is not None:
            return _refused(f"nobody in {FILE} has this name or number; {advice}")
        if not namesakes:
            key = student_id(origin.name, origin.number)
            if same_key(key) in map(same_key, self.known):
                return _refused(f"the key {key} is taken by somebody else; {advice}")
            hidden = is_blind(origin.name) or is_anonymous(origin)
            why = (
                "the download hides the name: another assignment gives another key"
                if hidden
                else ""
            )
            return Match(Certainty.NEW, key, why)
        ((grade, key),) = namesakes
        if self.roster is None:
            why = f"{key} has this name" + (", but this number is new" if origin.number else "")
            return Match(Certainty.PROPOSED, key, why, by_name=True)
        person = self.roster.find(key)
        name = natural(person.name) if person else ""
        others = self.roster.people if grade is Likeness.EQUAL else ()
        only = sum(spelled(each.name) == spelled(name) for each in others) == 1
        if only and origin.system in NAMES_ARE_ENOUGH:
            return Match(Certainty.KNOWN, key, f"the only {quoted(name)} in {FILE}", by_name=True)
        return Match(Certainty.PROPOSED, key, f"{FILE} has {quoted(name)}", by_name=True)

    def _advice(self, origin: Origin, assignment: str) -> str:
        """What to do where a name does not tell."""
        if origin.system == "moodle":
            reveal = "reveal the identities there, then " if is_blind(origin.name) else ""
            return (
                f"{reveal}"
                "download that assignment's grading worksheet from Moodle and give it: "
                f"vitcourse roster import FILE --assignment {assignment}"
            )
        if origin.system == "canvas" and not is_anonymous(origin):
            return "export Canvas's gradebook and give it: vitcourse roster import FILE"
        return f"write the person into {FILE}, or give it a list: vitcourse roster import FILE"


def _refused(why: str) -> Match:
    return Match(Certainty.REFUSED, "", why)


def _merge(old: str, new: str) -> str:
    return (
        f"an earlier hand-in of this number lies under {old}, and {FILE} has {new}; if they are "
        f"one person: vitcourse roster merge {old} {new}"
    )
