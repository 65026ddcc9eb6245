"""Importing a submission's files from memory, with stand-ins laid over earlier stages."""

import functools
import importlib.abc
import importlib.machinery
import itertools
import linecache
import sys
import traceback
import types
from collections.abc import Callable, Sequence
from types import CodeType
from typing import Any

from .ready_made import forbid_import, is_standin

NAME_LIMIT = 80
MESSAGE_LIMIT = 300
TRACE_LIMIT = 2000


PLACEHOLDER = """
def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)

    def missing(*args, **kwargs):
        raise ImportError(f"{name} is not there: its file does not import")

    return missing
"""


class Submission(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the student's modules, and only those, ahead of everything installed.

    Args:
        sources: module name to the text of the student's file.
        standins: module name to the text of a stand-in. Its public names replace those of
            the student's module once that has run, so that a student's own helpers stay; where
            the student's module is missing or does not import, the stand-in takes its place.
        optional: modules that may fail to import; then a placeholder takes their place.
        load: modules of the stage itself; where one does not import, nothing takes its place.
        replace: whether all but these are left out unseen, since one of them ended the process.
    """

    def __init__(
        self,
        sources: dict[str, str],
        standins: dict[str, str],
        optional: list[str],
        load: list[str],
        replace: bool,
    ) -> None:
        self.sources = sources
        self.standins = standins
        self.optional = optional
        self.load = load
        self.replace = replace
        self.files = {filename(name) for name in sources}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module's spec where it is one of ours.

        Raises:
            ReadyMadeError: where a student's file imports ready-made models.
        """
        forbid_import(fullname, self.files)
        if fullname in self.sources or fullname in self.standins or fullname in self.optional:
            return importlib.machinery.ModuleSpec(fullname, self, origin=filename(fullname))
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the student's file, then lay the stand-in over it."""
        name = module.__name__
        standin = self.standins.get(name)
        own = name in self.load
        if name in self.sources and (own or not self.replace):
            try:
                run_source(self.sources[name], filename(name), module.__dict__)
            except Exception:
                if name in self.optional:
                    run_source(PLACEHOLDER, f"<placeholder for {filename(name)}>", module.__dict__)
                elif own or standin is None:
                    raise
        elif name in self.optional:
            run_source(PLACEHOLDER, f"<placeholder for {filename(name)}>", module.__dict__)
        if standin is not None:
            own_name = f"standin-{name}"
            namespace: dict[str, Any] = {"__name__": own_name}
            run_source(standin, f"<stand-in for {filename(name)}>", namespace, is_standin)
            for public, value in namespace.items():
                if getattr(value, "__module__", None) == own_name and not public.startswith("_"):
                    module.__dict__[public] = value


def filename(module: str) -> str:
    """The file a student's module stands in."""
    return f"{module}.py"


def run_source(
    source: str,
    file: str,
    namespace: dict[str, Any],
    announce: Callable[[CodeType], None] = lambda code: None,
) -> None:
    """Execute a module's text; tracebacks show its lines."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace.setdefault("__file__", file)
    code = compiled(source, file)
    announce(code)
    exec(code, namespace)


@functools.cache
def compiled(source: str, file: str) -> CodeType:
    """A module's code: a worker loads the same files again for each group of stages."""
    return compile(source, file, "exec", dont_inherit=True)


def describe_error(error: BaseException, files: set[str]) -> dict[str, Any]:
    """What a student needs of an error: type, message, and the frames in the student's files.

    Messages and frames are capped, so that they cannot carry a check's inputs out.
    """
    frames = traceback.StackSummary.extract(
        (frame, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename in files
    )
    lines = [
        f"{f.filename}, line {f.lineno}, in {f.name}: {(f.line or '').strip()}" for f in frames
    ]
    file, line = (frames[-1].filename, frames[-1].lineno) if frames else (None, None)
    if isinstance(error, SyntaxError) and error.filename in files:
        file, line = error.filename, error.lineno
        lines.append(f"{file}, line {line}: {(error.text or '').strip()}")
    trace = "\n".join(
        f"{line} ({count} times)" if (count := len(list(same))) > 1 else line
        for line, same in itertools.groupby(lines)
    )
    try:
        message = str(error)
    except Exception:
        message = "(the error has no readable message)"
    return {
        "type": type(error).__name__[:NAME_LIMIT],
        "bases": [base.__name__[:NAME_LIMIT] for base in type(error).__mro__],
        "message": message[:MESSAGE_LIMIT],
        "file": file,
        "line": line,
        "trace": trace[-TRACE_LIMIT:],
    }


def install(submission: Submission) -> None:
    """Make the submission's modules importable, in the place of those of an earlier one."""
    for earlier in [each for each in sys.meta_path if isinstance(each, Submission)]:
        sys.meta_path.remove(earlier)
        for name in (*earlier.sources, *earlier.standins, *earlier.optional):
            sys.modules.pop(name, None)
    sys.meta_path.insert(0, submission)
