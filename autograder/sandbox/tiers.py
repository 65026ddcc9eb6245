"""The tiers of isolation, the best that works here, and what to do where none does."""

from __future__ import annotations

import functools
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.checking.execution.limits import Limits

from . import SandboxUnavailable, bubblewrap, landlocked

FIRST_USER, USERS = 65520, 14  # No distribution gives these out; a jail has one for itself.
TRIAL_SECONDS = 60
ADVICE = (
    "Submissions are graded inside a sandbox: bubblewrap (Debian and Ubuntu: `apt install "
    "bubblewrap`), or where a container denies user namespaces, Landlock (Linux 5.13 or newer). "
    'For students you trust, set `isolation = "cooperative"` in vitcourse.toml: a submission can '
    "then read the solutions and write the gradebook."
)


@dataclass(frozen=True)
class Tier:
    """One kind of isolation.

    Attributes:
        name: as in vitcourse.toml.
        command: the command line of the process that workers are forked from, given its control
            socket (or "-" for one trial), whom workers become under root, a folder, and what a
            submission may take.
        missing: what is not installed, or None.
        describe: what it holds, in a sentence.
    """

    name: str
    command: Callable[[str, int, Path, Limits], list[str]]
    missing: Callable[[], str | None]
    describe: Callable[[], str]

    @functools.cache  # noqa: B019 (two tiers, that live as long as Python)
    def trouble(self) -> str | None:
        """Why it does not work here, or None: a process is closed in once, to see."""
        if reason := self.missing():
            return reason
        with tempfile.TemporaryDirectory() as scratch:
            Path(scratch).chmod(0o711)
            trial = subprocess.run(
                self.command("-", FIRST_USER, Path(scratch), Limits()),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=TRIAL_SECONDS,
                check=False,
            )
        if trial.stdout.strip() == "alive":
            return None
        words = trial.stdout.strip() or (trial.stderr.strip().splitlines() or ["no message"])[-1]
        return f"{self.name} does not work here ({words})"


TIERS = (
    Tier("bubblewrap", bubblewrap.command, bubblewrap.missing, bubblewrap.describe),
    Tier("landlock", landlocked.command, landlocked.missing, landlocked.describe),
)


def choose(isolation: str) -> Tier:
    """The tier that the settings ask for: a name, or "sandbox" for the best one here.

    Raises:
        SandboxUnavailable: with what is missing and what to do about it.
    """
    wanted = [tier for tier in TIERS if isolation in ("sandbox", tier.name)]
    troubles = []
    for tier in wanted:
        trouble = tier.trouble()
        if trouble is None:
            return tier
        troubles.append(trouble)
    raise SandboxUnavailable(f"{'; '.join(troubles)}. {ADVICE}")
