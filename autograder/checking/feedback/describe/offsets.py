"""What is added to the expected numbers, or missing from them."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from .case import Case, factor_in_words, fitted, listed, other_axes, short, singular, slices


def equal_to_known(case: Case) -> str | None:
    """What came is an input or a weight as it was."""
    for name, known in knowns(case):
        if known.shape == case.got.shape and case.explains(known):
            return f"{case.yours.capitalize()}: exactly {name}, unchanged."
    return None


def difference_is_known(case: Case) -> str | None:
    """Got minus expected is an input or a weight, whole or on some slices, times a number."""
    difference = case.got - case.expected
    for name, known in knowns(case):
        spread = spread_over(known, difference)
        if spread is None or spread.numel() < 4:
            continue
        factor = fitted(difference, spread)
        values = (round(factor), factor) if known.numel() > 2 else (round(factor),)
        for value in values:
            if value and case.explains(case.expected + value * spread):
                return in_words(float(value), name, case)
        if known.numel() > 2 and (sentence := on_some_slices(difference, spread, name, case)):
            return sentence
    return None


def factor_apart_from_bias(case: Case) -> str | None:
    """Without a last layer's bias, got is the expected times one number."""
    for name, known in knowns(case):
        bias = spread_over(known, case.got)
        if bias is None or not name.endswith("bias") or case.got.numel() < 8:
            continue
        one, other = case.expected - bias, case.got - bias
        factor = fitted(other, one)
        if abs(factor) >= 1 and case.explains(bias + factor * one):
            meaning = factor_in_words(factor, case.scene.sizes)
            return f"Apart from `{name}`, {case.yours} is {meaning} times the expected."
    return None


def on_some_slices(difference: Tensor, spread: Tensor, name: str, case: Case) -> str | None:
    """The known tensor explains the difference on some slices of an axis, the others are right."""
    for axis, axis_name in case.axes:
        others = other_axes(difference, axis)
        wrong = (~case.right()).any(dim=others)
        if bool(wrong.all()) or not bool(wrong.any()):
            continue
        masked = spread * (~case.right()).any(dim=others, keepdim=True)
        factor = fitted(difference, masked)
        if factor and case.explains(case.expected + factor * masked):
            which = slices(axis_name, wrong.nonzero().flatten().tolist())
            return f"Only in {which}: {lower(in_words(factor, name, case))}"
    return None


def in_words(factor: float, name: str, case: Case) -> str:
    """What it means that `name`, times a factor, was added to what is expected."""
    if abs(factor + 1) < 1e-3:
        return f"The difference is exactly {name}: it is left out, or subtracted once."
    if abs(factor - 1) < 1e-3:
        return f"The difference is exactly {name}: it is added once too often."
    if abs(factor + 2) < 1e-3:
        return f"The difference is exactly −2 times {name}: it is subtracted instead of added."
    return f"The difference is exactly {factor_in_words(factor, case.scene.sizes)} times {name}."


def lower(sentence: str) -> str:
    """A sentence to stand after a colon."""
    return sentence[0].lower() + sentence[1:]


def constant_offset(case: Case) -> str | None:
    """Got minus expected is one number."""
    difference = case.got - case.expected
    value = float(difference.mean())
    if case.got.numel() > 2 and case.explains(case.expected + value):
        verb, size = ("more", value) if value > 0 else ("less", -value)
        return f"Every number is {short(size)} {verb} than it should be."
    return None


def offset_along_axis(case: Case) -> str | None:
    """Got minus expected depends on the place along one axis alone."""
    difference = case.got - case.expected
    for axis, name in case.axes:
        others = other_axes(difference, axis)
        if difference.numel() < 3 * difference.shape[axis]:
            continue
        means = difference.mean(dim=others, keepdim=True)
        if case.explains(case.expected + means):
            values = means.flatten().tolist()
            off = [place for place, value in enumerate(values) if abs(value) > 1e-5]
            which = slices(name, off) if len(off) < len(values) else f"each {singular(name)}"
            amounts = listed([short(values[place]) for place in off])
            return f"To {which} one number is added throughout (axis {axis}, {name}): {amounts}."
    return None


def knowns(case: Case) -> Iterator[tuple[str, Tensor]]:
    """Every input and weight of not too many numbers, by name."""
    for name, value in (case.scene.inputs | case.scene.weights).items():
        if not value.is_complex() and 0 < value.numel() <= 1_000_000:
            yield name, value.double()


def spread_over(known: Tensor, like: Tensor) -> Tensor | None:
    """The known tensor, broadcast to a shape."""
    try:
        return known.expand_as(like) if known.ndim <= like.ndim else None
    except RuntimeError:
        return None
