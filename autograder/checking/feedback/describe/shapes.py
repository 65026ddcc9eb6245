"""Another shape or dtype than expected, in the names of the axes."""

from __future__ import annotations

from itertools import combinations

from torch import Tensor

from .call_context import Scene
from .case import TOLERANCE, Case, short, singular


def describe_dtype(got: Tensor, expected: Tensor) -> str | None:
    """What another dtype does to the numbers."""
    if got.dtype == expected.dtype or got.shape != expected.shape or not got.numel():
        return None
    if not expected.is_floating_point() or not got.is_floating_point():
        return None
    error = float((got.double() - expected.double()).abs().max())
    coarsest = max(TOLERANCE.get(dtype, 1e-4) for dtype in (got.dtype, expected.dtype))
    if error <= coarsest * float(expected.double().abs().max()):
        return f"The numbers are the expected ones; only their dtype is another, {got.dtype}."
    return None


def describe_shape(got: Tensor, expected: Tensor, scene: Scene, tolerance: float) -> list[str]:
    """What happened to the axes: exchanged, joined, missing, longer or shorter."""
    case = Case(got, expected, tolerance, scene)
    for rule in (exchanged, single_axes, one_axis_gone, longer_or_shorter, joined):
        if sentence := rule(case):
            return [sentence]
    return []


def exchanged(case: Case) -> str | None:
    """Two axes in each other's place."""
    got, expected, names = case.got, case.expected, case.scene.axes
    if got.ndim != expected.ndim or got.shape == expected.shape:
        return None
    for one, other in combinations(range(expected.ndim), 2):
        turned = expected.transpose(one, other)
        if turned.shape == got.shape:
            end = "; the numbers themselves are right." if case.same(got, turned) else "."
            return f'The axes "{names[one]}" and "{names[other]}" have changed places{end}'
    return None


def single_axes(case: Case) -> str | None:
    """Axes of length one that are missing or too many."""
    got, expected = case.got, case.expected
    if [size for size in got.shape if size != 1] != [size for size in expected.shape if size != 1]:
        return None
    end = right_otherwise(case, got.reshape(expected.shape))
    if got.ndim < expected.ndim:
        gone = [
            name for name, size in zip(case.scene.axes, expected.shape, strict=True) if size == 1
        ]
        if len(gone) > expected.ndim - got.ndim:
            return f"An axis of length 1 is missing ({' or '.join(gone)}){end}"
        return f'The axis "{" and ".join(gone)}", of length 1 here, is missing{end}'
    if got.ndim > expected.ndim:
        places = [axis for axis, size in enumerate(got.shape) if size == 1]
        return f"There is an axis of length 1 too many (axis {places[0]} of yours){end}"
    return None


def exchanged_factor(case: Case) -> str | None:
    """One axis is longer by a factor, another one shorter by the same."""
    got, expected, names = case.got, case.expected, case.scene.axes
    longer = [axis for axis in range(got.ndim) if got.shape[axis] > expected.shape[axis]]
    shorter = [axis for axis in range(got.ndim) if got.shape[axis] < expected.shape[axis]]
    if len(longer) != 1 or len(shorter) != 1 or got.shape[longer[0]] % expected.shape[longer[0]]:
        return None
    factor = got.shape[longer[0]] // expected.shape[longer[0]]
    meanings = [size for size, value in case.scene.sizes.items() if value == factor]
    return (
        f'The axis "{names[longer[0]]}" is {factor} times too long, the axis '
        f'"{names[shorter[0]]}" {factor} times too short'
        f"{f' ({factor} is {meanings[0]} here)' if meanings else ''}."
    )


def right_otherwise(case: Case, reshaped: Tensor) -> str:
    """The end of a sentence: whether the numbers are right."""
    return "; the numbers are right." if case.same(reshaped, case.expected) else "."


def one_axis_gone(case: Case) -> str | None:
    """A mean or one slice over an axis that should have stayed; or one not taken."""
    got, expected, names = case.got, case.expected, case.scene.axes
    for axis in range(expected.ndim):
        size, one = expected.shape[axis], singular(names[axis])
        for keep in (False, True):
            shape = list(expected.shape)
            shape[axis : axis + 1] = [1] if keep else []
            if list(got.shape) != shape or size < 2:
                continue
            if case.same(got, expected.mean(dim=axis, keepdim=keep)):
                return f'What comes is the mean over the axis "{names[axis]}" of what should.'
            for place in range(min(size, 64)):
                if case.same(got.reshape(-1), expected.select(axis, place).reshape(-1)):
                    return f"Only {one} {place} comes; each of the {size} should."
    for axis in range(got.ndim):
        shape = [*got.shape[:axis], *got.shape[axis + 1 :]]
        if shape != list(expected.shape) or got.shape[axis] < 2:
            continue
        if case.same(got.mean(dim=axis), expected):
            return f"The mean over your axis {axis} would be right: it is not taken."
        for place in range(min(got.shape[axis], 64)):
            if case.same(got.select(axis, place), expected):
                return f"The right numbers are at place {place} of your axis {axis}, among others."
    return None


def longer_or_shorter(case: Case) -> str | None:
    """One axis has another length."""
    got, expected = case.got, case.expected
    if got.ndim != expected.ndim:
        return None
    differing = [axis for axis in range(got.ndim) if got.shape[axis] != expected.shape[axis]]
    if len(differing) != 1:
        return None
    axis = differing[0]
    name = case.scene.axes[axis]
    came, wanted = got.shape[axis], expected.shape[axis]
    start = f'The axis "{name}" has length {came} instead of {wanted}'
    longer, shorter = (got, expected) if came > wanted else (expected, got)
    extra = abs(came - wanted)
    verb = "too many" if came > wanted else "missing"
    for offset, where in ((0, "at the end"), (extra, "at the start")):
        part = longer.narrow(axis, offset, min(came, wanted))
        if case.same(shorter, part):
            return f"{start}: {extra} {verb} {where}; the others are right."
    if sentence := windows(start, came, case):
        return sentence
    for size, value in case.scene.sizes.items():
        if size != name and value == came and wanted in case.scene.sizes.values():
            return f"{start}: {came} is {size} here."
    if came % wanted == 0 or wanted % came == 0:
        factor = came // wanted if came > wanted else wanted // came
        names = [size for size, value in case.scene.sizes.items() if value == factor]
        meaning = f" ({' or '.join(names[:2])})" if names else ""
        return (
            f"{start}: {short(factor)} times too {'long' if came > wanted else 'short'}{meaning}."
        )
    return f"{start}: {extra} {verb}."


def windows(start: str, came: int, case: Case) -> str | None:
    """As many patches as windows that move by one pixel."""
    images, size = case.scene.inputs.get("images"), int(case.scene.sizes.get("patch_size", 0))
    if case.scene.target != "images_to_patches" or images is None or images.ndim != 4:
        return None
    height, width = images.shape[-2:]
    if came == (height - size + 1) * (width - size + 1):
        return f"{start}: as many as there are windows that move by one pixel at a time."
    return None


def joined(case: Case) -> str | None:
    """As many numbers, with axes joined or split."""
    got, expected, names = case.got, case.expected, case.scene.axes
    if got.numel() != expected.numel() or not got.numel():
        return None
    for axis in range(expected.ndim - 1):
        flat = expected.flatten(axis, axis + 1)
        if flat.shape == got.shape:
            end = right_otherwise(case, got.reshape(expected.shape))
            return f'The axes "{names[axis]}" and "{names[axis + 1]}" are joined into one{end}'
    if case.same(got.reshape(expected.shape), expected):
        return "The numbers are right and in the right order; only the axes are cut otherwise."
    return exchanged_factor(case) if got.ndim == expected.ndim else None
