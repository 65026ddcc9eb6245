"""What a worker reports, said so that a student can act on it."""

from __future__ import annotations

from typing import Any


def error_in_words(error: dict[str, Any]) -> str:
    """An error of the student's code: type, message, and where in the student's files."""
    if "ReadyMadeError" in error["bases"]:
        return (
            f"an objection: ready-made attention was reached ({error['message']} of "
            f"{error['file']})\nTry: write the formula yourself; matmul, softmax and "
            "nn.Linear are all it takes."
        )
    if "NotImplementedError" in error["bases"]:
        return f"NotImplementedError: {error['message']}"
    place = f"\n{error['trace']}" if error["trace"] else ""
    return f"{error['type']}: {error['message']}{place}"


def refusal_in_words(refusal: dict[str, Any]) -> str:
    """Why the worker could not do what was asked."""
    kind = refusal["kind"]
    if kind == "missing":
        return f"was not found: {refusal['file']} defines no {refusal['name']}. Was it renamed?"
    if kind == "no gradient":
        return (
            "returned an output without a gradient, as if it did not depend on its inputs\n"
            "Try: look for .detach(), .item(), .numpy(), torch.no_grad() or a new torch.tensor(...)"
        )
    if kind == "output":
        wanted = f" of shape {tuple(refusal['expected'])}" if "expected" in refusal else ""
        return f"should return an ordinary tensor{wanted}, but returned {refusal['found']}"
    if kind == "weights":
        return weights_in_words(refusal)
    return "could not be run"


def weights_in_words(refusal: dict[str, Any]) -> str:
    """Which parameters are missing, unexpected, or of another shape."""
    lines = ["has other parameters than the constructor that was given"]
    for key, label in (("missing", "expected, not found"), ("unexpected", "found, not expected")):
        names = refusal[key]
        if names:
            lines.append(f"  {label}: {', '.join(names[:6])}{' ...' if len(names) > 6 else ''}")
    for name, (expected, found) in list(refusal["shapes"].items())[:6]:
        lines.append(f"  {name}: expected shape {tuple(expected)}, found {tuple(found)}")
    lines.append("Try: put the constructor back as it was; only bodies marked as yours change.")
    return "\n".join(lines)


def load_error_in_words(module: str, error: dict[str, Any]) -> str:
    """A file that does not import."""
    return f"{module}.py cannot be imported; it raised {error_in_words(error)}"
