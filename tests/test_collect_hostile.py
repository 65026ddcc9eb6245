"""Collecting what should not be: hostile, damaged and oversized archives."""

from __future__ import annotations

import io
import os
import stat
import zipfile

import pytest
from downloads import (
    JANE,
    MOODLE,
    NOON,
    NOTEBOOK,
    WHOLE,
    Course,
    zipped,
)

from autograder.collect import archives


def hostile(name: str, mode: int = 0, **fields: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file, text in WHOLE.items():
            archive.writestr(file, text)
        member = zipfile.ZipInfo(name, NOON)
        member.external_attr = mode << 16
        archive.writestr(member, "/etc/passwd")
    return buffer.getvalue()


def encrypted() -> bytes:
    data = bytearray(zipped(WHOLE))
    for signature, offset in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        start = data.find(signature)
        while start >= 0:
            data[start + offset] |= 1
            start = data.find(signature, start + 1)
    return bytes(data)


def damaged() -> bytes:
    data = bytearray(zipped({NOTEBOOK: os.urandom(500)}))
    data[200] ^= 0xFF
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (hostile("../../ViT.py"), "../../ViT.py leads out of its folder"),
        (hostile("a\\..\\..\\ViT.py"), "leads out of its folder"),
        (hostile("/etc/ViT.py"), "/etc/ViT.py has an absolute path"),
        (hostile("C:\\ViT.py"), "has an absolute path"),
        (hostile("link.py", stat.S_IFLNK | 0o777), "link.py is a link or a device"),
        (encrypted(), "is encrypted"),
        (damaged(), "cannot be read"),
        (b"no zip at all", "is no zip that can be opened"),
        (zipped({"essay.pdf": "x"}), "holds none of the assignment's files"),
        (zipped({"work.rar": "x"}), "work.rar cannot be opened here; ask for a zip"),
        (b"", "is no zip that can be opened"),
    ],
)
def test_bad_zips_are_refused_by_name_and_others_are_placed(
    course: Course, data: bytes, why: str
) -> None:
    course.download(f"{MOODLE}s.zip", data)
    course.download("Li Wei_9_assignsubmission_file_s.zip", zipped(WHOLE))
    collection = course.collect()
    assert collection.exit_code == 1
    assert [(item.what, why in item.why) for item in collection.not_placed] == [(JANE, True)], (
        collection.not_placed
    )
    assert course.students == ["Li-Wei_9"]


def test_bombs_are_refused(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_FILE", 2**21)
    monkeypatch.setattr(archives, "LARGEST_SUBMISSION", 2**22)
    zeros = bytes(2**21 + 1)
    course.download("a_1_1_s.zip", zipped(WHOLE | {"vit.safetensors": zeros}))
    course.download("b_2_2_s.zip", zipped(WHOLE | {"film.mp4": zeros * 4}))
    deep = zipped(WHOLE)
    for _ in range(5):
        deep = zipped({"again.zip": deep})
    course.download("c_3_3_s.zip", deep)
    whys = {item.what: item.why for item in course.collect().not_placed}
    assert "is larger than 2 MB" in whys["a_1"]
    assert "unpacks to 8 MB" in whys["b_2"]
    assert "zip in a zip" in whys["c_3"]
    assert course.students == []


def test_links_in_a_folder_are_refused(course: Course) -> None:
    for name, text in WHOLE.items():
        course.download(f"{MOODLE}/{name}", text)
    (course.downloads / MOODLE / "ViT.py").unlink()
    (course.downloads / MOODLE / "ViT.py").symlink_to("/etc/passwd")
    collection = course.collect()
    assert "is a link" in collection.not_placed[0].why
    assert course.students == []


@pytest.mark.parametrize(
    "name", [f"{MOODLE}/.", MOODLE, ".", "./.", "", f"{MOODLE}/s.zip/x", f"{MOODLE}//", f"{JANE}/."]
)
def test_a_file_with_a_folders_name_or_none_stops_no_class(course: Course, name: str) -> None:
    honest = {"Li Wei_9_assignsubmission_file_/s.zip": zipped(WHOLE)}
    course.download("all.zip", zipped(honest | {f"{MOODLE}/s.zip": zipped(WHOLE), name: b"x"}))
    collection = course.collect()
    assert "Li-Wei_9" in course.students
    assert course.submitted("Li-Wei_9") == WHOLE
    assert JANE in course.students or JANE in str(collection.not_placed)
