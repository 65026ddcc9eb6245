"""Which system wrote the names on a level, decided once from all of them together.

A student chooses a part of most names and can make it look like another system's. The system
itself writes every name on the level: so a system that reads all of them goes before one that
reads some.
"""

from __future__ import annotations

from collections import defaultdict

from autograder.collect.entries import Place, Refused
from autograder.collect.systems import drive
from autograder.collect.systems.owner import Kind, Owner
from autograder.records.quoting import quoted

BY_KEY = "put each person's files into a folder named by the person's key (as in submitted/)"
Readings = dict[str, list[Owner]]


def choose_readings(readings: Readings, place: Place) -> tuple[dict[str, Owner], list[Refused]]:
    """The one reading of each name that holds.

    Args:
        readings: by each name on a level, its owner as each system reads it, the one whose
            student's part begins first before the others; none where no system does.
        place: the level.

    Returns:
        The owners by the names, and what can be read in several ways with nothing to decide.
    """
    systems = [{owner.system for owner in each} for each in readings.values() if each]
    of_all = set.intersection(*systems) if systems else set()
    if place.system in of_all:
        of_all = {place.system}
    # On a level of several systems each name stands by itself.
    left = {
        name: [owner for owner in each if not of_all or owner.system in of_all]
        for name, each in readings.items()
    }
    undecidable = _undecidable(left)
    chosen = {
        name: each[0] for name, each in left.items() if each and _systems(each) not in undecidable
    }
    refused = [
        Refused(f"{place.prefix}{quoted(name)}", _why(each))
        for name, each in left.items()
        if _systems(each) in undecidable
    ]
    return chosen, refused


def _systems(readings: list[Owner]) -> tuple[str, ...]:
    return tuple(owner.system for owner in readings)


def _undecidable(readings: Readings) -> set[tuple[str, ...]]:
    """The systems between which the beginning of a name does not decide.

    A Google Form writes the end of a name. And where one reading makes one person of what another
    gives to several people, or to somebody with a receipt, a class may look like a person:
    `hw_1_2_jdoe_attempt_…` of Blackboard's like a file of Canvas's.
    """
    by_systems: dict[tuple[str, ...], list[list[Owner]]] = defaultdict(list)
    for each in readings.values():
        if len(each) > 1:
            by_systems[_systems(each)].append(each)
    found = set()
    for systems, names in by_systems.items():
        people = [{owner.identity for owner in owners} for owners in zip(*names, strict=True)]
        receipt = any(owner.kind is Kind.RECEIPT for each in names for owner in each[1:])
        swallowed = len(people[0]) == 1 and any(len(each) > 1 for each in people[1:])
        if drive.SYSTEM in systems or receipt or swallowed:
            found.add(systems)
    return found


def _why(readings: list[Owner]) -> str:
    systems = " or ".join(f"{system.title()}'s" for system in _systems(readings))
    return f"its name may be {systems}, and which decides whose it is; {BY_KEY}"
