"""Sinusoidal positions: base, exponent, start, and the order of sines and cosines.

The right angles are read off the expected table (its second row), not computed here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal

import torch
from torch import Tensor

from .case import Case, short

BASE = 10000.0
PAIRS_UP_TO = 2_000
BASES = (10.0, 100.0, 500.0, 1000.0, 5000.0, 100000.0, 1000000.0)


@dataclass(frozen=True)
class Table:
    """A table of positions with what may be otherwise.

    Attributes:
        exponents: of the base, one for each pair of columns, or one for each column.
        base: of the wave lengths.
        start: the first position.
        layout: how sines and cosines stand.
    """

    exponents: Tensor
    base: float = BASE
    start: int = 0
    layout: Literal["turns", "swapped", "halves"] = "turns"

    def numbers(self, rows: int, columns: int) -> Tensor:
        """The table, (rows, columns)."""
        positions = torch.arange(rows, dtype=torch.float64).unsqueeze(1) + self.start
        angle = positions * self.base**-self.exponents
        if len(self.exponents) == columns:
            odd = torch.arange(columns) % 2 == (self.layout != "swapped")
            return torch.where(odd, angle.cos(), angle.sin())
        pair = [angle.sin(), angle.cos()]
        if self.layout == "halves":
            return torch.cat(pair, dim=1)
        return torch.stack(pair[::-1] if self.layout == "swapped" else pair, dim=-1).flatten(1)


@dataclass(frozen=True)
class Change:
    """One thing done otherwise.

    Attributes:
        field: of the table; two changes of one field exclude each other.
        value: what it is instead.
        words: for the student.
    """

    field: str
    value: Any
    words: str


def waves(case: Case) -> str | None:
    """What the table is, as one or two changes of the expected one."""
    got, expected = case.got, case.expected
    if case.scene.target != "sinusoidal_positions" or got.ndim != 2 or len(got) < 2:
        return None
    if got.shape[1] < 2 or got.shape[1] % 2 or got.numel() > 200_000:
        return None
    right = Table(-torch.atan2(expected[1, 0::2], expected[1, 1::2]).log() / math.log(BASE))
    wide = Case(got, expected, max(case.tolerance, 2e-3), case.scene)
    if not wide.same(right.numbers(*got.shape), expected):
        return None
    changes = changes_for(right.exponents, got)
    for number in (1, 2) if got.numel() <= PAIRS_UP_TO else (1,):
        for chosen in combinations(changes, number):
            fields = {change.field: change.value for change in chosen}
            table = replace(right, **fields)
            if len(fields) == number and wide.explains(table.numbers(*got.shape)):
                return "In your table " + ", and ".join(each.words for each in chosen) + "."
    return None


def changes_for(exponents: Tensor, got: Tensor) -> list[Change]:
    """What may be otherwise."""
    columns = torch.arange(got.shape[1], dtype=torch.float64) / got.shape[1]
    changes = [
        Change("layout", "swapped", "cosine and sine have changed places"),
        Change("layout", "halves", "all sines come first, then all cosines"),
        Change("start", 1, "positions count from 1, not from 0"),
        *(
            Change("exponents", value, words)
            for value, words in (
                (
                    exponents / 2,
                    "the exponents are half as large as they should be (i where 2i belongs)",
                ),
                (exponents * 2, "the exponents are twice as large as they should be"),
                (
                    -exponents,
                    "the exponents have the other sign (multiplied where division belongs)",
                ),
                (columns, "every column has an angle of its own (exponent column/embed_dim)"),
            )
        ),
    ]
    for base in dict.fromkeys([*BASES, *measured_base(exponents, got)]):
        about = "" if base in BASES else "about "
        words = f"the base is {about}{short(base)} instead of 10000"
        changes.append(Change("base", base, words))
    return changes


def measured_base(exponents: Tensor, got: Tensor) -> list[float]:
    """The base that the third column's first step speaks of, where it speaks of one."""
    count = len(exponents)
    if count < 2:
        return []
    found = []
    for sine, cosine in ((got[1, 2], got[1, 3]), (got[1, 1], got[1, count + 1])):
        angle = float(torch.atan2(sine, cosine))
        if 0 < angle < 1:
            found.append(angle ** (-1 / float(exponents[1])))
    return [base for base in found if 1 < base < 1e9 and abs(base - BASE) > 1]
