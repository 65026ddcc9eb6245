"""Every command that a message or a page tells somebody to run exists, with its options."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from nbgrader.apps.nbgraderapp import NbGraderApp
from typer.main import get_command

from autograder.cli.main import app

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "assignment/README.md", "assignment/labs/README.md")
# The name of the program is a noun, too; what follows it counts where it is said to be run.
VITCOURSE = re.compile(r"(?<!from )\bvitcourse ([a-z]+\b[^`\n;,)&]*)")
NBGRADER = re.compile(
    r"(?:`|[Rr]un:? |[Nn]ow:? |&& |^ *(?=nbgrader [a-z_]+(?: vit-cifar10| NAME| *$|  )))"
    r"nbgrader ([a-z_]+\b[^`\n;,)&]*)",
    re.M,
)


def texts() -> Iterator[tuple[str, str]]:
    """Every text that somebody may read, with where it stands."""
    for page in PAGES:
        yield page, (ROOT / page).read_text()
    for path in sorted((ROOT / "autograder").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path.name}:{node.lineno}", node.value
            elif isinstance(node, ast.JoinedStr):
                yield f"{path.name}:{node.lineno}", joined(node)


def joined(node: ast.JoinedStr) -> str:
    """A formatted string with NAME in the place of each value."""
    parts = (p.value if isinstance(p, ast.Constant) else "NAME" for p in node.values)
    return "".join(map(str, parts))


def advised(program: re.Pattern[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Commands without the program's name, in words, with where they stand."""
    return sorted(
        {(place, tuple(found.split("  ")[0].split()))
         for place, text in texts() for found in program.findall(text)}
    )  # fmt: skip


def unknown_to_vitcourse(given: Sequence[str]) -> str:
    """The first word of a command line that the program would not take; "" where it takes all."""
    command = get_command(app)
    words = list(given)
    while hasattr(command, "commands"):  # typer brings a click of its own.
        name = words.pop(0) if words else ""
        if name not in command.commands:
            return name or "(no command)"
        command = command.commands[name]
    known = {option for each in command.params for option in each.opts} | {"--help"}
    return next((w for w in words if w.startswith("--") and option(w) not in known), "")


def option(word: str) -> str:
    """An option without its value."""
    return word.split("=")[0].removesuffix("NAME")


def unknown_to_nbgrader(words: Sequence[str]) -> str:
    """The same for nbgrader."""
    if words[0] not in NbGraderApp.subcommands:
        return words[0]
    kind = NbGraderApp.subcommands[words[0]][0]
    known = {f"--{name}" for name in (*kind().flags, *kind().aliases)} | {"--help"}
    return next((w for w in words[1:] if w.startswith("--") and option(w) not in known), "")


def wrong(
    found: list[tuple[str, tuple[str, ...]]], unknown: Callable[[Sequence[str]], str]
) -> list[tuple[str, str, str]]:
    return [(place, " ".join(words), bad) for place, words in found if (bad := unknown(words))]


def test_every_vitcourse_command_in_a_text_exists() -> None:
    found = advised(VITCOURSE)
    assert len({words for _, words in found}) > 15
    assert [
        (place, words, bad) for place, words in found if (bad := unknown_to_vitcourse(words))
    ] == []


def test_every_nbgrader_command_in_a_text_exists() -> None:
    found = advised(NBGRADER)
    assert {words[0] for _, words in found} >= {"generate_assignment", "autograde", "export"}
    assert [
        (place, words, bad) for place, words in found if (bad := unknown_to_nbgrader(words))
    ] == []


@pytest.mark.parametrize(
    ("words", "bad"),
    [("grade --regrade --yes", ""), ("grade --all", "--all"), ("regrade", "regrade")],
)
def test_what_does_not_exist_is_noticed(words: str, bad: str) -> None:
    assert unknown_to_vitcourse(words.split()) == bad


def test_options_of_nbgrader_are_looked_at() -> None:
    assert unknown_to_nbgrader(["autograde", "NAME", "--force"]) == ""
    assert unknown_to_nbgrader(["autograde", "NAME", "--regrade"]) == "--regrade"
    assert unknown_to_nbgrader(["autogrades"]) == "autogrades"
