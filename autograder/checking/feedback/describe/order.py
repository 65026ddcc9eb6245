"""The right numbers in other places: slices permuted, axes exchanged or joined wrongly."""

from __future__ import annotations

from itertools import permutations

import torch
from torch import Tensor

from .case import Case, listed, plural, singular, slices

MOST_AXES = 5


def slices_permuted(case: Case) -> str | None:
    """The slices along one axis come in another order, or some of them more than once."""
    for axis, name in case.axes:
        order = matching(case.got.movedim(axis, 0), case.expected.movedim(axis, 0))
        if order is None or not case.explains(case.expected.index_select(axis, order)):
            continue
        places = order.tolist()
        if len(set(places)) < len(places) and case.got.numel() < 2 * len(places):
            continue
        if len(set(places)) == len(places):
            return f"{order_in_words(places, name)} (axis {axis}); the numbers are right."
        twice = sorted({place for place in places if places.count(place) > 1})
        gone = sorted(set(range(len(places))) - set(places))
        return (
            f"Along axis {axis}, {slices(name, twice)} of the expected tensor "
            f"come{'s' if len(twice) == 1 else ''} more than once, {slices(name, gone)} never."
        )
    return None


def matching(got: Tensor, expected: Tensor) -> Tensor | None:
    """For each slice of `got` the place of its equal in `expected`, as far as one number for each
    can tell."""
    count = len(got)
    weights = torch.linspace(0.5, 1.5, got[0].numel(), dtype=torch.float64)
    weights = weights * (1 + torch.arange(len(weights)).double().sin())
    mine, right = got.reshape(count, -1) @ weights, expected.reshape(count, -1) @ weights
    sorted_right, where = right.sort()
    at = torch.searchsorted(sorted_right, mine).clamp(max=count - 1)
    before = (at - 1).clamp(min=0)
    closer = (sorted_right[before] - mine).abs() < (sorted_right[at] - mine).abs()
    order = where[torch.where(closer, before, at)]
    return None if torch.equal(order, torch.arange(count)) else order


def order_in_words(order: list[int], name: str) -> str:
    """A permutation: reversed, moved on, exchanged in pairs, dealt in turn, or as it is."""
    count, many = len(order), plural(name)
    if order == list(range(count))[::-1] and count > 1:
        return f"The {many} come in reverse order"
    shift = order[0]
    if order == [(place + shift) % count for place in range(count)]:
        back = count - shift
        way = f"takes the place of the next one on the left, {shift} forward"
        way = way if shift <= back else f"is moved on, {back} back"
        return f"The {many} are rolled by {min(shift, back)} ({way}): {listed(order)}"
    moved = [place for place in range(count) if order[place] != place]
    if len(moved) == 2:
        return f"{slices(name, moved).capitalize()} have changed places"
    for step in (count // rows for rows in range(2, count) if count % rows == 0):
        if order == torch.arange(count).view(-1, step).T.flatten().tolist():
            taken = listed(order, 8)
            return (
                f"The {many} are taken in steps of {step}: {taken} instead of one after the other"
            )
    return f"The {many} come in another order: {listed(order, 12)}"


def same_numbers(case: Case) -> bool:
    """Whether, sorted, the numbers are the expected ones, so that they may be permuted."""
    mine, right = case.got.flatten().sort().values, case.expected.flatten().sort().values
    return float(right[0]) != float(right[-1]) and case.same(mine, right)


def permuted(case: Case) -> str | None:
    """The same numbers in another order: axes exchanged, or joined without being exchanged."""
    got, expected, names = case.got, case.expected, case.scene.axes
    if expected.ndim > MOST_AXES or not same_numbers(case):
        return None
    orders = list(permutations(range(expected.ndim)))[1:]
    for order in orders:
        if expected.permute(order).shape == got.shape and case.explains(expected.permute(order)):
            moved = [axis for axis, source in enumerate(order) if axis != source]
            which = " and ".join(f'"{names[axis]}" (axis {axis})' for axis in moved)
            return f"The axes {which} have changed places; the numbers are right."
    for order in orders:
        if case.explains(expected.permute(order).reshape(expected.shape)):
            came = ", ".join(names[source] for source in order)
            return (
                f"The numbers are right but lie in the order ({came}), then cut to the shape by a "
                "reshape: a reshape moves no axis."
            )
    return None


def same_numbers_elsewhere(case: Case) -> str | None:
    """Sorted, the numbers agree: all of them, or within each slice of an axis."""
    if case.got.numel() < 4 or not same_numbers(case):
        return None
    for axis, name in case.axes:
        one = case.got.movedim(axis, 0).flatten(1).sort(dim=1).values
        other = case.expected.movedim(axis, 0).flatten(1).sort(dim=1).values
        if one.shape[1] > 1 and case.same(one, other):
            where = f"within each {singular(name)} they stand in other places"
            return f"All numbers are right, but {where}."
    return "All numbers are right, but they stand in other places."
