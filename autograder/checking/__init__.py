"""Checks of a student's code: what they ask, how a submission is run, what came of it.

In a notebook: `from checking import check`, then `check("attention")`.
"""

from pathlib import Path
from typing import Any


def check(stage: str, **options: Any) -> None:
    """Check one stage of the files beside the notebook, and show what came of it.

    Args:
        stage: the stage's key, as in the notebook's heading, such as "attention".
        options: for "training", `data`: the images to evaluate your trained models on.
    """
    from .notebook import show

    show(stage, Path.cwd(), **options)
