"""What a worker reports, said so that a student can act on it."""

from __future__ import annotations

from typing import Any

NAME_LIMIT = 80
MESSAGE_LIMIT = 300
TRACE_LIMIT = 2000


def quoted(text: object, limit: int = NAME_LIMIT) -> str:
    """A submission's own words, safe to show: capped, with "�" for all that steers a terminal."""
    return "".join(
        each if each.isprintable() or each in "\n\t" else "\N{REPLACEMENT CHARACTER}"
        for each in str(text)[:limit]
    )


def error_in_words(error: dict[str, Any]) -> str:
    """An error of the student's code: type, message, and where in the student's files."""
    message = quoted(error["message"], MESSAGE_LIMIT)
    if "ReadyMadeError" in error["bases"]:
        place = f" of {quoted(error['file'])}" if error["file"] else ""
        return (
            f"an objection: ready-made attention was reached ({message}{place})\n"
            "Try: write the formula yourself; matmul, softmax and nn.Linear are all it takes."
        )
    if "NotImplementedError" in error["bases"]:
        return f"NotImplementedError: {message}"
    place = f"\n{quoted(error['trace'], TRACE_LIMIT)}" if error["trace"] else ""
    return f"{quoted(error['type'])}: {message}{place}"


def refusal_in_words(refusal: dict[str, Any]) -> str:
    """Why the worker could not do what was asked."""
    kind = refusal["kind"]
    if kind == "missing":
        file, name = quoted(refusal["file"]), quoted(refusal["name"])
        return f"was not found: {file} defines no {name}. Was it renamed?"
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
    for key, label in (("missing", "expected, not found"), ("unexpected", "found, not expected")):
        names = refusal[key]
        if names:
            more = " ..." if len(names) > 6 else ""
            lines.append(f"  {label}: {', '.join(map(quoted, names[:6]))}{more}")
    for name, (expected, found) in list(refusal["shapes"].items())[:6]:
        lines.append(f"  {quoted(name)}: expected shape {shape(expected)}, found {shape(found)}")
    lines.append("Try: put the constructor back as it was; only bodies marked as yours change.")
    return "\n".join(lines)


def shape(sizes: list[int]) -> str:
    """A shape as PyTorch users write it, its first few axes."""
    return quoted(tuple(sizes[:8]))


def load_error_in_words(module: str, error: dict[str, Any]) -> str:
    """A file that does not import."""
    return f"{module}.py cannot be imported; it raised {error_in_words(error)}"
