"""Only a part is wrong, or all is nearly right: which slices, to how many digits, how noisy."""

from __future__ import annotations

import torch
from torch import Tensor

from .case import MENTIONED, Case, are, fitted, other_axes, plural, short, singular, slices

NEARLY, COARSE = 2e-3, 2e-2


def some_zero_rest_scaled(case: Case) -> str | None:
    """Some numbers are zero, the others expected times one factor: dropout."""
    got, expected = case.got, case.expected
    zero = (got == 0) & (expected != 0)
    share = float(zero.double().mean())
    if not 0.02 < share < 0.98 or int((~zero).sum()) < 4:
        return None
    kept, right = got[~zero], expected[~zero]
    factor = fitted(kept, right)
    if not factor or not case.same(kept, factor * right):
        return None
    if abs(factor - 1) < 1e-3:
        where = zero_block(zero, case) or f"{share:.0%} of the numbers"
        return f"Zeros stand in {where}; all other numbers are right."
    return (
        f"{share:.0%} of the numbers are 0 and the others {short(factor)} times the expected: this "
        f"is what dropout with probability {short(1 - 1 / factor)} does."
    )


def zeros_among(case: Case) -> str | None:
    """Many numbers are exactly zero that should not be."""
    zero = (case.got == 0) & (case.expected != 0)
    count = int(zero.sum())
    if count < 3 or count < 0.05 * zero.numel():
        return None
    whole = zero_block(zero, case)
    where = f": {whole}" if whole else ""
    return f"{count} of {zero.numel()} numbers are exactly 0 that should not be{where}."


def zero_block(zero: Tensor, case: Case) -> str | None:
    """The slices that are zero as a whole, where they are all that is zero."""
    for axis, name in case.axes:
        others = other_axes(zero, axis)
        whole, some = zero.all(dim=others), zero.any(dim=others)
        if torch.equal(whole, some) and bool(whole.any()):
            return slices(name, whole.nonzero().flatten().tolist())
    return None


def triangle_is_zero(case: Case) -> str | None:
    """Weights above the diagonal are zero: a mask."""
    got = case.got
    if got.ndim < 2 or got.shape[-1] != got.shape[-2] or got.shape[-1] < 3:
        return None
    size = got.shape[-1]
    above = torch.ones(size, size, dtype=torch.bool).triu(1)
    zero = (got == 0) & (case.expected != 0)
    if bool((zero == above).all()):
        return (
            f"{case.yours.capitalize()} {are(case.scene.part)} 0 above the diagonal: every query "
            "sees only itself and what comes before it."
        )
    return None


def only_some_wrong(case: Case) -> str | None:
    """The slices along an axis that are wholly right, and those that are not."""
    right = case.right()
    found: list[tuple[int, str]] = []
    for axis, name in case.axes:
        others = other_axes(right, axis)
        fine = right.all(dim=others) if others else right
        if not bool(fine.any()) or bool(fine.all()):
            continue
        wrong, good = ((~fine).nonzero().flatten().tolist(), fine.nonzero().flatten().tolist())
        found.append((len(wrong), which_in_words(wrong, good, name)))
    return min(found)[1] if found else None


def which_in_words(wrong: list[int], good: list[int], name: str) -> str:
    """Which slices are wrong, the shorter list first."""
    one, many = singular(name), plural(name)
    if name.startswith("axis"):
        many = "numbers" if name == "axis 0" else f"places along {name}"
    count = len(wrong) + len(good)
    for parity, word in ((0, "even"), (1, "odd")):
        if wrong == list(range(parity, count, 2)) and count > 3:
            return f"Only the {word} {many} ({parity}, {parity + 2}, ...) are wrong."
    if len(good) == 1 and count > 2:
        last = " (the last one)" if good[0] == count - 1 else ""
        return f"Only {one} {good[0]}{last} is right; all other {many} are wrong."
    if len(wrong) == 1:
        last = " (the last one)" if wrong[0] == count - 1 else ""
        return f"Only {one} {wrong[0]}{last} is wrong; all other {many} are right."
    are = "is" if len(good) == 1 else "are"
    if wrong == list(range(wrong[0], count)):
        return f"Only from {one} {wrong[0]} on is it wrong; {slices(name, good)} {are} right."
    if len(wrong) > MENTIONED and wrong != list(range(wrong[0], wrong[-1] + 1)):
        return f"{len(wrong)} of {count} {many} are wrong, {len(good)} are right."
    return f"Only {slices(name, wrong)} are wrong; the other {many} are right."


def lower_precision(case: Case) -> str | None:
    """All numbers are near, because they went through a shorter dtype or an approximation."""
    got, expected = case.got, case.expected
    scale = float(expected.abs().max()) if expected.numel() else 0.0
    if not scale or case.tolerance > 1e-3:
        return None
    error = float((got - expected).abs().max()) / scale
    if error > COARSE:
        return None
    for dtype, name in ((torch.bfloat16, "bfloat16"), (torch.float16, "float16")):
        plain = torch.equal(expected.to(dtype).double(), expected)
        if not plain and torch.equal(got.to(dtype).double(), got) and got.numel() > 3:
            return f"All your numbers are {name} numbers: somewhere they are rounded to {name}."
    if error > NEARLY:
        return None
    digits = max(1, round(-torch.tensor(error).log10().item()))
    return (
        f"Your numbers are near, the largest error is {short(error)} of the largest number (about "
        f"{digits} digits agree): this looks like an approximation, less precision, or a small "
        "constant such as an eps, rather than a wrong formula."
    )
