"""What a check is: a function with a title, points, and what it rests on."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .probe import Probe

CheckFunction = Callable[["Probe"], None]


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        name: the function's name; unique within its stage.
        stage: the stage's key, from the file's name.
        title: the first paragraph of the docstring, in one line.
        points: whole points, all or nothing.
        rests_on: names of checks that must pass before this one means anything.
        together: whether it runs the student's four files without stand-ins.
        hidden: whether only the staff has it.
        function: what is called with a `Probe`.
    """

    name: str
    stage: str
    title: str
    points: int
    rests_on: tuple[str, ...]
    together: bool
    hidden: bool
    function: CheckFunction


def check(
    points: int, rests_on: tuple[str, ...] = (), together: bool = False
) -> Callable[[CheckFunction], CheckFunction]:
    """Mark a function as a check. Its docstring is the title; its file names the stage."""

    def mark(function: CheckFunction) -> CheckFunction:
        if not function.__doc__:
            raise ValueError(f"{function.__name__} has no docstring to be its title")
        package, _, module = function.__module__.rpartition(".")
        name = function.__name__
        function.check = Check(  # type: ignore[attr-defined]  # read by `checks_in`
            name=name,
            stage=module.removeprefix("test_"),
            title=" ".join(inspect.cleandoc(function.__doc__).split("\n\n")[0].split()),
            points=points,
            rests_on=rests_on,
            together=together,
            hidden=package.endswith("hidden"),
            function=function,
        )
        return function

    return mark


def checks_in(package: ModuleType) -> list[Check]:
    """All checks of a package's `test_*` modules, in the order they are written."""
    found: list[Check] = []
    for info in pkgutil.iter_modules(package.__path__):
        if info.name.startswith("test_"):
            module: Any = importlib.import_module(f"{package.__name__}.{info.name}")
            found += [item.check for item in vars(module).values() if hasattr(item, "check")]
    return found


def in_order(checks: Iterable[Check]) -> list[Check]:
    """One stage's checks as they are, each after those it rests on.

    Raises:
        ValueError: for a name twice, or a check that rests on one that does not come before it.
    """
    ordered: dict[str, Check] = {}
    for each in checks:
        if each.name in ordered:
            raise ValueError(f"two checks share a name: {each.name}")
        if unknown := [name for name in each.rests_on if name not in ordered]:
            raise ValueError(f"{each.name} rests on {unknown[0]}, which does not come before it")
        ordered[each.name] = each
    return list(ordered.values())
