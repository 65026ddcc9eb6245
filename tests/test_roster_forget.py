"""A person deleted everywhere, and everything that still holds the person named."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from rosters import HOMEWORK, handed_in, midterm, moodle, roster_of, write_roster
from typer.testing import CliRunner, Result

from autograder.cli.common import Exit
from autograder.cli.main import app
from autograder.grading.store import Store
from autograder.records.settings import course_settings
from autograder.roster import forgetting
from autograder.roster.traces import Words, files_with

KEY, NAME, EMAIL = "Ada-Park_100001", "Ada Párk", "ada.park@uni.example"
BAO = "Bao-Nguyen_100002"


@pytest.fixture(scope="module")
def fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = midterm(tmp_path_factory.mktemp("midterm"))
    write_roster(root, f'key,name,email\n{KEY},"Párk, Ada",{EMAIL}\n{BAO},Bao Nguyen,b@u.example\n')
    handed_in(root, KEY, moodle(NAME, "100001", email=EMAIL))
    with course_settings(root).gradebook() as gradebook:
        gradebook.update_or_create_student(KEY, first_name="Ada", last_name="Párk", email=EMAIL)
        for each in ("patching", "attention"):
            grade = gradebook.find_grade(each, HOMEWORK, HOMEWORK, KEY)
            grade.manual_score = 1.0
        comments = gradebook.find_submission_notebook(HOMEWORK, HOMEWORK, KEY).comments
        comments[0].manual_comment = f"{NAME}, see section 4."
        gradebook.db.commit()
    Store(root).write("code-abc", {"message": f"# by {NAME}"})
    old = root / ".vitcourse" / "replaced" / KEY / HOMEWORK / "1"
    old.mkdir(parents=True)
    (old / "utils.py").write_text(f"# {EMAIL}")
    return root


@pytest.fixture
def root(fixture: Path, tmp_path: Path) -> Path:
    return shutil.copytree(fixture, tmp_path / "course")


def vitcourse(root: Path, *arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, [*arguments, "--course", str(root)], input=stdin)


def holding(root: Path) -> set[str]:
    """The files of a course whose name or bytes hold the person, searched without the product."""
    needles = [each.encode() for each in (NAME, "Párk, Ada", EMAIL, KEY)]
    return {
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_file()
        and any(
            each in path.read_bytes() + str(path.relative_to(root)).encode() for each in needles
        )
    }


def test_nothing_of_the_person_is_left(root: Path) -> None:
    assert "gradebook.db" in holding(root)
    result = vitcourse(root, "forget", EMAIL.upper(), "--yes")
    assert result.exit_code == Exit.FINE, result.output
    assert holding(root) == set()
    assert [person.key for person in roster_of(root).people] == [BAO]
    with course_settings(root).gradebook() as gradebook:
        assert len(gradebook.students) == 19
        assert gradebook.find_submission(HOMEWORK, BAO).score > 0
    assert BAO in (root / "grades.csv").read_text()
    assert (root / "submitted" / BAO / HOMEWORK).is_dir()


def test_a_dry_run_and_a_no_delete_nothing(root: Path) -> None:
    before = holding(root)
    result = vitcourse(root, "forget", KEY, "--dry-run")
    assert result.exit_code == Exit.FINE
    for words in (f"submitted/{KEY}", f".vitcourse/replaced/{KEY}", "grades.csv", "kept reports"):
        assert words in result.output
    vitcourse(root, "forget", KEY, stdin="n\n")
    assert holding(root) == before


def test_what_still_holds_the_person_is_named(root: Path) -> None:
    (root / "build").mkdir(exist_ok=True)
    (root / "build" / "leaderboard.html").write_text(
        "<p>P&aacute;rk</p><p>ada.park@uni.example</p>"
    )
    (root / "downloads").mkdir()
    with zipfile.ZipFile(root / "downloads" / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{NAME}_100001_assignsubmission_file_/x.zip", "x")
    nickname = (root / "submitted" / KEY / HOMEWORK / "nickname.txt").read_text().strip()
    (root / "build" / "page.html").write_text(f"<td>{nickname}</td>")
    (root / "list.csv").write_bytes(f"Name\n{NAME}\n".encode("cp1252"))
    vitcourse(root, "roster", "split", KEY, "other", "--assignment", HOMEWORK, "--yes")
    vitcourse(root, "roster", "merge", "other", KEY, "--yes")
    result = vitcourse(root, "forget", KEY, "--yes")
    assert result.exit_code == Exit.ATTENTION
    for words in (
        "build/leaderboard.html: still holds",
        "build/page.html: still holds",
        "downloads/class.zip: still holds",
        "list.csv: still holds",
        f"vitcourse forget {KEY} --backups",
    ):
        assert words in result.output
    assert result.output.count("a backup, still holds the person") == 2
    for path in ("build/leaderboard.html", "build/page.html", "downloads/class.zip", "list.csv"):
        (root / path).unlink()
    # The advice is a command that works when the person is gone already.
    result = vitcourse(root, "forget", KEY, "--backups", "--yes")
    assert result.exit_code == Exit.FINE, result.output
    assert holding(root) == set()
    assert list((root / ".vitcourse" / "backups").iterdir()) == []


def test_an_interrupted_farewell_is_finished_by_the_next(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(folder: Path) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(forgetting.shutil, "rmtree", fails)
        assert "Run the same command again" in vitcourse(root, "forget", KEY, "--yes").output
    assert holding(root)
    assert vitcourse(root, "forget", KEY, "--yes").exit_code == Exit.FINE
    assert holding(root) == set()


def test_nobody_of_this_name(root: Path) -> None:
    for text in ("nobody", "..", "../midterm", ""):
        result = vitcourse(root, "forget", text, "--yes")
        assert result.exit_code == Exit.REFUSED
        assert "roster show" in result.output
        assert vitcourse(root, "forget", text, "--yes", "--backups").exit_code == Exit.REFUSED
    assert holding(root)


def test_backups_are_deleted_for_people_only(root: Path) -> None:
    vitcourse(root, "roster", "split", KEY, "other", "--assignment", HOMEWORK, "--yes")
    for word in ("student", "gradebook", "assignment"):  # these stand in every gradebook
        assert vitcourse(root, "forget", word, "--backups", "--yes").exit_code == Exit.REFUSED
    assert len(list((root / ".vitcourse" / "backups").iterdir())) == 1


def test_how_a_person_is_written(tmp_path: Path) -> None:
    texts = {
        "plain": "by Zoë Ng",
        "upper": "ZOË NG".replace("Ë", "ë"),
        "nfd": "Zoe\u0308 Ng",
        "sorted": "Ng, Zoë",
        "json": '"Zo\\u00eb Ng"',
        "other": "Zoë Ngata",
        "short": "Ng",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    found = {path.name for path in files_with(tmp_path, Words(["Zoë Ng"]))}
    assert found == {"plain", "upper", "nfd", "sorted", "json"}
    assert list(files_with(tmp_path, Words([]))) == []
