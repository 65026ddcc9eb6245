"""The leaderboard: who is on it, under which name, in which order, and what the page shows."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime
from html import unescape
from pathlib import Path

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
from bridge_pages import acting_parts
from bs4 import BeautifulSoup
from downloads import MOODLE, WHOLE, zipped
from typer.testing import CliRunner, Result

from autograder.checking.assignments import NICKNAME_FILE
from autograder.checking.weights.evaluation import Outcome
from autograder.cli.common import Exit
from autograder.cli.main import app
from autograder.collect.collecting import collect
from autograder.grading.evaluation import Evaluator
from autograder.leaderboard import nicknames
from autograder.leaderboard.board import Board, Entry, as_text, leaderboard, ranked
from autograder.leaderboard.nicknames import look, names
from autograder.leaderboard.page import as_page
from course import handin

HandIn = Callable[..., Path]
FULL = Outcome(0.5, "", "few", 10_000, 1000, "few")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "nbgrader_config.py").write_text("")
    return tmp_path


@pytest.fixture
def hand_in(root: Path) -> HandIn:
    """Hands in a nickname and two accuracies, which the evaluation below reads from the files."""

    def hand_in(
        student: str, nickname: str | bytes | None, vit: float, resnet: float = 0.7, day: int = 1
    ) -> Path:
        folder = root / "submitted" / student / "vit-cifar10"
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text(f"2026-05-{day:02} 12:00:00 UTC")
        for name, accuracy in (("vit", vit), ("resnet", resnet)):
            (folder / f"{name}.safetensors").write_text(json.dumps([student, accuracy]))
        if nickname is not None:
            text = nickname.encode() if isinstance(nickname, str) else nickname
            (folder / NICKNAME_FILE).write_bytes(text)
        return folder

    return hand_in


@pytest.fixture(autouse=True)
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every file that is evaluated; the accuracy is the one written in it."""
    asked: list[Path] = []

    def evaluate(self: Evaluator, path: Path, kind: str) -> Outcome:
        asked.append(path)
        student, accuracy = json.loads(path.read_text())
        if accuracy == 2:
            raise RuntimeError("no such data set")
        if accuracy < 0:
            return Outcome(None, "cannot be read", "few", 10_000)
        return Outcome(accuracy, "", "few", 10_000, len(student), "few")

    monkeypatch.setattr(Evaluator, "evaluate", evaluate)
    return asked


def shown(board: Board, kind: str = "vit") -> list[tuple[str, str]]:
    return [(entry.place, entry.nickname) for entry in board.entries[kind]]


def test_only_those_who_asked_are_evaluated_and_listed(
    root: Path, hand_in: HandIn, evaluated: list[Path]
) -> None:
    hand_in("s1", "Gradient", 0.55)
    hand_in("s2", None, 0.9)
    hand_in("s3", "  \n", 0.9)
    hand_in("s4", "Better", 0.6, 0.45)
    board = leaderboard(root)
    assert shown(board) == [("1", "Better"), ("2", "Gradient")]
    assert shown(board, "resnet") == [("1", "Gradient")]
    assert (board.joined, board.data, board.images, board.remarks) == (2, "few", 10_000, ())
    assert {path.parents[1].name for path in evaluated} == {"s1", "s4"}
    leaderboard(root)
    assert len(evaluated) == 4, "what is known was asked again"


def test_equal_accuracies_share_a_rank_and_the_smaller_model_comes_first() -> None:
    found = ranked(
        {
            "large": Outcome(0.5, parameters=9),
            "small": Outcome(0.5, parameters=5),
            "best": Outcome(0.6, parameters=9),
            "last": Outcome(0.45, parameters=1),
            "no credit": Outcome(0.4, parameters=1),
            "broken": Outcome(None, "damaged"),
        },
        0.4,
    )
    assert [(e.place, e.nickname) for e in found] == [
        ("1", "best"),
        ("2 (tied)", "small"),
        ("2 (tied)", "large"),
        ("4", "last"),
    ]


@pytest.mark.parametrize(
    "nickname",
    [
        "<script>alert(1)</script>",
        "a&amp;b",
        'x" onmouseover="x',
        "a\u202eb",
        "a\x1b[2Jb",
        "a\x00b",
        "a",
        "x" * 25,
        "x" * 5000,
        "two  spaces",
        "-dash",
        "dash-",
        "a\nb",
        "аdmin",
        "ΑΒ",
        "😀😀",
        "../../x",
        "a/b",
        "a\u200bb",
        "{{x}}",
        "=1+1",
        b"\xff\xfe\x00",
        "ad\u0301\u0301",
    ],
)
def test_a_nasty_nickname_is_refused_and_named_to_the_instructor_only(
    root: Path, hand_in: HandIn, nickname: str | bytes
) -> None:
    hand_in("s1", nickname, 0.55)
    board = leaderboard(root)
    assert board.joined == 0
    assert board.remarks[0].startswith("s1: not listed: ")
    assert all(each.isprintable() for each in board.remarks[0])
    assert len(board.remarks[0]) < 300
    assert "s1" not in as_page(board)
    text = nickname.decode(errors="replace") if isinstance(nickname, bytes) else nickname
    assert handin.nickname_problems(text)


@pytest.mark.parametrize(
    "nickname", ["Gradient", "attn_fan", "Zoë", "no.1 fan", "A-B C_d", "99 bottles", "Ærøskøbing"]
)
def test_a_nice_nickname_is_taken_on_both_sides(root: Path, hand_in: HandIn, nickname: str) -> None:
    hand_in("s1", f"\ufeff{nickname}\r\n", 0.55)
    assert shown(leaderboard(root)) == [("1", nickname)]
    assert handin.nickname_problems(nickname) == []


def test_student_and_grader_mean_the_same_nicknames() -> None:
    assert handin.NICKNAME == nicknames.NICKNAME
    assert handin.NICKNAME_FILE == NICKNAME_FILE


@pytest.mark.parametrize(
    ("nickname", "student", "named"),
    [
        ("Ada Park", "Ada-Park_100001", True),
        ("park.ada", "Ada-Park_100001", True),
        ("Ada", "Ada-Park_100001", True),
        ("AdaPark99", "Ada-Park_100001", True),
        ("100001", "Ada-Park_100001", True),
        ("4da park", "Ada-Park_100001", False),
        ("Áda Pärk", "Ada-Park_100001", True),
        ("Parking", "Ada-Park_100001", False),
        ("apark7", "apark7", True),
        ("the real apark7", "apark7", True),
        ("max", "max", True),
        ("Maxwell", "max", False),
        ("A1ice", "alice", True),
        ("B0B", "bob", True),
        ("Gradient", "alice", False),
    ],
)
def test_a_nickname_names_nobody(nickname: str, student: str, named: bool) -> None:
    assert names(nickname, student) is named


def test_nobody_takes_a_name_or_a_nickname_of_somebody_else(root: Path, hand_in: HandIn) -> None:
    hand_in("alice", "Grad1ent", 0.5, day=3)
    hand_in("bob", "gradient", 0.45, day=2)
    hand_in("mallory", "Bob", 0.9, day=1)
    hand_in("nobody", "Gra.dient", 0.9).joinpath("timestamp.txt").unlink()
    board = leaderboard(root)
    assert shown(board) == [("1", "gradient")]
    assert board.remarks == (
        'alice: not listed: "Grad1ent" looks like the nickname of bob, who handed in first',
        'mallory: not listed: "Bob" names bob; the page shows no names',
        'nobody: not listed: "Gra.dient" looks like the nickname of bob, who handed in first',
    )
    assert look("Ada_Pärk 10") == look("adapark lo")


def test_a_nickname_behind_a_link_or_a_pipe_is_none(root: Path, hand_in: HandIn) -> None:
    import os

    (hand_in("s1", None, 0.5) / NICKNAME_FILE).symlink_to(root / "nbgrader_config.py")
    os.mkfifo(hand_in("s2", None, 0.5) / NICKNAME_FILE)
    (hand_in("s3", None, 0.5) / NICKNAME_FILE).mkdir()
    board = leaderboard(root)
    assert (board.joined, board.remarks) == (0, ())


def made(*entries: Entry, joined: int = 3, data: str = "few") -> Board:
    time = datetime(2026, 5, 1, 12).astimezone()
    least = {"vit": 0.4, "resnet": 0.5}
    return Board({"vit": entries, "resnet": ()}, least, data, 10_000, joined, time, ("s1: x",))


def test_the_page_is_one_that_everybody_can_read() -> None:
    first, second = Entry(1, False, "Gradient", 0.59996, 1234567), Entry(2, True, "Zoë", 0.5, 10)
    page = as_page(made(first, second))
    soup = BeautifulSoup(page, "html.parser")
    assert soup.html is not None
    assert soup.html["lang"] == "en"
    assert soup.title is not None
    (table,) = soup.find_all("table")
    assert "2 of 3 who joined; a ViT is listed above 40%. Test images: few." in table.caption.text
    headings = [each.text for each in table.thead.find_all("th", scope="col")]
    assert headings == ["Rank", "Nickname", "Accuracy", "Parameters"]
    rows = [[cell.text for cell in row.find_all(["td", "th"])] for row in table.tbody("tr")]
    assert rows == [
        ["1", "Gradient", "59.99%", "1,234,567", ""],
        ["2 (tied)", "Zoë", "50.00%", "10", ""],
    ]
    assert [each.text for each in table.tbody.find_all("th", scope="row")] == ["Gradient", "Zoë"]
    assert all(bar["aria-hidden"] == "true" for bar in table.find_all(class_="scale"))
    text = soup.get_text()
    assert "on the 10,000 test images of few, measured on 01 May 2026, 12:00" in text
    assert "No ResNet above 50% yet" in text
    assert "s1" not in text
    assert "http" not in page.replace("http-equiv", "")
    assert not re.search("<script|@import|url\\(|src=|href=", page)


def test_whatever_comes_into_the_page_is_escaped() -> None:
    nasty = "<img src=x onerror=alert(1)>\"'&"
    page = as_page(made(Entry(1, False, nasty, 0.5, 10), data=nasty))
    assert acting_parts(page) == []
    assert nasty not in page
    assert unescape(page).count(nasty) == 3


def test_a_class_in_which_nobody_joined_is_told_how(root: Path) -> None:
    board = leaderboard(root)
    for words in (as_text(board), unescape(as_page(board))):
        assert "Nobody has joined yet" in words
        assert 'handin.pack(".", nickname="...")' in words


def vitcourse(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_the_command_writes_the_page_and_names_what_is_open(root: Path, hand_in: HandIn) -> None:
    hand_in("s1", "Gradient", 0.55)
    result = vitcourse("leaderboard", "--course", str(root))
    assert result.exit_code == Exit.FINE, result.output
    assert re.search(r"1 +Gradient +55\.00% +2", result.output)
    page = root / "build" / "leaderboard.html"
    assert "Gradient" in page.read_text()

    (root / "submitted/s1/vit-cifar10" / NICKNAME_FILE).unlink()
    hand_in("s2", "<b>", 0.55)
    hand_in("s3", "Unlucky", 2)
    hand_in("s4", "Damaged", -1)
    result = vitcourse("leaderboard", "--course", str(root))
    assert result.exit_code == Exit.ATTENTION
    assert 's2: not listed: "<b>" is no nickname' in result.output
    assert "s3: ViT not evaluated: no such data set" in result.output
    assert "Gradient" not in page.read_text(), "whoever leaves is still shown"
    assert [student for student in ("s2", "s3", "s4") if student in page.read_text()] == []

    (root / "vitcourse.toml").write_text("[grading]\ndevice = 'tpu'\n")
    result = vitcourse("leaderboard", "--course", str(root))
    assert result.exit_code == Exit.REFUSED
    assert "device is one of" in result.output


def test_a_nickname_travels_with_the_hand_in(root: Path, tmp_path: Path) -> None:
    downloads = tmp_path / "downloads"
    content = WHOLE | {NICKNAME_FILE: "Gradient\n"}
    (downloads / MOODLE).mkdir(parents=True)
    (downloads / MOODLE / "submission.zip").write_bytes(zipped(content))
    (placed,) = collect(downloads, root).placed
    assert not [note for note in placed.notes if "left out" in note or NICKNAME_FILE in note]
    assert nicknames.nicknames(root).taken == {placed.student: "Gradient"}


@pytest.mark.browser
@pytest.mark.skipif(
    shutil.which("chromium") is None, reason="needs Debian's chromium, which .ci/run installs"
)
def test_a_browser_shows_the_page_without_complaint(tmp_path: Path) -> None:
    entries = (Entry(1, False, "Gradient", 0.93, 123), Entry(2, False, "W" * 24, 0.5, 10**8))
    (tmp_path / "page.html").write_text(as_page(made(*entries)))
    done = subprocess.run(
        [
            *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"),
            *(f"--user-data-dir={tmp_path / 'profile'}", "--window-size=360,800", "--dump-dom"),
            (tmp_path / "page.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Gradient" in done.stdout
    assert not [line for line in done.stderr.splitlines() if "CONSOLE" in line]
