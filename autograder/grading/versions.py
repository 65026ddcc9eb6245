"""What verdicts rest on beside a submission's files, each under a name of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Versions:
    """Names for what verdicts rest on; empty where it is not known.

    Attributes:
        checks: of the checks and the settings of grading.
        seed: of the round's secret.
    """

    checks: str = ""
    seed: str = ""
