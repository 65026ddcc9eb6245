"""`vitcourse collect`: what it says, and its exit status."""

from __future__ import annotations

import pytest
from downloads import LATER, WHOLE, Course, zipped
from typer.testing import CliRunner, Result

from autograder.cli.common import Exit
from autograder.cli.main import app
from autograder.records.origin import Origin
from autograder.roster.directory import Certainty, Directory, Match

JANE = "Jane Doe_7_assignsubmission_file_"
AL = "Al Roe_8_assignsubmission_file_"
KEY = "Jane-Doe_7"


@pytest.fixture
def class_course(course: Course) -> Course:
    (course.root / "nbgrader_config.py").write_text("")
    return course


def run(course: Course, *arguments: object) -> Result:
    return CliRunner().invoke(app, ["collect", *map(str, arguments), "--course", str(course.root)])


def matched(monkeypatch: pytest.MonkeyPatch, **certain: Certainty) -> None:
    """A roster that knows some people so well, by their first names."""

    def match(origin: Origin) -> Match:
        first = origin.name.split()[0]
        if first in certain:
            return Match(certain[first], f"key-of-{first}", f"because of {first}")
        return Match(Certainty.NEW, first)

    def match_all(self: Directory, hand_ins: list[tuple[Origin, str]]) -> list[Match]:
        return [match(origin) for origin, _ in hand_ins]

    monkeypatch.setattr(Directory, "match_all", match_all)


def test_proposals_stand_in_one_table_and_wait(
    class_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    matched(monkeypatch, Jane=Certainty.PROPOSED, Al=Certainty.PROPOSED)
    content = {f"{name}/s.zip": zipped(WHOLE) for name in (JANE, AL, "Bo_9_assignsubmission_file_")}
    path = class_course.download("my class.zip", zipped(content))
    result = run(class_course, path)
    assert result.exit_code == Exit.ATTENTION
    lines = result.output.splitlines()
    assert class_course.students == ["Bo"]
    table = [line.split("  ") for line in lines if "key-of" in line]
    assert [[cell.strip() for cell in row if cell.strip()] for row in table] == [
        ["Al Roe (8)", "key-of-Al", "because of Al"],
        ["Jane Doe (7)", "key-of-Jane", "because of Jane"],
    ]
    assert lines[-1].endswith(f"vitcourse collect '{path}' --confirm --course {class_course.root}")
    result = run(class_course, path, "--confirm")
    assert result.exit_code == Exit.FINE
    assert class_course.students == ["Bo", "key-of-Al", "key-of-Jane"]


def test_known_and_refused_people(class_course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    matched(monkeypatch, Jane=Certainty.KNOWN, Al=Certainty.REFUSED)
    content = {f"{JANE}/s.zip": zipped(WHOLE), f"{AL}/s.zip": zipped(WHOLE)}
    path = class_course.download("class.zip", zipped(content))
    for options in ([], ["--confirm"]):
        result = run(class_course, path, *options)
        assert result.exit_code == Exit.ATTENTION
        assert "1 NOT placed:\n    Al-Roe_8: because of Al\n" in result.output
        assert class_course.students == ["key-of-Jane"]


def test_one_name_under_two_numbers_is_proposed(class_course: Course) -> None:
    lab = {"lab-attention.ipynb": "x", "small_data.py": "x"}
    class_course.download(
        "hw.zip", zipped({"Jane Doe_1001_assignsubmission_file_s.zip": zipped(WHOLE)})
    )
    class_course.download(
        "lab.zip", zipped({"Jane Doe_2001_assignsubmission_file_s.zip": zipped(lab)})
    )
    result = run(class_course, class_course.downloads)
    assert result.exit_code == Exit.ATTENTION
    assert "Jane Doe (2001)  Jane-Doe_1001" in result.output
    assert class_course.students == ["Jane-Doe_1001"]
    assert run(class_course, class_course.downloads, "--confirm").exit_code == Exit.FINE
    assert class_course.students == ["Jane-Doe_1001"]
    assert class_course.submitted("Jane-Doe_1001", "lab-attention") == lab


def test_two_people_of_one_name_in_one_assignment_stay_two(class_course: Course) -> None:
    content = {f"Li Wei_{n}_assignsubmission_file_s.zip": zipped(WHOLE) for n in (5, 6)}
    class_course.download("hw.zip", zipped(content))
    assert run(class_course, class_course.downloads).exit_code == Exit.FINE
    assert class_course.students == ["Li-Wei_5", "Li-Wei_6"]


def test_code_left_out_is_an_exit_status_of_its_kind(class_course: Course) -> None:
    path = class_course.download(f"{JANE}s.zip", zipped(WHOLE | {"mine.py": "x"}))
    result = run(class_course, path)
    assert result.exit_code == Exit.ATTENTION
    assert f"Code is left out of 1, named above: {KEY}" in result.output
    assert "s.zip/mine.py" in result.output


def test_undo(class_course: Course) -> None:
    path = class_course.download("hw.zip", zipped({f"{JANE}s.zip": zipped(WHOLE)}))
    run(class_course, path)
    newer = zipped({f"{JANE}s.zip": zipped(WHOLE | {"ViT.py": "better"})}, LATER)
    result = run(class_course, class_course.download("hw.zip", newer))
    command = f"vitcourse collect --undo {KEY} --assignment vit-cifar10"
    assert command in result.output
    result = run(class_course, "--undo", KEY)
    assert result.exit_code == Exit.FINE
    assert class_course.submitted(KEY) == WHOLE
    assert command in result.output
    assert f"vitcourse grade {KEY}" in result.output
    result = run(class_course, "--undo", "alice", "--assignment", "lab-attention")
    assert result.exit_code == Exit.REFUSED
    assert f"Kept are some of: {KEY}" in result.output


@pytest.mark.parametrize("arguments", [[], ["--undo", "a", "."], ["--undo", "a", "--dry-run"]])
def test_what_cannot_be_understood(class_course: Course, arguments: list[str]) -> None:
    assert run(class_course, *arguments).exit_code == Exit.USAGE


NAMES = [
    "\x1b]0;PWNED\x07\x1b[2J.py", "\x9b2J\x9b31mGRADED.txt", "\u202egpj.evil\u2066.txt",
    "a\nALL FINE: 30 submission(s) in submitted\x85x\u2028y.txt", "\x7f\u200b.txt",
    "[bold red]x[/bold red].txt", "[/nothing].ipynb", "x" * 60_000 + ".py",
]  # fmt: skip


@pytest.mark.parametrize("where", ["file", "person", "zip", "refused"])
@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_no_name_steers_the_terminal(class_course: Course, name: str, where: str) -> None:
    inner = zipped(WHOLE | ({name: "x"} if where == "file" else {}))
    content = {
        "file": {f"{JANE}/s.zip": inner},
        "person": {f"{name[:300]}_9_assignsubmission_file_/s.zip": zipped({"essay.pdf": "x"})},
        "zip": {f"{JANE}/{name}.zip": inner},
        "refused": {name: inner, f"{name}.zip": b"x"},
    }[where]
    content["Zoe Zed_8_assignsubmission_file_/s.zip"] = zipped(WHOLE)
    path = class_course.download("class.zip", zipped(content))
    result = run(class_course, path)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert class_course.students[-1] == "Zoe-Zed_8"
    for letter in result.output:
        assert letter == "\n" or letter.isprintable(), repr(letter)
    assert not any(line.startswith("ALL FINE") for line in result.output.splitlines())
    assert max(map(len, result.output.splitlines())) < 2000
