"""What must hold of a stage's files before its checks are asked: there, text, the student's own."""

from __future__ import annotations

from pathlib import Path

from ..api.compare import CheckFailed
from ..assignments import STAGES
from .source import no_python, ready_made


def require_copies(files: tuple[str, ...], sources: dict[str, str]) -> None:
    """Fail unless the files of an earlier assignment lie here, too.

    Args:
        files: their names.
        sources: the files that are here, by module name.

    Raises:
        CheckFailed: names those that are missing.
    """
    lacking = [file for file in files if Path(file).stem not in sources]
    if lacking:
        raise CheckFailed(
            f"not beside the notebook: {', '.join(lacking)}; this builds on your homework\n"
            "Try: copy your homework's files into this folder; whoever could not finish them asks "
            "the instructor for working ones."
        )


def require_own_work(stage: str, sources: dict[str, str]) -> None:
    """Fail unless a stage's files are there, are text, and name nothing ready made.

    Args:
        stage: the stage's key.
        sources: the submission's files, by module name.

    Raises:
        CheckFailed: says which file, and what to do about it.
    """
    for file in STAGES[stage].files:
        source = sources.get(Path(file).stem)
        if source is None:
            raise CheckFailed(
                f"{file} was not found beside the notebook, or is no ordinary file, or is "
                "larger than 1 MiB\n"
                "Try: put it back under exactly this name."
            )
        if trouble := no_python(source):
            raise CheckFailed(f"{file} {trouble}")
        for line, name in scan(source, file):
            raise CheckFailed(
                f"{file}, line {line}: {name} is ready made, and this stage is about writing it"
                "\nTry: write the formula yourself; matmul, softmax and nn.Linear are all it "
                "takes."
            )


def scan(source: str, file: str) -> list[tuple[int, str]]:
    """Ready-made names in a source; none where it does not parse (importing it says why).

    Raises:
        CheckFailed: where it is nested so deeply that it cannot be looked through.
    """
    try:
        return ready_made(source)
    except (SyntaxError, ValueError):
        return []
    except (RecursionError, MemoryError) as error:
        raise CheckFailed(
            f"{file} is nested too deeply to be read\n"
            "Try: give the parts of long expressions names of their own, a line each."
        ) from error
