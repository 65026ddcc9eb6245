"""A course graded by an older tree, which kept no records: nothing changes, nothing is graded."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from autograder.bridge.run import autograde
from autograder.grading.versions import Versions
from autograder.records.records import Records

FIXTURE = Path(__file__).parent / "fixtures" / "midterm.tar.xz"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("midterm")
    with tarfile.open(FIXTURE) as archive:
        archive.extractall(place, filter="data")
    return place / "midterm"


@pytest.mark.slow
def test_a_first_run_grades_nobody(course: Path) -> None:
    before = (course / "gradebook.db").read_bytes()
    copies = {p: p.stat().st_mtime_ns for p in (course / "autograded").rglob("*")}
    result = autograde(course, versions=Versions("new", "seed"))
    assert len(result.students) == 20
    assert {remark.student for remark in result.remarks} == {
        "Noor-Haddad_100014", "Omar-Said_100015",
    }  # fmt: skip
    assert result.notes == (
        "The checks changed since 20 submissions were graded; "
        "`vitcourse grade --regrade` shows what that changes.",
    )
    assert (course / "gradebook.db").read_bytes() == before
    assert {p: p.stat().st_mtime_ns for p in (course / "autograded").rglob("*")} == copies
    assert len(list(Records(course).every("graded"))) == 20
