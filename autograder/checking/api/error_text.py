"""What a worker reports, said so that a student can act on it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from .hints import hint_for

NAME_LIMIT = 80
MESSAGE_LIMIT = 300
TRACE_LIMIT = 2000
MOST_NAMES = 6
LOOKED_AT = 30
LIBRARY_FILE = re.compile(r" \((?:/|[A-Z]:)[^()]*\)?$")  # as import errors end, on this computer


def quoted(text: object, limit: int = NAME_LIMIT) -> str:
    """A submission's own words, safe to show: capped, with "�" for all that steers a terminal."""
    return "".join(
        each if each.isprintable() or each in "\n\t" else "\N{REPLACEMENT CHARACTER}"
        for each in str(text)[:limit]
    )


def error_in_words(error: dict[str, Any]) -> str:
    """An error of the student's code: type, message, and where in the student's files."""
    message = LIBRARY_FILE.sub("", quoted(error["message"], MESSAGE_LIMIT))
    if "ReadyMadeError" in error["bases"]:
        place = f" of {quoted(error['file'])}" if error["file"] else ""
        return (
            f"an objection: ready-made attention was reached ({message}{place})\n"
            "Try: write the formula yourself; matmul, softmax and nn.Linear are all it takes."
        )
    if "NotImplementedError" in error["bases"]:
        return f"NotImplementedError: {message}"
    kind = quoted(error["type"])
    place = f"\n{quoted(error['trace'], TRACE_LIMIT)}" if error["trace"] else ""
    hint = hint_for(error)
    return f"{kind}{message and ': '}{message}{place}" + (f"\nTry: {hint}" if hint else "")


def refusal_in_words(refusal: dict[str, Any]) -> str:
    """Why the worker could not do what was asked."""
    kind = refusal["kind"]
    if kind == "missing":
        file, name = quoted(refusal["file"]), quoted(refusal["name"])
        return f"was not found: {file} defines no {name}{instead_of(name, refusal['defined'])}"
    if kind == "no module":
        return (
            "is no PyTorch module (an nn.Module)\n"
            f"Try: compare the line that begins with `class {quoted(refusal['name'])}` with the "
            "one you were given."
        )
    if kind == "no gradient":
        return (
            "returned an output without a gradient, as if it did not depend on its inputs\n"
            "Try: look for .detach(), .item(), .numpy(), torch.no_grad() or a new torch.tensor(...)"
        )
    if kind == "output":
        wanted = f" of shape {shape(refusal['expected'])}" if "expected" in refusal else ""
        found = quoted(refusal["found"], MESSAGE_LIMIT)
        return f"should return an ordinary tensor{wanted}, but returned {found}"
    if kind == "weights":
        return weights_in_words(refusal)
    return "could not be run"


def weights_in_words(refusal: dict[str, Any]) -> str:
    """Which parameters are missing, unexpected, or of another shape."""
    lines = ["has other parameters than the constructor that was given"]
    lines += differences(refusal["missing"], refusal["unexpected"], refusal["shapes"])
    hint = "Try: put the constructor back as it was; only bodies marked as yours change."
    if refusal["missing"] and not refusal["unexpected"]:
        hint += " Layers in a plain list are not found, those in an nn.ModuleList are."
    lines.append(hint)
    return "\n".join(lines)


def differences(
    missing: Sequence[str],
    unexpected: Sequence[str],
    shapes: Mapping[str, tuple[Sequence[int], Sequence[int]]],
) -> list[str]:
    """A line for each way in which tensors differ from those expected; the first few of each.

    Args:
        missing: names that were expected.
        unexpected: names that were not.
        shapes: by name, the shape that was expected and another one that was found.
    """
    lines = []
    for names, label in ((missing, "expected, not found"), (unexpected, "found, not expected")):
        if names:
            more = " ..." if len(names) > MOST_NAMES else ""
            lines.append(f"  {label}: {', '.join(map(quoted, names[:MOST_NAMES]))}{more}")
    for name, (expected, found) in list(shapes.items())[:MOST_NAMES]:
        lines.append(f"  {quoted(name)}: expected shape {shape(expected)}, found {shape(found)}")
    if len(shapes) > MOST_NAMES:
        lines.append(f"  ... {len(shapes)} shapes differ")
    return lines


def kind_in_words(kind: str) -> str:
    """A value that is no tensor, tuple or number, by the name of its type."""
    return "a NumPy array" if kind == "ndarray" else f"a {quoted(kind)}"


def instead_of(name: str, defined: list[str]) -> str:
    """What a file defines, where it lacks a name: the likeliest to be meant first."""
    if not defined:
        return ", nor any other function or class"
    names = [quoted(each) for each in defined[:LOOKED_AT]]
    alike = {each.lower(): each for each in names}
    close = [alike[each] for each in difflib.get_close_matches(name.lower(), alike, cutoff=0.5)]
    shown = list(dict.fromkeys([*close, *names]))[:MOST_NAMES]
    more = " ..." if len(names) > MOST_NAMES else ""
    return (
        f"\n  expected: {name}\n  found:    {', '.join(shown)}{more}\n"
        "Try: was it renamed, cut off, or indented into another definition? It has to stand at the "
        "left margin, under the name it had."
    )


def shape(sizes: Sequence[int]) -> str:
    """A shape as PyTorch users write it, its first few axes."""
    return quoted(tuple(sizes[:8]))


def import_errors_in_words(errors: dict[str, dict[str, Any]]) -> str:
    """Files that do not import: each that fails by itself, not those that only import such a one.

    Args:
        errors: by module.
    """
    by_itself = [
        module
        for module, error in errors.items()
        if str(error["file"]).removesuffix(".py") not in errors.keys() - {module}
    ]
    return "\n".join(
        f"{module}.py cannot be imported; it raised {error_in_words(errors[module])}"
        for module in by_itself or errors
    )
