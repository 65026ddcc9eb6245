"""`vitcourse grade` grades whoever's files changed, says so, and leaves everybody else alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from bridge_course import ASSIGNMENT, NOTEBOOK, Course, commands, environment

from autograder.bridge.run import RunResult, autograde
from autograder.bridge.submission import UNREADABLE_TIMESTAMP
from autograder.checking.assignments import HOMEWORK
from autograder.records.records import Records

pytestmark = pytest.mark.slow

LATE = '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
FULL, NONE = 30.0, 0.0
LISTS = """
from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader

app = NbGrader()
app.initialize([])
api = NbGraderAPI(app.coursedir, parent=app)
print(len(api.get_assignments()), len(api.get_submissions("vit-cifar10")))
"""


@pytest.fixture(scope="module", autouse=True)
def with_commands() -> Iterator[None]:
    with commands():
        yield


def made(root: Path) -> Course:
    course = Course(root)
    config = root / "nbgrader_config.py"
    config.write_text(config.read_text() + LATE)
    return course


def points(course: Course, student: str) -> float:
    scores = course.scores(student)
    return sum(scores[key] or 0.0 for key in ("attention", "training"))


def stamp(course: Course, student: str, text: str) -> None:
    (course.folder(student) / "timestamp.txt").write_text(text)


def said(result: RunResult) -> dict[str, str]:
    return {remark.student: remark.words for remark in result.remarks}


def move(course: Course, day: int) -> None:
    with course.gradebook() as gradebook:
        due = datetime(2026, 5, day)
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=due)


def penalties(course: Course) -> dict[str, float]:
    with course.gradebook() as gradebook:
        found = gradebook.assignment_submissions(ASSIGNMENT)
        return {each.student_id: each.late_submission_penalty for each in found}


def push_down(folder: Path, below: str) -> None:
    files = [path for path in folder.iterdir() if path.is_file()]
    (folder / below).mkdir(parents=True)
    for path in files:
        path.rename(folder / below / path.name)


class TestFiles:
    """Everybody is graded right; then each hand-in changes in another way."""

    @pytest.fixture(scope="class")
    @classmethod
    def course(cls, tmp_path_factory: pytest.TempPathFactory) -> Course:
        course = made(tmp_path_factory.mktemp("course"))
        for student in ("edited", "same", "added", "removed", "renamed", "stamped", "typed"):
            course.hand_in(student, course.released())
            stamp(course, student, "2026-05-01 10:00:00 UTC")
            (course.folder(student) / "ViT.py").write_text("x = 1\n")
        assert autograde(course.root).remarks == ()
        return course

    @pytest.fixture(scope="class")
    @classmethod
    def untouched(cls, course: Course) -> int:
        return (course.root / "autograded" / "same" / ASSIGNMENT / NOTEBOOK).stat().st_mtime_ns

    @pytest.fixture(scope="class")
    @classmethod
    def result(cls, course: Course, untouched: int) -> RunResult:
        (course.folder("edited") / "utils.py").write_text("wrong")
        (course.folder("added") / "notes.txt").write_text("more")
        (course.folder("removed") / "ViT.py").unlink()
        (course.folder("renamed") / "ViT.py").rename(course.folder("renamed") / "vit_old.py")
        stamp(course, "stamped", "2026-04-30 10:00:00 UTC")
        notebook = course.released()
        notebook.cells[0].source += " And a word."
        course.hand_in("typed", notebook)
        course.hand_in("fresh", course.released())
        return autograde(course.root)

    def test_who_changed_is_named_with_what(self, result: RunResult) -> None:
        assert said(result) == {
            "edited": "utils.py changed: graded",
            "added": "notes.txt added: graded",
            "removed": "ViT.py removed: graded",
            "renamed": "ViT.py renamed to vit_old.py: graded",
            "stamped": "timestamp.txt changed: graded",
            "typed": f"{NOTEBOOK} changed: graded",
        }
        assert result.exit_code == 0
        assert "  edited: note: utils.py changed: graded" in result.last_lines()

    @pytest.mark.usefixtures("result")
    def test_an_edit_without_a_newer_time_changes_the_mark(self, course: Course) -> None:
        assert points(course, "edited") == NONE
        assert points(course, "fresh") == points(course, "removed") == FULL
        assert not (course.root / "autograded" / "removed" / ASSIGNMENT / "ViT.py").exists()
        assert "And a word." in course.shown("typed")

    @pytest.mark.usefixtures("result")
    def test_nobody_else_is_graded(self, course: Course, untouched: int) -> None:
        copy = course.root / "autograded" / "same" / ASSIGNMENT / NOTEBOOK
        assert copy.stat().st_mtime_ns == untouched

    @pytest.mark.usefixtures("result")
    def test_the_next_run_grades_nobody_and_leaves_the_gradebook(self, course: Course) -> None:
        before = (course.root / "gradebook.db").read_bytes()
        assert autograde(course.root).remarks == ()
        assert (course.root / "gradebook.db").read_bytes() == before

    @pytest.mark.usefixtures("result")
    def test_what_is_left_of_a_copy_is_no_copy(self, course: Course) -> None:
        (course.root / "autograded" / "fresh" / ASSIGNMENT / NOTEBOOK).unlink()
        assert autograde(course.root).remarks == ()
        assert course.graded("fresh").cells

    @pytest.mark.usefixtures("result")
    def test_a_course_without_records_is_taken_as_it_is(self, course: Course) -> None:
        for student in [path.name for path in (course.root / "submitted").iterdir()]:
            Records(course.root).forget(student)
        (course.folder("same") / "ViT.py").write_text("x = 2\n")
        notebook = course.released()
        notebook.cells[-1].source += " And another word."
        course.hand_in("typed", notebook)
        assert said(autograde(course.root)) == {
            "same": "ViT.py changed: graded",
            "typed": f"{NOTEBOOK} changed: graded",
        }
        assert Records(course.root).read("graded", "edited", ASSIGNMENT)


class TestDueDates:
    """Late penalties follow the due date, whoever moves it, and nothing else is graded."""

    @pytest.fixture(scope="class")
    @classmethod
    def course(cls, tmp_path_factory: pytest.TempPathFactory) -> Course:
        course = made(tmp_path_factory.mktemp("course"))
        for student, day in (("early", 1), ("late", 3), ("later", 9)):
            course.hand_in(student, course.released())
            stamp(course, student, f"2026-05-0{day} 10:00:00 UTC")
        move(course, 2)
        assert autograde(course.root).remarks == ()
        assert penalties(course) == {"early": 0, "late": FULL, "later": FULL}
        return course

    def test_a_moved_due_date_and_an_extension(self, course: Course) -> None:
        (course.root / "autograded" / "late" / ASSIGNMENT / "mark").touch()
        move(course, 5)
        result = autograde(course.root)
        assert penalties(course) == {"early": 0, "late": 0, "later": FULL}
        words = said(result)["late"]
        assert words == "is now due 2026-05-05T00:00:00 UTC: late penalty 30 before, 0 now"
        assert (course.root / "autograded" / "late" / ASSIGNMENT / "mark").exists()

        with course.gradebook() as gradebook:
            gradebook.grant_extension(ASSIGNMENT, "later", days=7)
        assert list(said(autograde(course.root))) == ["later"]
        assert penalties(course) == {"early": 0, "late": 0, "later": 0}
        assert autograde(course.root).remarks == ()

    def test_a_rule_that_fails_is_said(self, course: Course) -> None:
        config = course.root / "nbgrader_config.py"
        text = config.read_text()
        config.write_text(text + 'c.LateSubmissionPlugin.penalty_method = "nothing"\n')
        move(course, 2)
        result = autograde(course.root, ["late"])
        assert "late penalties cannot be computed" in said(result)["late"]
        assert result.exit_code == 1
        config.write_text(text)
        assert "late penalty 0 before, 30 now" in said(autograde(course.root, ["late"]))["late"]


class TestFolders:
    """Files in another place than they should be, and times that are none."""

    @pytest.fixture(scope="class")
    @classmethod
    def course(cls, tmp_path_factory: pytest.TempPathFactory) -> Course:
        course = made(tmp_path_factory.mktemp("course"))
        for student in ("deep", "deeper", "twice", "untimed", "binary", "fine"):
            course.hand_in(student, course.released())
        for student, below in (("deep", ASSIGNMENT), ("deeper", "submission/work")):
            push_down(course.folder(student), below)
        for below in ("one", "two"):
            course.hand_in("twice", course.released())
            push_down(course.folder("twice"), below)
        course.hand_in("parted", course.released())
        (course.folder("parted") / "code").mkdir()
        for file in HOMEWORK.files:
            (course.folder("parted") / "code" / file).write_text("right = True\n")
        stamp(course, "deep", "2026-05-01 10:00:00 UTC")
        (course.folder("deep") / ASSIGNMENT / "timestamp.txt").write_text("2020-01-01 UTC")
        packed = course.folder("packed")
        packed.mkdir(parents=True)
        (packed / "submission.zip").write_bytes(b"PK")
        stamp(course, "untimed", "yesterday, I think")
        (course.folder("binary") / "timestamp.txt").write_bytes(b"\xff\xfe\0")
        return course

    @pytest.fixture(scope="class")
    @classmethod
    def result(cls, course: Course) -> RunResult:
        return autograde(course.root)

    def test_a_folder_too_deep_is_graded_with_a_note(
        self, course: Course, result: RunResult
    ) -> None:
        for student in ("deep", "deeper"):
            assert points(course, student) == FULL
            assert "in a folder inside the submission" in said(result)[student]
            assert "lay in a folder inside your submission" in course.shown(student)
        assert not {r.student for r in result.remarks if r.needs_person} & {"deep", "deeper"}
        with course.gradebook() as gradebook:
            time = gradebook.find_submission(ASSIGNMENT, "deep").timestamp
        assert time == datetime(2026, 5, 1, 10)

    @pytest.mark.parametrize(
        ("student", "words"),
        [
            ("twice", "several folders"),
            ("parted", "put those that count into one folder"),
            ("packed", "still packed"),
        ],
    )
    def test_what_nobody_can_tell_is_left_to_a_person(
        self, course: Course, result: RunResult, student: str, words: str
    ) -> None:
        assert words in said(result)[student]
        assert course.scores(student)["attention"] is None
        assert "attention" in course.open_marks(student)

    @pytest.mark.parametrize("student", ["untimed", "binary"])
    def test_a_time_that_is_none_is_kept_aside(
        self, course: Course, result: RunResult, student: str
    ) -> None:
        assert (course.folder(student) / UNREADABLE_TIMESTAMP).is_file()
        assert not (course.folder(student) / "timestamp.txt").exists()
        assert "holds no time" in said(result)[student]
        assert points(course, student) == FULL

    @pytest.mark.usefixtures("result")
    def test_the_lists_of_formgrader_open(self, course: Course) -> None:
        done = subprocess.run(
            [sys.executable, "-c", LISTS], cwd=course.root, env=environment(),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.stdout.split() == ["1", "8"], done.stderr

    def test_a_second_run_says_the_same(self, course: Course, result: RunResult) -> None:
        assert autograde(course.root).remarks == result.remarks

    @pytest.mark.usefixtures("result")
    def test_a_time_written_later_counts(self, course: Course) -> None:
        stamp(course, "untimed", "2026-05-01 10:00:00 UTC")
        assert said(autograde(course.root, ["untimed"])) == {
            "untimed": "timestamp.txt added: graded"
        }
