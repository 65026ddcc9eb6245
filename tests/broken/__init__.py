"""Broken submissions as data: what students hand in by mistake, and what is still due to them."""

from . import imports, names, stored, syntax, values
from .kind import Kind

KINDS: tuple[Kind, ...] = (
    *stored.KINDS,
    *syntax.KINDS,
    *imports.KINDS,
    *names.KINDS,
    *values.KINDS,
)
