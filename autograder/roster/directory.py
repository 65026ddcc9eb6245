"""Whose a hand-in is: the key of the person whom a learning platform's download names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from autograder.records.origin import Origin
from autograder.records.settings import course_settings
from autograder.roster.naming import student_id


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
    """

    certainty: Certainty
    key: str
    why: str = ""


class Directory:
    """Everybody the course knows, from its roster and from earlier hand-ins.

    Args:
        root: the course's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def match(self, origin: Origin, assignment: str) -> Match:
        """Whose a hand-in is.

        Args:
            origin: what the download says of it.
            assignment: the name of the assignment that it belongs to.
        """
        return Match(Certainty.NEW, student_id(origin.name, origin.number))

    def match_all(self, hand_ins: Sequence[tuple[Origin, str]]) -> list[Match]:
        """Whose the hand-ins of a download are, each one's match in the same order.

        One name under another number in another assignment is proposed to be the same person.

        Args:
            hand_ins: what the download says of each, and the assignment that it belongs to.
        """
        made: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        found = []
        for origin, assignment in hand_ins:
            match = self.match(origin, assignment)
            keys = made[" ".join(origin.name.casefold().split())]
            before = [key for key, done in keys.items() if assignment not in done]
            renumbered = before and len(keys) == 1 and match.key not in keys
            if match.certainty is Certainty.NEW and renumbered and origin.system == "moodle":
                why = "the same name under another number in this download"
                match = Match(Certainty.PROPOSED, before[0], why)
            keys[match.key].add(assignment)
            found.append(match)
        return found

    def key_named(self, text: str) -> str | None:
        """The key of the person whom a text names exactly; None where it names nobody.

        Args:
            text: the name of a file without its ending, or of a folder.
        """
        if text in ("", ".", "..") or "/" in text or "\0" in text:
            return None
        return text if (self._submitted / text).is_dir() else None

    @cached_property
    def _submitted(self) -> Path:
        return course_settings(self.root).submitted
