"""What the checks notice when one thing in a solution is changed: mutation testing.

`python -m benchmarks.mutants` changes the marked regions of the solutions in every way that
mutmut's operators know, one at a time, judges each mutant by the checks of its stage, and writes
`mutants.md` beside this file. It ends with 1 where a mutant survives that `survivors.toml` does not
explain, or where an explanation is of no survivor.
"""

from __future__ import annotations

import difflib
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import libcst
from mutmut.mutation.file_mutation import create_mutations, deep_replace

from autograder.bank import judging
from autograder.checking.assignments import CODE_STAGES, STUDENT_FILES
from autograder.checking.execution.verdicts import Status
from autograder.release.stubs import find_blocks

TABLE = Path(__file__).with_suffix(".md")
EXPLAINED = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True)
class Mutant:
    """A solution with one thing changed.

    Attributes:
        stage: of the region that was changed.
        module: of the student's file.
        key: file, function, and the lines before and after: the same as long as these are.
        text: the whole file.
    """

    stage: str
    module: str
    key: str
    text: str

    def judge(self) -> list[str]:
        """Names of the stage's checks that it fails; none where it earns all points."""
        report = judging.judge(self.stage, judging.SOLUTIONS | {self.module: self.text})
        if not judging.failed(report) or report.earned == report.points:
            return []
        return [v.check for v in report.verdicts if v.status is Status.FAILED]


def mutants() -> list[Mutant]:
    """All mutants of the solutions, each once, in the order of the files."""
    found = {mutant.text: mutant for name in STUDENT_FILES for mutant in mutants_of(name)}
    keys: dict[str, int] = {}
    numbered = []
    for mutant in found.values():
        count = keys[mutant.key] = keys.get(mutant.key, 0) + 1
        key = mutant.key if count == 1 else f"{mutant.key} ({count})"
        numbered.append(Mutant(mutant.stage, mutant.module, key, mutant.text))
    return numbered


def mutants_of(name: str) -> Iterator[Mutant]:
    """The mutants of one solution, by its file's name."""
    module = Path(name).stem
    source = judging.SOLUTIONS[module]
    for block in find_blocks(source, name):
        lines = set(range(block.first, block.last + 1))
        tree, mutations, *_ = create_mutations(name, source, lines)
        for mutation in mutations:
            changed = deep_replace(tree, mutation.original_node, mutation.mutated_node)
            assert isinstance(changed, libcst.Module)
            function = mutation.contained_by_top_level_function
            where = f"{name} {function.name.value}" if function else name
            text = changed.code
            yield Mutant(block.stage, module, f"{where}: {difference(source, text)}", text)


def difference(source: str, text: str) -> str:
    """The lines that differ, before and after, without their indentation."""
    sides: dict[str, list[str]] = {"-": [], "+": []}
    for line in difflib.ndiff(source.splitlines(), text.splitlines()):
        if line[0] in sides:
            sides[line[0]].append(line[2:].strip())
    return " -> ".join(" ".join(lines) for lines in sides.values())


def explanations() -> dict[str, str]:
    """Why a survivor is no gap in the checks, by its key."""
    groups = tomllib.loads(EXPLAINED.read_text())["group"]
    return {key: group["why"] for group in groups for key in group["mutants"]}


HEAD = """\
# Mutants

Made by `python -m benchmarks.mutants`: the solutions' marked regions, one thing changed at a time
by mutmut's operators, each judged by the checks of its own stage on one seed.

| stage | mutants | killed | killed by public checks | survive, explained | unexplained |
| --- | --- | --- | --- | --- | --- |
"""


def written(killers: dict[Mutant, list[str]], explained: dict[str, str]) -> str:
    """The table as Markdown."""
    text = HEAD
    public = {
        each.name for stage in CODE_STAGES for each in judging.checks(stage) if not each.hidden
    }
    for stage in (*CODE_STAGES, "all"):
        own = {m: failed for m, failed in killers.items() if stage in (m.stage, "all")}
        alive = [mutant for mutant, failed in own.items() if not failed]
        unexplained = [mutant for mutant in alive if mutant.key not in explained]
        by_public = sum(bool(public.intersection(failed)) for failed in own.values())
        counts = (len(own), len(own) - len(alive), by_public, len(alive) - len(unexplained))
        text += f"| {stage} | {' | '.join(map(str, counts))} | {len(unexplained)} |\n"
    text += "\n## Survivors\n"
    reasons: dict[str, list[str]] = {}
    for mutant, failed in killers.items():
        if not failed:
            reasons.setdefault(explained.get(mutant.key, "Unexplained."), []).append(mutant.key)
    for why, keys in reasons.items():
        text += f"\n{why}\n\n" + "".join(f"- `{key}`\n" for key in keys)
    return text


def main() -> int:
    """Judge all mutants and write the table.

    Returns:
        1 where a survivor is unexplained or an explanation is of no survivor, else 0.
    """
    killers: dict[Mutant, list[str]] = {}
    everyone = mutants()
    for mutant in everyone:
        killers[mutant] = mutant.judge()
        print(f"\r{len(killers)} of {len(everyone)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    explained = explanations()
    TABLE.write_text(written(killers, explained))
    survivors = {mutant.key for mutant, failed in killers.items() if not failed}
    for key in sorted(survivors - explained.keys()):
        print(f"survives, unexplained: {key}")
    for key in sorted(explained.keys() - survivors):
        print(f"explained, but no survivor: {key}")
    return int(survivors != explained.keys())


if __name__ == "__main__":
    sys.exit(main())
