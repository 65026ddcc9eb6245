"""Every verdict as it was before the core was redesigned, to be compared with what it is now.

    python tests/verdict_record.py    # writes fixtures/verdicts.json.xz, in about half an hour

The cases are the bank's wrong and right versions, the demo class, the attacks and the broken
submissions; each is judged by the grader, with each seed, and by the student's package.
"""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attacks import ending, forging, knowing, patching, reaching, telling, values
from broken import KINDS

from autograder import bank
from autograder.checking.assignments import ASSIGNMENTS, CODE_STAGES, Assignment
from autograder.checking.execution.limits import Limits
from autograder.checking.execution.session import read_sources
from autograder.checking.execution.verdicts import StageReport
from autograder.demo.roster import CLASS
from autograder.grading.config import CourseConfig
from autograder.grading.grader import Grader
from autograder.release.package import assemble

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "tests" / "fixtures" / "verdicts.json.xz"
SEEDS = (b"the first", b"the second", b"the third")
HOME = "at home"
IDLE = Limits(program_wall_seconds=2.0, slow_program_wall_seconds=2.0)
AT_HOME = """
import json, sys, tempfile
from pathlib import Path
sys.path.insert(0, "")
sys.modules["autograder"] = None
from checking.notebook import code_report
for line in sys.stdin:
    stages, sources = json.loads(line)
    with tempfile.TemporaryDirectory() as folder:
        for module, text in sources.items():
            Path(folder, f"{module}.py").write_bytes(text.encode("utf-8", "surrogatepass"))
        reports = [code_report(stage, Path(folder)).to_json() for stage in stages]
    print(json.dumps(reports), flush=True)
"""

Recorded = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """One submission.

    Attributes:
        name: its group and its name there.
        stages: that are judged, of one assignment.
        sources: the files, by module name.
        home: the stages that the student's package judges.
        idles: whether it lets the grader wait without computing; then the wait is cut short.
    """

    name: str
    stages: tuple[str, ...]
    sources: dict[str, str]
    home: tuple[str, ...] = ()
    idles: bool = False


def cases() -> list[Case]:
    """All submissions, in the order in which they are judged."""
    return [*of_the_bank(), *of_the_demo(), *of_the_attacks(), *of_the_broken()]


def of_the_bank() -> Iterator[Case]:
    """The wrong versions and the right ones."""
    solutions = read_sources(ROOT / "solutions")
    for stage in CODE_STAGES:
        for wrong in bank.load(stage):
            name, sources = f"wrong/{stage}/{wrong.name}", wrong.over(solutions)
            yield Case(name, assignment_of(stage).code_stages, sources, (stage,))
    for name, overlays in bank.right_versions():
        sources = bank.overlaid(solutions, overlays)
        for each in ASSIGNMENTS.values():
            if any(Path(file).stem in overlays for file in each.files):
                yield Case(f"right/{name}/{each.name}", each.code_stages, sources, each.code_stages)


def of_the_demo() -> Iterator[Case]:
    """The demo class."""
    for student in CLASS:
        stages = ASSIGNMENTS["vit-cifar10"].code_stages
        yield Case(f"demo/{student.name}", stages, student.sources(), stages)


def of_the_attacks() -> Iterator[Case]:
    """The attacks on one stage's grading."""
    for module in (ending, forging, values, knowing, patching, reaching, telling):
        for attack in module.ATTACKS:
            name = f"attack/{attack.name}"
            yield Case(name, (attack.stage,), attack.sources, idles=attack.idles)


def of_the_broken() -> Iterator[Case]:
    """The broken submissions."""
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in kind.files().items():
                Path(folder, name).write_bytes(content)
            sources = read_sources(Path(folder))
        yield Case(f"broken/{kind.name}", ASSIGNMENTS["vit-cifar10"].code_stages, sources)


def assignment_of(stage: str) -> Assignment:
    """The assignment with a stage."""
    return next(each for each in ASSIGNMENTS.values() if stage in each.code_stages)


def in_grader(chosen: Sequence[Case], seed: bytes) -> Recorded:
    """The grader's verdicts on some cases, by name and stage."""
    busy = [case for case in chosen if not case.idles]
    idle = [case for case in chosen if case.idles]
    found = judged(busy, seed, Limits(), workers=2)
    return found | (judged(idle, seed, IDLE, workers=1) if idle else {})


def judged(chosen: Sequence[Case], seed: bytes, limits: Limits, workers: int) -> Recorded:
    """The same with some limits, so many cases at a time."""
    with (
        Grader(CourseConfig(data="sample", limits=limits), seed) as grader,
        ThreadPoolExecutor(workers) as pool,
    ):

        def judge(case: Case) -> dict[str, Any]:
            with grader._launcher() as launcher:
                return plain(grader.judge(list(case.stages), case.sources, launcher))

        return dict(zip((case.name for case in chosen), pool.map(judge, chosen), strict=True))


def at_home(chosen: Sequence[Case]) -> Recorded:
    """The student's package's verdicts on some cases, by name and stage."""
    found: Recorded = {}
    for assignment in ASSIGNMENTS.values():
        own = [case for case in chosen if set(case.home) & set(assignment.code_stages)]
        if not own:
            continue
        with tempfile.TemporaryDirectory() as folder:
            assemble(Path(folder), assignment)
            asked = "".join(json.dumps([case.home, case.sources]) + "\n" for case in own)
            done = subprocess.run(
                [sys.executable, "-c", AT_HOME], cwd=folder, input=asked, stdout=subprocess.PIPE,
                text=True, check=True,
            )  # fmt: skip
        for case, line in zip(own, done.stdout.splitlines(), strict=True):
            found[case.name] = plain(map(StageReport.from_json, json.loads(line)))
    return found


def plain(reports: Iterable[StageReport]) -> dict[str, Any]:
    """Reports as what JSON can hold, by stage."""
    return {report.stage: json.loads(json.dumps(report.to_json())) for report in reports}


def record(chosen: Sequence[Case], seeds: Sequence[bytes] = SEEDS) -> dict[str, Recorded]:
    """Everything on record for some cases: by seed, and at home."""
    found = {seed.decode(): in_grader(chosen, seed) for seed in seeds}
    return found | {HOME: at_home([case for case in chosen if case.home])}


def load() -> dict[str, Recorded]:
    """What is on record."""
    found: dict[str, Recorded] = json.loads(lzma.decompress(FILE.read_bytes()))
    return found


def differences(before: dict[str, Recorded], now: dict[str, Recorded]) -> list[str]:
    """What is not as it was, of what was judged now: a line each."""
    lines = []
    for where, judged in now.items():
        for name, stages in judged.items():
            for stage, report in stages.items():
                was = before[where].get(name, {}).get(stage)
                if was is None:
                    lines.append(f"{where}: {name}: {stage} is not on record")
                    continue
                if was["notes"] != report["notes"]:
                    lines.append(f"{where}: {name}: notes {was['notes']} are {report['notes']}")
                old = {each["check"]: each for each in was["verdicts"]}
                new = {each["check"]: each for each in report["verdicts"]}
                if list(old) != list(new):
                    lines.append(f"{where}: {name}: {stage}: checks {list(old)} are {list(new)}")
                for check in old.keys() & new.keys():
                    lines += [
                        f"{where}: {name}: {check}: {key}\n  was: {old[check][key]}\n  is:  {value}"
                        for key, value in new[check].items()
                        if old[check][key] != value
                    ]
    return lines


if __name__ == "__main__":
    FILE.write_bytes(lzma.compress(json.dumps(record(cases())).encode(), preset=9))
    print(f"{FILE.relative_to(ROOT)}: {FILE.stat().st_size / 1e6:.1f} MB")
