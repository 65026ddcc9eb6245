"""What is installed, which isolation is in force, and what would fail."""

from __future__ import annotations

import os
import platform
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from .common import CONFIG, path_problem

if TYPE_CHECKING:
    from autograder.checking.execution.limits import Limits

DISTRIBUTION = "vitcourse"
OLDEST_PYTHON = (3, 11)


class Health(StrEnum):
    """How a finding is to be taken."""

    FINE = "ok"
    NOTE = "note"
    PROBLEM = "PROBLEM"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        health: whether something fails because of it.
        subject: what was looked at.
        words: what was found, and for a problem what to do.
    """

    health: Health
    subject: str
    words: str


def examine(root: Path | None) -> Iterator[Finding]:
    """Look at the installation and, where there is one, at the course.

    Args:
        root: the course's root, or None where none was found.
    """
    yield _python()
    yield from _packages()
    if root is None:
        words = "no nbgrader_config.py here or above: release, grade and collect do not know where"
        yield Finding(Health.PROBLEM, "course", f"{words}; go to the course's folder")
        return
    words = path_problem(root) or _unreadable_configuration(root)
    yield Finding(Health.PROBLEM if words else Health.FINE, "course", words or str(root))
    yield from _settings(root)
    yield _stubs()
    yield _private_folder(root)
    if not words:
        yield _released(root)
        yield from _handed_in(root)


def _unreadable_configuration(root: Path) -> str:
    from autograder.records.settings import course_settings

    try:
        course_settings(root)
    except (Exception, SystemExit) as error:  # The file is a program, and may fail in any way.
        return f"{root / CONFIG} cannot be loaded: {error}"
    return ""


def _python() -> Finding:
    words = f"{platform.python_version()} ({sys.executable}), {os.cpu_count()} cores"
    if sys.version_info < OLDEST_PYTHON:
        return Finding(Health.PROBLEM, "Python", f"{words}: the course needs 3.11 or newer")
    return Finding(Health.FINE, "Python", words)


def _packages() -> Iterator[Finding]:
    """Every package that the course's own installation asks for."""
    try:
        wanted = [Requirement(line) for line in metadata.requires(DISTRIBUTION) or []]
    except metadata.PackageNotFoundError:
        words = "is not installed; run in its repository: pip install -e ."
        yield Finding(Health.PROBLEM, DISTRIBUTION, words)
        return
    yield Finding(Health.FINE, DISTRIBUTION, metadata.version(DISTRIBUTION))
    for requirement in wanted:
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            words = f'is not installed; run: pip install "{requirement}"'
            yield Finding(Health.PROBLEM, requirement.name, words)
            continue
        if requirement.specifier.contains(version, prereleases=True):
            yield Finding(Health.FINE, requirement.name, version)
        else:
            words = f'{version}; run: pip install "{requirement}"'
            yield Finding(Health.PROBLEM, requirement.name, words)


def _settings(root: Path) -> Iterator[Finding]:
    """The instructor's settings, and what they ask for."""
    from autograder.grading.config import ConfigError, load_config

    try:
        config = load_config(root)
    except ConfigError as error:
        yield Finding(Health.PROBLEM, "settings", str(error))
        return
    thresholds = ", ".join(
        f"{name} {limit.nothing:.0%} to {limit.everything:.0%}" for name, limit in config.thresholds
    )
    yield Finding(Health.FINE, "settings", f"weights are tried on {config.data}: {thresholds}")
    yield _data(config.data)
    if config.isolation == "cooperative":
        words = "none (cooperative): a submission could read the solutions and write the gradebook"
        yield Finding(Health.NOTE, "isolation", words)
        return
    yield from _isolation(config.isolation, config.limits)


def _isolation(wanted: str, limits: Limits) -> Iterator[Finding]:
    """Which tier is in force, and what came of attacks on it."""
    from autograder.sandbox import SandboxUnavailable
    from autograder.sandbox.jail import JailPool
    from autograder.sandbox.proofs import prove
    from autograder.sandbox.tiers import choose

    try:
        tier = choose(wanted)
    except SandboxUnavailable as error:
        yield Finding(Health.PROBLEM, "isolation", f"grading will refuse: {error}")
        return
    yield Finding(Health.FINE, "isolation", tier.describe())
    pool = JailPool(tier, limits)
    try:
        with pool.jail() as jail:
            for proof in prove(jail):
                health = Health.FINE if proof.held else Health.PROBLEM
                yield Finding(health, "attack", f"{proof.attack}: {proof.words}")
    except RuntimeError as error:
        yield Finding(Health.PROBLEM, "attack", f"{tier.name} does not come up: {error}")
    finally:
        pool.close()


def _data(source: str) -> Finding:
    """Whether the data set that weights are tried on is at hand."""
    from autograder.places import DOWNLOADS

    if source == "sample":
        return Finding(Health.FINE, "data", "the embedded sample needs no download")
    folder = DOWNLOADS if source == "cifar10" else Path(source)
    if folder.is_dir() and any(folder.iterdir()):
        return Finding(Health.FINE, "data", str(folder))
    words = f"{folder} is empty or not there"
    if source == "cifar10":
        return Finding(Health.NOTE, "data", f"{words}: the first grading downloads CIFAR-10")
    return Finding(Health.PROBLEM, "data", f"{words}: trained weights cannot be graded")


def _stubs() -> Finding:
    from autograder.places import ASSIGNMENT, SOLUTIONS
    from autograder.release.stubs import MarkError, outdated

    try:
        names = outdated(SOLUTIONS, ASSIGNMENT)
    except (MarkError, OSError) as error:
        return Finding(Health.PROBLEM, "stubs", f"cannot be made: {error}")
    if names:
        words = f"{', '.join(names)} out of date, the release will refuse"
        fix = "run: python -m autograder.release.stubs --write"
        return Finding(Health.PROBLEM, "stubs", f"{words}; {fix}")
    return Finding(Health.FINE, "stubs", "are what the solutions give")


def _private_folder(root: Path) -> Finding:
    folder = root / ".vitcourse"
    if not folder.exists():
        return Finding(Health.NOTE, "seed", "none yet; the first grading makes it")
    for path in (folder, folder / "seed"):
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            words = f"others can read {path}, so students on this machine may learn the inputs"
            return Finding(Health.PROBLEM, "seed", f"{words}; run: chmod go-rwx {path}")
    return Finding(Health.FINE, "seed", "readable by you alone")


def _released(root: Path) -> Finding:
    from autograder.checking.assignments import ASSIGNMENTS
    from autograder.records.settings import course_settings
    from autograder.release.staging import interrupted_place

    settings = course_settings(root)
    for name, assignment in ASSIGNMENTS.items():
        if interrupted_place(settings, assignment).exists():
            words = f"the release of {name} was interrupted; run: vitcourse release {name}"
            return Finding(Health.PROBLEM, "release", words)
    released = [name for name in ASSIGNMENTS if (settings.release / name).is_dir()]
    if not released:
        return Finding(Health.NOTE, "release", "none yet; grading needs it: run vitcourse release")
    gradebook = settings.gradebook_file
    if gradebook is not None and not gradebook.is_file():
        words = f"is there, but no {gradebook}: grading will refuse; run vitcourse release again"
        return Finding(Health.PROBLEM, "release", words)
    if gradebook is not None and not os.access(gradebook, os.W_OK):
        return Finding(Health.PROBLEM, "release", f"{gradebook} cannot be written")
    return Finding(Health.FINE, "release", f"{', '.join(released)}; there is a gradebook")


def _handed_in(root: Path) -> Iterator[Finding]:
    """What in `submitted/` and in the records would trouble nbgrader or the next grading."""
    from autograder.bridge.submission import unreadable_times
    from autograder.records.records import Records
    from autograder.records.settings import course_settings

    for path in unreadable_times(course_settings(root).submitted):
        words = f"{path} holds no time, and formgrader's lists stop over it; run: vitcourse grade"
        yield Finding(Health.PROBLEM, "time", words)
    for path in Records(root).unreadable():
        words = (
            f"{path} cannot be read; delete it, and vitcourse grade takes what is graded as it is"
        )
        yield Finding(Health.PROBLEM, "record", words)
