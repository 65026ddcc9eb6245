"""The bank: wrong versions that students really write, and right ones in many styles.

They are data: files of the course's folder `bank`, read and never imported. A wrong version is
`STAGE/NAME.py`: its docstring is the sentence for the student, `FAILS` names the checks that it
must fail, and its functions and methods are laid over the solution's. A right version is a folder
`right/NAME/` of overlays under the names of the student's files.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from autograder.checking.assignments import FUNCTIONS
from autograder.checking.execution.source import syntax_tree
from autograder.places import BANK

from .overlay import is_fails, overlay


@dataclass(frozen=True)
class WrongVersion:
    """One plausible mistake.

    Attributes:
        name: of its file in the bank.
        stage: the stage whose points it loses.
        file: the student's file that it changes.
        sentence: what a student is told; names the idea, not the code.
        fails: names of checks that it must fail.
        text: the overlay.
    """

    name: str
    stage: str
    file: str
    sentence: str
    fails: tuple[str, ...]
    text: str

    def over(self, sources: dict[str, str]) -> dict[str, str]:
        """The files, by module name, with this mistake in them."""
        return overlaid(sources, {Path(self.file).stem: self.text})


def overlaid(sources: dict[str, str], overlays: dict[str, str]) -> dict[str, str]:
    """The files, by module name, with overlays, by module name, laid over them."""
    return sources | {name: overlay(sources[name], text) for name, text in overlays.items()}


def load(stage: str) -> list[WrongVersion]:
    """A stage's wrong versions, by name."""
    return [read(path, stage) for path in sorted((BANK / stage).glob("*.py"))]


def right_versions() -> list[tuple[str, dict[str, str]]]:
    """Right versions: each a name and its overlays' texts by module name."""
    return [
        (folder.name, {path.stem: path.read_text() for path in sorted(folder.glob("*.py"))})
        for folder in sorted((BANK / "right").iterdir())
        if any(folder.glob("*.py"))
    ]


def module_changed(text: str) -> str:
    """The student's module that an overlay changes.

    Raises:
        ValueError: where it changes none, or several.
    """
    modules = {
        FUNCTIONS[node.name].module
        for node in syntax_tree(text).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in FUNCTIONS
    }
    if len(modules) != 1:
        raise ValueError(f"definitions of {sorted(modules)} where one student file should change")
    return modules.pop()


def read(path: Path, stage: str) -> WrongVersion:
    """A wrong version from its file.

    Raises:
        ValueError: where the sentence or `FAILS` is missing, or it does not change exactly one
            of the student's files.
    """
    text = path.read_text()
    tree = syntax_tree(text)
    sentence = ast.get_docstring(tree)
    fails = [node.value for node in tree.body if isinstance(node, ast.Assign) and is_fails(node)]
    if not sentence or len(fails) != 1:
        raise ValueError(f"{path}: needs a docstring and FAILS")
    return WrongVersion(
        name=path.stem,
        stage=stage,
        file=f"{module_changed(text)}.py",
        sentence=" ".join(sentence.split()),
        fails=tuple(ast.literal_eval(fails[0])),
        text=text,
    )
