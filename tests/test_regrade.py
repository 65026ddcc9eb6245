"""A change of the checks or the seed regrades nobody until somebody asks for it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bridge_course import ASSIGNMENT, Course, commands
from typer.testing import CliRunner, Result

from autograder.bridge import ahead
from autograder.cli.common import Exit
from autograder.cli.main import app

pytestmark = pytest.mark.slow

CHANGING = """
from autograder.grading.versions import Versions
from fake_grader import FakeGrader, report
from autograder.checking.assignments import HOMEWORK


class ChangingGrader(FakeGrader):
    def __init__(self, root):
        super().__init__(root)
        self.strict = (root / "strict").exists()
        seed = (root / "seed").read_text() if (root / "seed").exists() else "old"
        self.versions = Versions("strict" if self.strict else "mild", seed)

    for_course = classmethod(lambda cls, root: cls(root))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def fill(self, folders, assignment):
        yield from folders

    def grade(self, submission, assignment):
        reports = super().grade(submission, assignment)
        hacked = self.strict and "trick" in (submission / "utils.py").read_text()
        return {**reports, "attention": report("attention", "wrong")} if hacked else reports
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """Two graded submissions, one mark by hand; then the checks become strict."""
    course = Course(tmp_path_factory.mktemp("course"))
    (course.root / "changing_grader.py").write_text(CHANGING)
    config = course.root / "nbgrader_config.py"
    factory = 'c.GradeStages.grader_factory = "changing_grader.ChangingGrader"\n'
    config.write_text(f"{config.read_text()}\n{factory}")
    course.hand_in("ann", course.released())
    course.hand_in("bob", course.released(), wish="right, by a trick")
    with commands(), pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(course.root))
        patch.delitem(sys.modules, "fake_grader", raising=False)
        spec = importlib.util.find_spec("changing_grader")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        patch.setattr(ahead, "Grader", module.ChangingGrader)
        assert grade(course).exit_code in (Exit.FINE, Exit.ATTENTION)
        course.mark("bob", "patch-size", 7)
        (course.root / "strict").touch()
        yield course


def grade(course: Course, *arguments: str, stdin: str = "") -> Result:
    command = ["grade", *arguments, "--course", str(course.root)]
    return CliRunner().invoke(app, command, input=stdin)


def attention(course: Course, student: str) -> float | None:
    return course.scores(student)["attention"]


def test_plain_grade_keeps_the_verdicts_and_says_so_once(course: Course) -> None:
    before = (course.root / "gradebook.db").read_bytes()
    said = grade(course).output
    assert "The checks changed since 2 submissions were graded;" in said
    assert said.count("vitcourse grade --regrade") == 1
    (course.root / "seed").write_text("new")
    assert "The checks and the seed changed since 1 submission" in grade(course, "ann").output
    (course.root / "seed").unlink()
    assert (course.root / "gradebook.db").read_bytes() == before


def test_no_leaves_everything_as_it_was(course: Course) -> None:
    before = (course.root / "gradebook.db").read_bytes()
    copies = {p: p.read_bytes() for p in (course.root / "autograded").rglob("*") if p.is_file()}
    result = grade(course, "--regrade", stdin="n\n")
    assert result.exit_code == Exit.FINE
    assert "bob attention 20 0" in " ".join(result.output.split())
    assert "ann" not in result.output
    assert "2 judged; the machine-given points of 1 would change." in result.output
    assert result.output.rstrip().endswith("Nothing was changed.")
    assert (course.root / "gradebook.db").read_bytes() == before
    assert all(path.read_bytes() == content for path, content in copies.items())


def test_the_named_and_then_all_are_graded_again(course: Course) -> None:
    grade(course, "ann", "--regrade", stdin="y\n")
    assert attention(course, "bob") == 20
    assert "since 1 submission was graded" in grade(course).output
    said = grade(course, "--regrade", "--yes").output
    assert "bob attention 20 0" in " ".join(said.split())
    assert attention(course, "bob") == 0
    assert attention(course, "ann") == 20
    with course.gradebook() as gradebook:
        hand = gradebook.find_grade("patch-size", ASSIGNMENT, ASSIGNMENT, "bob")
        assert hand.manual_score == 7
    assert "--regrade" not in grade(course).output


def test_reseed_advises_what_exists(course: Course) -> None:
    said = CliRunner().invoke(app, ["reseed", "--yes", "--course", str(course.root)]).output
    assert "Now: vitcourse grade --regrade" in said
    assert grade(course, "--help").exit_code == Exit.FINE


def test_a_file_that_changed_is_judged_by_the_checks_as_they_are(course: Course) -> None:
    (Path(course.folder("ann")) / "utils.py").write_text("right, by a trick")
    assert "ann: note: utils.py changed: graded" in grade(course).output
    assert attention(course, "ann") == 0
