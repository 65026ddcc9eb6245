"""How long grading takes: the same class with stock nbgrader and with ours, in one run.

    python -m benchmarks.grading --sizes 10 30 100 300 --stock 10

Stock nbgrader executes each submission's notebook in a kernel of its own, in which the same
checks run on the same files (`benchmarks.in_kernel`). Ours is `vitcourse grade`, and apart from
it its first half, the checks: two submissions at a time, each in the sandbox.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_notebook

from autograder import bank
from autograder.bank.judging import SOLUTIONS, checks
from autograder.checking.assignments import HOMEWORK, STAGES
from autograder.checking.execution.forking import unconfined
from autograder.checking.execution.live_reference import LiveReference
from autograder.checking.execution.recorded import Recorder
from autograder.checking.worker.loading import filename
from autograder.grading.evaluation import Evaluator
from autograder.places import NOTEBOOKS, ROOT, SETTINGS
from autograder.release.weights import sample_weights

from .in_kernel import judge_stage

MEGABYTE = 2**20
LOOK_SECONDS = 3.0  # Looking takes a fiftieth of a second of every process that is graded in.
VITCOURSE = str(Path(sys.executable).with_name("vitcourse"))
STOCK_CONFIG = """c = get_config()
c.CourseDirectory.course_id = "stock"
c.ExecutePreprocessor.timeout = 600
"""
OUR_CONFIG = '[grading]\ndata = "sample"\n'
CHECKS_ONLY = """
import sys
from pathlib import Path
from autograder.grading.grader import Grader
root = Path(sys.argv[1])
with Grader.for_course(root) as grader:
    for _ in grader.fill(sorted(root.glob("submitted/*/*"))):
        pass
"""


@dataclass(frozen=True)
class Run:
    """What one command took.

    Attributes:
        seconds: from start to end.
        megabytes: the largest memory of all its processes together (proportional set size).
    """

    seconds: float
    megabytes: float


def measured(command: list[str], folder: Path) -> Run:
    """Run a command and watch its processes.

    Raises:
        subprocess.CalledProcessError: where it crashes; the last lines of its words are shown.
    """
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_WAIT_POLICY": "PASSIVE"}
    with tempfile.TemporaryFile("w+") as words:
        started = time.monotonic()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=words, stderr=subprocess.STDOUT
        )
        peak, ended = [0.0], threading.Event()
        watcher = threading.Thread(target=watch, args=(process.pid, peak, ended))
        watcher.start()
        status = process.wait()
        seconds = time.monotonic() - started
        ended.set()
        watcher.join()
        if status not in (0, 1):
            words.seek(0)
            print(words.read()[-2000:], file=sys.stderr)
            raise subprocess.CalledProcessError(status, command)
    return Run(seconds, peak[0])


def watch(number: int, peak: list[float], ended: threading.Event) -> None:
    """Note the most memory that a process and its descendants share out among them."""
    while not ended.wait(LOOK_SECONDS):
        total = 0
        try:
            root = psutil.Process(number)
            for process in (root, *root.children(recursive=True)):
                try:
                    total += process.memory_full_info().pss
                except psutil.Error:
                    continue
        except psutil.Error:
            return
        peak[0] = max(peak[0], total / MEGABYTE)


def class_of(size: int) -> list[dict[str, str]]:
    """Submissions, no two alike: right ones in all styles, and every third with a mistake."""
    right = [bank.overlaid(SOLUTIONS, files) for _, files in bank.right_versions()]
    stages = [bank.load(stage) for stage in HOMEWORK.code_stages]
    wrong = [
        each.over(SOLUTIONS) for group in itertools.zip_longest(*stages) for each in group if each
    ]
    made = []
    for number in range(size):
        pool = wrong if number % 3 == 2 else right
        sources = pool[number % len(pool)]
        made.append({name: f"{text}\n# {number}\n" for name, text in sources.items()})
    return made


def hand_in(root: Path, notebook: Path, students: list[dict[str, str]]) -> None:
    """Put a class's files where nbgrader looks for them."""
    for number, sources in enumerate(students):
        folder = root / "submitted" / f"student{number:03}" / HOMEWORK.name
        folder.mkdir(parents=True)
        shutil.copyfile(notebook, folder / HOMEWORK.notebook)
        for module, text in sources.items():
            (folder / filename(module)).write_text(text)


def stock_course(root: Path) -> Path:
    """A stock nbgrader course whose cells run the checks; the released notebook."""
    recordings = root / "recordings"
    record(recordings)
    cells = [new_code_cell("from pathlib import Path\nfrom benchmarks.in_kernel import earned")]
    for stage in HOMEWORK.code_stages:
        cell = new_code_cell(f'earned("{stage}", Path({str(recordings)!r}))')
        cell.metadata["nbgrader"] = {
            "grade": True,
            "grade_id": stage,
            "locked": True,
            "points": STAGES[stage].points,
            "schema_version": 3,
            "solution": False,
            "task": False,
        }
        cells.append(cell)
    source = root / "source" / HOMEWORK.name / HOMEWORK.notebook
    source.parent.mkdir(parents=True)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), source)
    (root / "nbgrader_config.py").write_text(STOCK_CONFIG)
    nbgrader = [sys.executable, "-m", "nbgrader"]
    subprocess.run([*nbgrader, "generate_assignment", HOMEWORK.name], cwd=root, check=True)
    return root / "release" / HOMEWORK.name / HOMEWORK.notebook


def record(folder: Path) -> None:
    """Record the solutions' answers to all checks."""
    launcher = unconfined()
    live = LiveReference(SOLUTIONS, launcher)
    for stage in HOMEWORK.code_stages:
        recorder = Recorder(live)
        report = judge_stage(stage, list(checks(stage)), SOLUTIONS, launcher, recorder)
        assert report.earned == report.points, report
        recorder.save(folder, stage)
    live.close()
    launcher.close()


def our_course(root: Path) -> Path:
    """Our course, released; the released notebook."""
    shutil.copytree(NOTEBOOKS, root / NOTEBOOKS.name)
    shutil.copyfile(SETTINGS, root / SETTINGS.name)
    (root / "vitcourse.toml").write_text(OUR_CONFIG)
    subprocess.run([VITCOURSE, "release"], cwd=root, check=True)
    return root / "release" / HOMEWORK.name / HOMEWORK.notebook


def compare(sizes: list[int], stock: int) -> str:
    """Grade classes of all sizes with ours, and one with stock nbgrader; the table."""
    ours: dict[int, tuple[Run, Run]] = {}
    with tempfile.TemporaryDirectory() as place:
        stock_root, our_root = Path(place, "stock"), Path(place, "ours")
        stock_root.mkdir()
        hand_in(stock_root, stock_course(stock_root), class_of(stock))
        nbgrader = [sys.executable, "-m", "nbgrader", "autograde", HOMEWORK.name]
        theirs = measured(nbgrader, stock_root)
        our_root.mkdir()
        notebook = our_course(our_root)
        evaluation = evaluated(our_root)
        for size in sizes:
            root = Path(place, f"class{size}")
            shutil.copytree(our_root, root)
            hand_in(root, notebook, class_of(size))
            grading = measured([sys.executable, "-c", CHECKS_ONLY, str(root)], root)
            shutil.rmtree(root)
            shutil.copytree(our_root, root)
            hand_in(root, notebook, class_of(size))
            whole = measured([VITCOURSE, "grade"], root)
            ours[size] = grading, whole
            print(f"{size}: checks {grading}, vitcourse grade {whole}", flush=True)
            shutil.rmtree(root)
    return f"{table(stock, theirs, ours)}\n\n{evaluation}"


def evaluated(root: Path) -> str:
    """How long handed-in weights take, once the test images are loaded."""
    weights = sample_weights(root)
    evaluator = Evaluator("sample")
    words = []
    for name in HOMEWORK.weights:
        evaluator.evaluate(weights / name, Path(name).stem)
        seconds = []
        for _ in range(3):
            started = time.monotonic()
            evaluator.evaluate(weights / name, Path(name).stem)
            seconds.append(time.monotonic() - started)
        words.append(f"{name} {statistics.median(seconds):.2f} s")
    images = len(evaluator.test_set()[0])
    evaluator.close()
    return (
        f"Apart from that, handed-in weights on the embedded sample's {images} test images: "
        f"{', '.join(words)}; a file that was evaluated before costs nothing."
    )


def table(stock: int, theirs: Run, ours: dict[int, tuple[Run, Run]]) -> str:
    """The figures as Markdown; the ratio is to stock's seconds a submission."""
    each = theirs.seconds / stock
    lines = [
        f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "",
        "| | submissions | seconds | seconds a submission | times faster | memory, MB |",
        "| --- | --- | --- | --- | --- | --- |",
        f"| stock nbgrader | {stock} | {theirs.seconds:.1f} | {each:.2f} | 1 "
        f"| {theirs.megabytes:.0f} |",
    ]
    for which, what in enumerate(("ours, the checks", "ours, `vitcourse grade`")):
        for size, runs in ours.items():
            run = runs[which]
            share = run.seconds / size
            lines.append(
                f"| {what} | {size} | {run.seconds:.1f} | {share:.3f} | {each / share:.0f} "
                f"| {run.megabytes:.0f} |"
            )
    largest, smallest = max(ours), min(ours)
    if largest > smallest:
        for which, what in enumerate(("the checks", "`vitcourse grade`")):
            more = ours[largest][which].seconds - ours[smallest][which].seconds
            lines.append(
                f"\nEach further submission ({smallest} to {largest}), {what}: "
                f"{more / (largest - smallest):.3f} s."
            )
    return "\n".join(lines)


def main() -> None:
    """Measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 30, 100, 300])
    parser.add_argument("--stock", type=int, default=10, help="submissions for stock nbgrader")
    chosen = parser.parse_args()
    own = Path(sys.executable).parent  # nbgrader calls `alembic` by its bare name.
    os.environ["PATH"] = f"{own}{os.pathsep}{os.environ['PATH']}"
    print(compare(chosen.sizes, chosen.stock))


if __name__ == "__main__":
    main()
