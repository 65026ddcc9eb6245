"""The student's stubs, made from the solutions by their marks.

A marked block in a function's body becomes one line that raises NotImplementedError and names
stage and function. A marked block that holds whole functions or classes, or module-level code,
leaves nothing behind. The stage of a block is the nearest `# stage: KEY` above it.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.checking.assignments import CODE_STAGES, STUDENT_FILES
from autograder.places import ASSIGNMENT, SOLUTIONS

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
LINE_LENGTH = 100
_STAGE_MARK = re.compile(r"#\s*stage:\s*(\S+)\s*$")


class MarkError(ValueError):
    """The marks of a solution do not say which lines are the student's."""


@dataclass(frozen=True)
class Block:
    """The lines from one BEGIN mark to its END, both included, counted from 1.

    Attributes:
        first: line of the BEGIN mark.
        last: line of the END mark.
        stage: key of the stage the block belongs to.
    """

    first: int
    last: int
    stage: str


def find_blocks(text: str, name: str) -> list[Block]:
    """The marked blocks of a solution, in order.

    Args:
        text: source text of the solution.
        name: name of the file, for the messages.

    Raises:
        MarkError: where a mark has no partner, marks are nested, or a block has no known stage.
    """
    blocks = []
    begun: int | None = None
    stage: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        mark = line.strip()
        if found := _STAGE_MARK.match(mark):
            stage = found[1]
            if stage not in CODE_STAGES:
                raise MarkError(
                    f'{name}:{number}: there is no stage "{stage}"; '
                    f"the stages with code are {', '.join(CODE_STAGES)}"
                )
        elif mark == BEGIN:
            if begun is not None:
                raise MarkError(f"{name}:{number}: {BEGIN} inside the block of line {begun}")
            if stage is None:
                raise MarkError(f"{name}:{number}: no `# stage: KEY` stands above this block")
            begun = number
        elif mark == END:
            if begun is None or stage is None:
                raise MarkError(f"{name}:{number}: {END} without a {BEGIN}")
            blocks.append(Block(begun, number, stage))
            begun = None
        elif re.search(r"#.*\b(BEGIN|END) SOLUTION", line):
            raise MarkError(f'{name}:{number}: "{mark}" is not a mark; write {BEGIN} or {END}')
    if begun is not None:
        raise MarkError(f"{name}:{begun}: {BEGIN} without an {END}")
    return blocks


def make_stub(text: str, name: str) -> str:
    """The stub of a solution.

    Args:
        text: source text of the solution.
        name: name of the file, for the messages.

    Raises:
        MarkError: as `find_blocks`, or where the stub would not be Python.
    """
    lines = text.splitlines()
    functions = list(_functions(ast.parse(text, name)))
    stub: list[str] = []
    position = 0
    for block in find_blocks(text, name):
        stub += lines[position : block.first - 1]
        position = block.last
        if function := _enclosing(functions, block):
            stub += _placeholder(lines[block.first - 1], block.stage, function)
        elif position == len(lines) or not lines[position].strip():
            while stub and not stub[-1].strip():
                stub.pop()
    stub += lines[position:]
    result = "\n".join(stub) + "\n"
    try:
        ast.parse(result, name)
    except SyntaxError as error:
        raise MarkError(
            f"{name}: without its solutions the file is not Python: {error.msg}, "
            f'at "{(error.text or "").strip()}"'
        ) from error
    return result


def stubs_of(solutions: Path) -> dict[str, str]:
    """The text of each stub by file name, from a folder of solutions."""
    return {
        name: make_stub((solutions / name).read_text(encoding="utf-8"), name)
        for name in STUDENT_FILES
    }


def outdated(solutions: Path, assignment: Path) -> list[str]:
    """Names of the stubs in `assignment` that differ from what `solutions` give."""
    return [
        name
        for name, text in stubs_of(solutions).items()
        if not (assignment / name).is_file()
        or (assignment / name).read_text(encoding="utf-8") != text
    ]


def _functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, int, int]]:
    """Qualified name, first and last line of each function, outer ones first."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            qualified = f"{prefix}{child.name}"
            if not isinstance(child, ast.ClassDef):
                yield qualified, child.lineno, child.end_lineno or child.lineno
            yield from _functions(child, f"{qualified}.")
        else:
            yield from _functions(child, prefix)


def _enclosing(functions: list[tuple[str, int, int]], block: Block) -> str | None:
    """The innermost function of which the block is a part of the body."""
    around = [name for name, first, last in functions if first < block.first < last]
    return around[-1] if around else None


def _placeholder(mark: str, stage: str, function: str) -> list[str]:
    """The lines that stand in the stub for a block in a function's body."""
    indent = mark[: len(mark) - len(mark.lstrip())]
    message = f'"stage {stage}: {function} is yours to write"'
    line = f"{indent}raise NotImplementedError({message})"
    if len(line) <= LINE_LENGTH:
        return [line]
    return [f"{indent}raise NotImplementedError(", f"{indent}    {message}", f"{indent})"]


def main(arguments: list[str] | None = None) -> int:
    """Write the stubs, or hold the committed ones against the solutions."""
    parser = argparse.ArgumentParser(prog="python -m autograder.release.stubs", description=__doc__)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--write", action="store_true", help="write the stubs to assignment/")
    action.add_argument("--check", action="store_true", help="exit with 1 where they differ")
    try:
        if parser.parse_args(arguments).write:
            for name, text in stubs_of(SOLUTIONS).items():
                (ASSIGNMENT / name).write_text(text, encoding="utf-8")
            return 0
        different = outdated(SOLUTIONS, ASSIGNMENT)
    except MarkError as error:
        print(error, file=sys.stderr)
        return 1
    for name in different:
        print(
            f"assignment/{name} is not what solutions/{name} gives; "
            "run: python -m autograder.release.stubs --write",
            file=sys.stderr,
        )
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
