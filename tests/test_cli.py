"""The command line: help, exit statuses, and what each command says."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from autograder.bridge import ahead, table
from autograder.bridge.run import NotReleasedError, Remark, RunResult
from autograder.checking.assignments import ASSIGNMENTS, HOMEWORK, STAGES, Assignment
from autograder.checking.execution.verdicts import StageReport, Status, Verdict
from autograder.cli import doctor
from autograder.cli.common import Exit
from autograder.cli.main import app
from autograder.grading import grader
from autograder.places import ROOT
from autograder.release import release
from autograder.release.gate import GateError
from autograder.sandbox import SandboxUnavailable

COMMANDS = (
    "release",
    "collect",
    "check",
    "grade",
    "feedback",
    "leaderboard",
    "reseed",
    "answers",
    "forget",
    "demo",
    "doctor",
    "upgrade",
)


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "nbgrader_config.py").write_text("")
    (tmp_path / "somewhere" / "below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "somewhere" / "below")
    return tmp_path


def vitcourse(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=stdin)


def test_help_teaches_and_is_quick() -> None:
    result = vitcourse("--help")
    assert result.exit_code == Exit.FINE
    for words in (*COMMANDS, "Exit status", "Nbgrader, Formgrader"):
        assert words in result.output
    code = "import sys, autograder.cli.main; sys.exit('torch' in sys.modules or 'nbgrader' in "
    subprocess.run([sys.executable, "-c", f"{code}sys.modules)"], check=True)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example(command: str) -> None:
    result = vitcourse(command, "--help")
    assert result.exit_code == Exit.FINE
    assert f": vitcourse {command}" in result.output


def test_what_cannot_be_understood() -> None:
    assert vitcourse("colect", "x").exit_code == Exit.USAGE
    assert vitcourse("collect", "/nowhere/at/all.zip").exit_code == Exit.USAGE
    assert vitcourse("demo", "--folder").exit_code == Exit.USAGE


@pytest.mark.parametrize(
    "command",
    [
        ["release", "lab"],
        ["collect", ".", "--assignment", "lab"],
        ["check", ".", "--assignment", "lab"],
        ["grade", "--assignment", "lab"],
        ["answers", "--assignment", "lab"],
    ],
    ids=lambda command: command[0],
)
def test_a_wrong_assignment_gets_the_right_names(course: Path, command: list[str]) -> None:
    result = vitcourse(*command)
    assert result.exit_code == Exit.USAGE
    said = " ".join(result.output.split())
    assert f'there is no "lab"; there are {", ".join(ASSIGNMENTS)}' in said
    assert {path.name for path in course.iterdir()} == {"nbgrader_config.py", "somewhere"}


@pytest.mark.parametrize("command", ["release", "grade", "leaderboard", "answers", "reseed"])
def test_outside_a_course_nothing_is_done(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = vitcourse(command)
    assert result.exit_code == Exit.REFUSED
    assert "nbgrader_config.py" in result.output
    assert list(tmp_path.iterdir()) == []
    assert vitcourse(command, "--course", str(tmp_path)).exit_code == Exit.REFUSED


def test_upgrade_rewrites_what_a_course_imports_once_and_says_so(course: Path) -> None:
    config = course / "nbgrader_config.py"
    old = "from autograder.bridge.config import configure\nconfigure(get_config(), __file__)\n"
    config.write_text(old)
    result = vitcourse("upgrade")
    assert result.exit_code == Exit.FINE
    assert "is now `from vitcourse import configure`" in result.output
    assert config.read_text() == old.replace("autograder.bridge.config", "vitcourse")
    assert "nothing to do" in vitcourse("upgrade").output


def test_upgrade_refuses_settings_that_it_does_not_know(course: Path) -> None:
    result = vitcourse("upgrade")
    assert result.exit_code == Exit.REFUSED
    assert "`from vitcourse import configure`" in result.output
    assert (course / "nbgrader_config.py").read_text() == ""


def test_collect_names_what_has_no_place(course: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("ViT.py", "x")
    downloads = course / "downloads"
    downloads.mkdir()
    (downloads / "Jane Doe_7_assignsubmission_file_s.zip").write_bytes(buffer.getvalue())
    result = vitcourse("collect", str(downloads), "--dry-run")
    assert result.exit_code == Exit.FINE
    assert "Jane-Doe_7: new" in result.output
    assert not (course / "submitted").exists()

    (downloads / "whose.zip").write_bytes(buffer.getvalue())
    result = vitcourse("collect", str(downloads))
    assert result.exit_code == Exit.ATTENTION
    assert "1 NOT placed:\n    whose.zip: " in result.output
    assert (course / "submitted" / "Jane-Doe_7" / "vit-cifar10" / "ViT.py").is_file()
    result = vitcourse("collect", str(downloads / "whose.zip"), "--student", "alice")
    assert result.exit_code == Exit.FINE


class FakeGrader:
    """Gives every stage what the submission's utils.py says."""

    def __init__(self, config, seed, store) -> None:  # type: ignore[no-untyped-def]
        if config.isolation != "cooperative":
            raise SandboxUnavailable("no sandbox here")

    def __enter__(self) -> FakeGrader:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def grade(self, submission: Path, assignment: Assignment) -> dict[str, StageReport]:
        status = Status((submission / "utils.py").read_text())
        return {
            key: StageReport(
                key,
                (
                    Verdict(
                        "test_it", key, f"{key} works", STAGES[key].points, status,
                        "look here", STAGES[key].points if status is Status.PASSED else 0,
                    ),
                ),
            )
            for key in assignment.machine_stages
        }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "exit_code", "words"),
    [
        (Status.PASSED, Exit.FINE, "80 of 80 machine-given points."),
        (Status.FAILED, Exit.ATTENTION, "look here"),
        (Status.GRADER_ERROR, Exit.ATTENTION, "A person has to look at: data, patching"),
    ],
)
def test_check_shows_every_stage(
    course: Path, monkeypatch: pytest.MonkeyPatch, status: Status, exit_code: Exit, words: str
) -> None:
    monkeypatch.setattr(grader, "Grader", FakeGrader)
    (course / "utils.py").write_text(status)
    refused = vitcourse("check", str(course))
    assert refused.exit_code == Exit.REFUSED
    assert "no sandbox here" in refused.output
    result = vitcourse("check", str(course), "--trusted")
    assert result.exit_code == exit_code, result.output
    assert words in result.output
    assert "attention works" in result.output


def test_grade_ends_with_what_needs_a_person(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def grade(
        root: Path, students: list[str] | None, assignment: Assignment, *, force: bool
    ) -> RunResult:
        asked.append((root, students, assignment, force))
        return RunResult(("alice", "bob"), (Remark("bob", "no notebook"),))

    monkeypatch.setattr(ahead, "grade", grade)
    monkeypatch.setattr(table, "marks_table", lambda root, assignment: "the table")
    result = vitcourse("grade", "alice", "bob", "--force")
    assert asked == [(course, ["alice", "bob"], HOMEWORK, True)]
    assert result.exit_code == Exit.ATTENTION
    assert "the table" in result.output
    assert result.output.splitlines()[-1].strip() == "bob: needs a person: no notebook"


@pytest.mark.parametrize(
    "error", [NotReleasedError("release first"), SandboxUnavailable("no jail")]
)
def test_grade_refuses(course: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def grade(
        root: Path, students: list[str] | None, assignment: Assignment, *, force: bool
    ) -> RunResult:
        raise error

    monkeypatch.setattr(ahead, "grade", grade)
    result = vitcourse("grade")
    assert result.exit_code == Exit.REFUSED
    assert str(error) in result.output


def test_grade_refuses_wrong_settings(course: Path) -> None:
    (course / "vitcourse.toml").write_text('[grading]\nisolation = "none"\n')
    result = vitcourse("grade")
    assert result.exit_code == Exit.REFUSED
    assert "isolation is one of" in result.output


def test_reseed_asks_first(course: Path) -> None:
    seed = course / ".vitcourse" / "seed"
    assert vitcourse("reseed", stdin="n\n").exit_code == Exit.ATTENTION
    assert not seed.exists()
    assert vitcourse("reseed", "--yes").exit_code == Exit.FINE
    first = seed.read_text()
    assert vitcourse("reseed", stdin="y\n").exit_code == Exit.FINE
    assert seed.read_text() != first


def test_answers_are_written_where_asked(course: Path) -> None:
    (course / "notebooks").symlink_to(ROOT / "notebooks")
    result = vitcourse("answers", "--to", str(course / "answers.md"))
    assert result.exit_code == Exit.FINE
    text = (course / "answers.md").read_text()
    assert "Model answer" in text
    assert "Rubric" not in text
    assert vitcourse("answers").exit_code == Exit.FINE
    assert (course / "build" / "vit-cifar10-model-answers.md").read_text() == text


def test_release_says_where_things_are_or_why_not(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = release.Released(course / "folder", course / "a.zip", course / "guide.md")
    monkeypatch.setattr(release, "release", lambda root, assignment: made)
    result = vitcourse("release")
    assert result.exit_code == Exit.FINE
    assert f"For staff:    {course / 'guide.md'}" in result.output

    def refuse(root: Path, assignment: Assignment) -> None:
        raise GateError("1 thing(s) in the release must not be there")

    monkeypatch.setattr(release, "release", refuse)
    result = vitcourse("release")
    assert result.exit_code == Exit.REFUSED
    assert "Not released: 1 thing(s)" in result.output


def findings(root: Path | None) -> dict[str, doctor.Finding]:
    return {finding.subject: finding for finding in doctor.examine(root)}


def test_doctor_names_what_would_fail(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["pytest", "torch>=99", "no-such-thing", 'ruff; extra == "dev"']
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: wanted)
    version = doctor.metadata.version
    monkeypatch.setattr(
        doctor.metadata, "version", lambda name: "1.0" if name == "vitcourse" else version(name)
    )
    (course / "vitcourse.toml").write_text(
        '[grading]\nisolation = "cooperative"\ndata = "/nowhere"'
    )
    (course / ".vitcourse").mkdir(mode=0o755)
    (course / "release" / "vit-cifar10").mkdir(parents=True)
    found = findings(course)
    health = {subject: finding.health.name for subject, finding in found.items()}
    assert health == {
        "Python": "FINE", "vitcourse": "FINE", "pytest": "FINE", "torch": "PROBLEM",
        "no-such-thing": "PROBLEM", "course": "FINE", "settings": "FINE", "data": "PROBLEM",
        "isolation": "NOTE", "stubs": "FINE", "seed": "PROBLEM", "release": "PROBLEM",
    }  # fmt: skip
    assert "could read the solutions" in found["isolation"].words
    result = vitcourse("doctor")
    assert result.exit_code == Exit.ATTENTION
    assert "5 problem(s)." in result.output


def test_doctor_without_sandbox_or_course(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def choose(isolation: str) -> None:
        raise SandboxUnavailable("bubblewrap is not installed")

    monkeypatch.setattr("autograder.sandbox.tiers.choose", choose)
    (course / ".vitcourse").mkdir(mode=0o700)
    found = findings(course)
    assert found["isolation"].health is doctor.Health.PROBLEM
    assert "grading will refuse: bubblewrap is not installed" in found["isolation"].words
    assert found["seed"].health is doctor.Health.FINE
    assert findings(None)["course"].health is doctor.Health.PROBLEM
