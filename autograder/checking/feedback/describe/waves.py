"""Sinusoidal positions: base, exponent, start, and the order of sines and cosines.

The right angles are read off the expected table (its second row), not computed here.
"""

from __future__ import annotations

import math
from itertools import combinations

import torch
from torch import Tensor

from .case import Case, short

BASE = 10000.0
PAIRS_UP_TO = 2_000
BASES = (10.0, 100.0, 500.0, 1000.0, 5000.0, 100000.0, 1000000.0)


def waves(case: Case) -> str | None:
    """What the table is, as one or two changes of the expected one."""
    got, expected = case.got, case.expected
    if case.scene.target != "sinusoidal_positions" or got.ndim != 2 or len(got) < 2:
        return None
    if got.shape[1] < 2 or got.shape[1] % 2 or got.numel() > 200_000:
        return None
    exponents = -torch.atan2(expected[1, 0::2], expected[1, 1::2]).log() / math.log(BASE)
    changes = changes_for(exponents, got)
    wide = Case(got, expected, max(case.tolerance, 2e-3), case.scene)
    if not wide.same(table(exponents, len(got), {}), expected):
        return None
    for number in (1, 2) if got.numel() <= PAIRS_UP_TO else (1,):
        for chosen in combinations(changes.items(), number):
            kinds = [kind for (kind, _), _ in chosen]
            if len(set(kinds)) < number:
                continue
            options = {kind: value for (kind, _), value in chosen}
            if wide.explains(table(exponents, len(got), options)):
                return "In your table " + ", and ".join(words for (_, words), _ in chosen) + "."
    return None


def table(exponents: Tensor, rows: int, options: dict[str, object]) -> Tensor:
    """A table of positions with some changes."""
    power = options.get("exponent", exponents)
    assert isinstance(power, Tensor)
    layout = options.get("layout", "turns")
    start, step, base = (
        float(str(options.get(name, usual)))
        for name, usual in (("start", 0.0), ("step", 1.0), ("base", BASE))
    )
    wave = base**-power
    angle = (torch.arange(rows, dtype=torch.float64).unsqueeze(1) + start) * step * wave
    if len(power) == 2 * len(exponents):
        odd = torch.arange(len(power)) % 2 == 1
        if layout == "swapped":
            odd = ~odd
        return torch.where(odd, angle.cos(), angle.sin())
    pair = [angle.sin(), angle.cos()]
    if layout in ("swapped", "halves swapped"):
        pair.reverse()
    elif layout == "sines only":
        pair[1] = pair[0]
    elif layout == "cosines only":
        pair[0] = pair[1]
    if layout in ("halves", "halves swapped"):
        return torch.cat(pair, dim=1)
    return torch.stack(pair, dim=-1).flatten(1)


def changes_for(exponents: Tensor, got: Tensor) -> dict[tuple[str, str], object]:
    """Changes by what they change and the words for them."""
    count = len(exponents)
    columns = torch.arange(2 * count, dtype=torch.float64) / (2 * count)
    changes: dict[tuple[str, str], object] = {
        ("layout", "cosine and sine have changed places"): "swapped",
        ("layout", "all sines come first, then all cosines"): "halves",
        ("layout", "all cosines come first, then all sines"): "halves swapped",
        ("layout", "every column is a sine; no cosine is there"): "sines only",
        ("layout", "every column is a cosine; no sine is there"): "cosines only",
        ("start", "positions count from 1, not from 0"): 1.0,
        ("start", "positions count from −1"): -1.0,
        ("exponent", "the exponents are half as large as they should be (i where 2i belongs)"): (
            exponents / 2
        ),
        ("exponent", "the exponents are twice as large as they should be"): exponents * 2,
        ("exponent", "the exponents have the other sign (multiplied where division belongs)"): (
            -exponents
        ),
        ("exponent", "the waves come in reverse order, the slowest first"): exponents.flip(0),
        ("exponent", "every column has an angle of its own (exponent column/embed_dim)"): columns,
        ("exponent", "every column has an angle of its own (exponent 2·column/embed_dim)"): (
            2 * columns
        ),
        ("exponent", "the exponents start at 2/embed_dim instead of 0"): exponents + 1 / count,
        ("exponent", "all columns have one and the same wave length"): exponents * 0,
        ("step", "the positions are multiplied by 2π"): 2 * math.pi,
        ("step", "the positions are multiplied by π"): math.pi,
        ("step", "the positions are divided by their number"): 1 / len(got),
        ("step", "the angles are turned from degrees to radians (π/180)"): math.pi / 180,
        ("step", "the positions are doubled"): 2.0,
        ("step", "the positions are halved"): 0.5,
        ("step", "the positions run backwards (the angles are negative)"): -1.0,
    }
    if count > 1:
        changes["exponent", "the exponents run up to 1 (divided by embed_dim − 2)"] = (
            exponents * count / (count - 1)
        )
        changes["step", "the positions run from 0 to 1"] = 1 / (len(got) - 1)
    for base in dict.fromkeys([*BASES, *measured_base(exponents, got)]):
        about = "" if base in BASES else "about "
        changes["base", f"the base is {about}{short(base)} instead of 10000"] = base
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
