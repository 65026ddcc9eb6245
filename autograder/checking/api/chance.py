"""Whether draws are as chance makes them: as often as asked, each for itself, evenly everywhere.

What was seen may be off by six standard deviations, which fails a right version once in 500 million
times. A third of the draws, held to no more than that distance, convinces of nearly every right
version; only where it leaves a doubt are all of them drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor

from .compare import CheckFailed, require

DEVIATIONS = 6
FIRST = 1 / 3


def look_twice(look: Callable[[int, float], None], images: int) -> None:
    """Look at some images, and only where that leaves a doubt at as many as it takes to be sure.

    Args:
        look: draws that many images and holds what came against chance; the second argument is
            the part of all that these are.
        images: all.

    Raises:
        CheckFailed: what the second look found.
    """
    try:
        look(round(FIRST * images), FIRST)
    except CheckFailed:
        look(images, 1.0)


def require_own_draws(
    happened: Tensor, probability: float, where: str, what: str, part: float = 1.0
) -> None:
    """Fail unless about the right share of the images was chosen, and not all or none at once.

    Args:
        happened: truth values (batch,).
        probability: of each, strictly between 0 and 1.
        what: what happened to an image, for the message: "mirrored".
        part: of all images, where these are the first.
    """
    share, low, high = bounds(happened, probability, part)
    require(
        bool(happened.any()) and not bool(happened.all()),
        f"{where}: {'all' if bool(happened.any()) else 'none'} of the {len(happened)} images "
        f"were {what}\n  expected: about {probability:.0%} of them\n"
        "Try: let each image have a draw of its own, and compare it with the probability.",
    )
    require(
        low <= share <= high,
        f"{where}: the wrong share of {len(happened)} images was {what}\n"
        f"  expected: about {probability:.1%} (between {low:.1%} and {high:.1%})\n"
        f"  got:      {share:.1%}\n"
        "Try: does each image have a draw of its own, compared with the probability?",
    )


def require_independent(happened: Tensor, where: str, what: str, part: float = 1.0) -> None:
    """Fail unless an image's draw tells nothing of the next image's.

    Args:
        happened: truth values (batch,), each true with a probability of about a half.
        part: of all images, where these are the first.
    """
    agree = happened[1:] == happened[:-1]
    share, low, high = bounds(agree, 0.5, part)
    require(
        low <= share <= high,
        f"{where}: whether an image is {what} depends on its neighbour in the batch\n"
        f"  expected: neighbours share their fate in about 50% of {len(agree)} cases\n"
        f"  got:      {share:.1%}\nTry: let each image have a draw of its own.",
    )


def require_even(
    drawn: Tensor, cells: Tensor, where: str, what: str, hint: str, part: float = 1.0
) -> None:
    """Fail unless each cell was drawn about equally often.

    Args:
        drawn: int64 (batch, 2): the row and column that each image drew.
        cells: int64 (count, 2): all that can be drawn.
        what: what a cell is, for the message: "corner".
        hint: what to try next.
        part: of all images, where these are the first.
    """
    for row, column in cells.tolist():
        here = (drawn[:, 0] == row) & (drawn[:, 1] == column)
        share, low, high = bounds(here, 1 / len(cells), part)
        if not low <= share <= high:
            raise CheckFailed(
                f"{where}: not every {what} is drawn equally often\n"
                f"  expected: row {row}, column {column} for about {1 / len(cells):.1%} of "
                f"{len(drawn)} images (between {low:.1%} and {high:.1%})\n"
                f"  got:      {share:.1%}{never_drawn(drawn, cells)}\nTry: {hint}"
            )


def never_drawn(drawn: Tensor, cells: Tensor) -> str:
    """What the cells have in common that were never drawn, as the end of a remark."""
    seen = set(map(tuple, drawn.tolist()))
    wanted = list(map(tuple, cells.tolist()))
    if seen.issuperset(wanted):
        return "; each comes at times"
    if len({row - column for row, column in seen}) == 1:
        return "; rows and columns always move together"
    gone = []
    for axis, name in ((0, "row"), (1, "column")):
        places = sorted({cell[axis] for cell in wanted})
        missing = [p for p in places if all(cell[axis] != p for cell in seen.intersection(wanted))]
        if missing:
            ends = {(places[0],): "the first", (places[-1],): "the last"}
            gone.append(f"{ends.get(tuple(missing), 'several')} {name}")
    return f"; never in {' and '.join(gone)}" if gone else "; some never come"


def bounds(happened: Tensor, probability: float, part: float = 1.0) -> tuple[float, float, float]:
    """The share that happened, and the least and largest that six standard deviations allow of
    all draws, of which these are a part."""
    margin = DEVIATIONS * math.sqrt(part * probability * (1 - probability) / len(happened))
    share = float(happened.double().mean())
    return share, max(0.0, probability - margin), min(1.0, probability + margin)
