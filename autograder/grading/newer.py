"""Whether a file is written for a newer Python than the grader's, as ruff tells.

CPython's own parser calls such a file wrong without saying that a later one takes it. ruff only
reads the text, outside the sandbox; its input is bounded as every source is, and so is its time.
"""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from pathlib import Path

from autograder.checking.api.error_text import quoted
from autograder.checking.assignments import Assignment
from autograder.checking.execution.session import read_sources
from autograder.checking.execution.source import syntax_tree

SECONDS = 10.0
COMMAND = (
    *(sys.executable, "-P", "-m", "ruff", "check", "--isolated", "--no-cache", "--quiet"),
    *("--select=E9", "--output-format=json", "--stdin-filename=submitted.py"),
    f"--target-version=py{sys.version_info.major}{sys.version_info.minor}",
    "-",
)
ADDED_LATER = re.compile(r"\(syntax was added in Python [\d.]+\)$")
MOST_NAMED = 3


@functools.lru_cache(maxsize=256)  # Several stages ask about one file.
def newer_syntax(source: str) -> str:
    """What a file uses that this computer's Python is too old for, in words; "" where nothing.

    A file that this Python can read is never spoken of, nor one that no Python can read.

    Args:
        source: the file's text.
    """
    try:
        syntax_tree(source)
    except SyntaxError:
        pass
    except (ValueError, RecursionError, MemoryError):
        return ""
    else:
        return ""
    try:
        done = subprocess.run(
            COMMAND,
            input=source.encode("utf-8", "replace"),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        found = [(each["message"], each["location"]["row"]) for each in json.loads(done.stdout)]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return ""
    if not found or not all(ADDED_LATER.search(message) for message, _ in found):
        return ""
    return "; ".join(f"line {row}: {quoted(message, 200)}" for message, row in found[:MOST_NAMED])


def too_new(folder: Path, assignment: Assignment) -> list[str]:
    """The files of a submission that this computer's Python is too old for, in words.

    Args:
        folder: with the submission's files.
        assignment: whose.
    """
    sources = read_sources(folder, assignment.files)
    return [
        f"{module}.py, {words}" for module, text in sources.items() if (words := newer_syntax(text))
    ]
