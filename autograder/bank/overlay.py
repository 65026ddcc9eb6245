"""Laying a few functions and methods over a file, so that the rest stays as it was."""

from __future__ import annotations

import ast

from autograder.checking.execution.source import syntax_tree

Definition = ast.FunctionDef | ast.ClassDef
Edits = dict[tuple[int, int], list[str]]


def overlay(source: str, module: str) -> str:
    """A file's text with some of its definitions replaced.

    A function of `module` replaces the source's of the same name; a class's methods replace
    that class's methods of the same names, and methods it had not are added at its end. What
    else `module` holds (imports, helpers, constants) goes above the source's first definition;
    its docstring and its `FAILS` are left out.

    Args:
        source: text of a student's file.
        module: text of the overlay.

    Returns:
        The new text.

    Raises:
        ValueError: where a class of the overlay that the source has, too, holds something
            that is no method, or nothing of the source is replaced.
    """
    body = syntax_tree(source).body
    present = {node.name: node for node in body if isinstance(node, Definition)}
    edits: Edits = {}
    helpers: list[str] = []
    overlaid = syntax_tree(module)
    for node in overlaid.body[1 if ast.get_docstring(overlaid) else 0 :]:
        if isinstance(node, Definition) and node.name in present:
            replace_definition(present[node.name], node, module, edits)
        elif not is_fails(node):
            helpers += text_of(node, module)
    if not edits:
        raise ValueError("the overlay replaces nothing")
    if helpers:
        head = body[: min(body.index(node) for node in present.values())]
        line = head[-1].end_lineno if head else 0
        assert line is not None
        edits[line + 1, line] = ["", *helpers]
    lines = source.splitlines()
    for (start, end), text in sorted(edits.items(), reverse=True):
        lines[start - 1 : end] = text
    return "\n".join(lines) + "\n"


def replace_definition(old: Definition, new: Definition, module: str, edits: Edits) -> None:
    """Note the edits that put `new` in the place of `old`: a function whole, a class by methods."""
    if not isinstance(new, ast.ClassDef) or not isinstance(old, ast.ClassDef):
        edits[span(old)] = text_of(new, module)
        return
    present = {node.name: node for node in old.body if isinstance(node, ast.FunctionDef)}
    added: list[str] = []
    for node in new.body[1 if ast.get_docstring(new) else 0 :]:
        if not isinstance(node, ast.FunctionDef):
            raise ValueError(f"class {new.name} of the overlay has more than methods")
        if node.name in present:
            edits[span(present[node.name])] = text_of(node, module)
        else:
            added += ["", *text_of(node, module)]
    if added:
        end = span(old)[1]
        edits[end + 1, end] = added


def is_fails(node: ast.stmt) -> bool:
    """Whether a statement is the overlay's list of checks it fails."""
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FAILS"


def span(node: ast.stmt) -> tuple[int, int]:
    """First and last line, decorators included."""
    decorators = getattr(node, "decorator_list", [])
    assert node.end_lineno is not None
    return min([node.lineno, *(each.lineno for each in decorators)]), node.end_lineno


def text_of(node: ast.stmt, text: str) -> list[str]:
    """A statement's lines."""
    start, end = span(node)
    return text.splitlines()[start - 1 : end]
