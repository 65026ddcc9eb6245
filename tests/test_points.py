"""Points stand in `autograder/checking/assignments/`; every text that repeats them agrees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from notebooktools import SOURCES

from autograder.checking.assignments import ASSIGNMENTS, HOMEWORK, Assignment, Stage

ROOT = Path(__file__).parents[1]
PLACE = "the points stand in autograder/checking/assignments/"
ROW = re.compile(r"^\|[^|]*\| `(?P<key>\w+)` \| (?P<points>\d+) \|(?P<rest>.*)\|$", re.MULTILINE)
IN_BRACKETS = re.compile(r"`(?P<key>\w+)` \((?P<points>\d+)\)")


def stages() -> Iterator[tuple[Assignment, Stage]]:
    return ((each, stage) for each in ASSIGNMENTS.values() for stage in each.stages)


def texts(assignment: Assignment) -> list[str]:
    cells = nbformat.read(SOURCES[assignment.name], as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "markdown"]


@pytest.fixture(params=ASSIGNMENTS)
def assignment(request: pytest.FixtureRequest) -> Assignment:
    return ASSIGNMENTS[request.param]


def test_the_notebooks_table_has_every_stage_with_its_points_and_files(
    assignment: Assignment,
) -> None:
    (table,) = (text for text in texts(assignment) if "| points |" in text)
    rows = {row["key"]: row for row in ROW.finditer(table)}
    assert rows.keys() == {stage.key for stage in assignment.stages}, PLACE
    for stage in assignment.stages:
        assert int(rows[stage.key]["points"]) == stage.points, f"{stage.key}: {PLACE}"
        assert tuple(re.findall(r"`([\w.-]+)`", rows[stage.key]["rest"])) == stage.files, stage.key


def test_what_stands_below_a_heading_agrees(assignment: Assignment) -> None:
    found = {}
    for text in texts(assignment):
        heading = re.search(r"^## .*· (?P<title>.+) `stage: (?P<key>\w+)`$", text, re.M)
        line = re.search(r"^\*(?P<points>\d+) points(?P<rest>.*)\*$", text, re.M)
        if heading and line:
            files = tuple(re.findall(r"`([\w.-]+)`", line["rest"]))
            found[heading["key"]] = heading["title"], int(line["points"]), files
    expected = {each.key: (each.title, each.points, each.files) for each in assignment.stages}
    assert found == expected, PLACE


def test_the_students_page_agrees() -> None:
    page = (ROOT / "assignment" / "README.md").read_text()
    rows = {row["key"]: int(row["points"]) for row in ROW.finditer(page)}
    assert rows == {stage.key: stage.points for stage in HOMEWORK.stages}, PLACE


@pytest.mark.parametrize("page", ["README.md", "assignment/labs/README.md"])
def test_points_in_brackets_agree(page: str) -> None:
    points = {stage.key: stage.points for _, stage in stages() if stage.key != "questions"}
    found = {}
    for each in IN_BRACKETS.finditer((ROOT / page).read_text()):
        if each["key"] != "questions":
            assert int(each["points"]) == points[each["key"]], f"{each['key']}: {PLACE}"
            found[each["key"]] = each
    labs = {stage.key for own, stage in stages() if own.after and stage.key != "questions"}
    assert labs <= found.keys()


def test_the_staffs_page_agrees_on_the_questions() -> None:
    page = (ROOT / "README.md").read_text()
    for each in ASSIGNMENTS.values():
        (row,) = (line for line in page.splitlines() if line.startswith(f"| `{each.name}`"))
        points = next(stage.points for stage in each.stages if stage.key == "questions")
        assert f"`questions` ({points})" in row, f"{each.name}: {PLACE}"
