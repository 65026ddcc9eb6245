"""Zips made to stop the class: each costs its own student the hand-in, and little besides."""

from __future__ import annotations

import bz2
import io
import os
import resource
import struct
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from downloads import WHOLE, Content, Course, zipped

from autograder.collect import archives, members
from autograder.collect.collecting import collect

MALLORY = "Mallory May_7_assignsubmission_file_"
MOST_MEMORY = 300 * 2**20
MOST_DISK = 150 * 2**20
MOST_UNPACKED = 256 * 2**20
MB = 2**20


def collected(course: Course, data: bytes, name: str = "submission.zip"):
    """A class in which Mallory hands in these bytes between two honest people."""
    content = {
        "Ann Lee_6_assignsubmission_file_/s.zip": zipped(WHOLE),
        f"{MALLORY}/{name}": data,
        "Zoe Zed_8_assignsubmission_file_/s.zip": zipped(WHOLE),
    }
    course.download("class.zip", zipped(content))
    collection = course.collect()
    assert course.submitted("Ann-Lee_6") == course.submitted("Zoe-Zed_8") == WHOLE
    return collection


def packed(method: int, content: Content = WHOLE) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def changed(data: bytes, signature: bytes, offset: int, new: bytes, last: bool = True) -> bytes:
    """The bytes with some of a zip's record replaced."""
    at = (data.rfind if last else data.find)(signature) + offset
    return data[:at] + new + data[at + len(new) :]


def nameless() -> bytes:
    data = bytearray(packed(zipfile.ZIP_STORED, {"utils.py": "x", "Q": "x"}))
    at, end = data.rfind(b"PK\1\2"), data.rfind(b"PK\5\6")
    struct.pack_into("<H", data, at + 28, 0)
    (size,) = struct.unpack_from("<L", data, end + 12)
    struct.pack_into("<L", data, end + 12, size - 1)
    del data[at + 46]
    return bytes(data)


def damaged_lzma() -> bytes:
    data = packed(zipfile.ZIP_LZMA, {"utils.py": "x" * 5000})
    return changed(data, b"utils.py", 8 + 20, b"\xff" * 9, last=False)


def two_of_a_name() -> bytes:
    return packed(zipfile.ZIP_STORED, {"utils.py": "one", "utilz.py": "two"}).replace(
        b"utilz.py", b"utils.py"
    )


WHOLE_ZIP = packed(zipfile.ZIP_DEFLATED)
ODD: dict[str, Callable[[], bytes]] = {
    "no name": nameless,
    "damaged LZMA": damaged_lzma,
    "greedy LZMA": lambda: changed(
        packed(zipfile.ZIP_LZMA, {"utils.py": "x"}), b"utils.py", 8 + 5, b"\xff" * 4, last=False
    ),
    "unknown packing": lambda: changed(WHOLE_ZIP, b"PK\1\2", 10, b"\x63"),
    "another local name": lambda: changed(WHOLE_ZIP, b"PK\3\4", 30, b"XXX", last=False),
    "a wrong checksum": lambda: changed(WHOLE_ZIP, b"PK\1\2", 16, b"\0\0\0\0"),
    "a size too large": lambda: changed(WHOLE_ZIP, b"PK\1\2", 24, b"\xff\xff\xff\x7f"),
    "an offset outside": lambda: changed(WHOLE_ZIP, b"PK\1\2", 42, b"\xff\xff\xff\x7f"),
    "a list outside": lambda: changed(WHOLE_ZIP, b"PK\5\6", 12, b"\xff\xff\xff\x7f"),
    "a version of the future": lambda: changed(WHOLE_ZIP, b"PK\1\2", 6, b"\xff\x00"),
    "patched data": lambda: changed(WHOLE_ZIP, b"PK\1\2", 8, b"\x20"),
    "an unreadable name": lambda: changed(
        changed(WHOLE_ZIP, b"PK\1\2", 8, b"\x00\x08"), b"PK\1\2", 46, b"\xff\xfe"
    ),
    "month 15": lambda: changed(WHOLE_ZIP, b"PK\1\2", 14, b"\xff\xff"),
    "data before": lambda: os.urandom(5000) + WHOLE_ZIP,
    "a zip behind a comment": lambda: WHOLE_ZIP + WHOLE_ZIP,
    "two of a name": two_of_a_name,
    "half of it": lambda: WHOLE_ZIP[: len(WHOLE_ZIP) // 2],
    "a folder with content": lambda: packed(zipfile.ZIP_STORED, {"s.zip/": "x", "utils.py": "x"}),
    "BZIP2": lambda: packed(zipfile.ZIP_BZIP2),
    "LZMA": lambda: packed(zipfile.ZIP_LZMA),
}
TAKEN = {"data before", "a zip behind a comment", "BZIP2", "LZMA", "month 15", "two of a name",
         "no name", "a folder with content"}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_odd_zips_stop_nobody_else(course: Course, kind: str) -> None:
    collection = collected(course, ODD[kind]())
    refused = [each.what for each in collection.not_placed]
    assert refused == ([] if kind in TAKEN else ["Mallory-May_7"]), collection.not_placed
    if kind in ("BZIP2", "LZMA", "data before"):
        assert course.submitted("Mallory-May_7") == WHOLE


def test_whatever_is_raised_costs_one_student(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error in (MemoryError, RecursionError, NotImplementedError, OverflowError, struct.error):

        def open_member(*_: object, error: type[Exception] = error) -> None:
            raise error("\x1b[2Jan error")

        course.download("Al_1_assignsubmission_file_/a.zip", zipped(WHOLE))
        monkeypatch.setattr("autograder.collect.opened.Opener.open", open_member)
        (refused,) = course.collect().not_placed
        assert refused.what == "Al_1"
        assert "\\x1b[2Jan error" in refused.why


def test_packed_streams_are_unpacked_in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = bz2.compress(bytes(60 * MB))
    info = zipfile.ZipInfo("utils.py")
    info.compress_type, info.file_size = zipfile.ZIP_BZIP2, 60 * MB
    info.CRC = zlib.crc32(bytes(60 * MB))
    assert len(bomb) < 1000
    with members._Unpacked(io.BytesIO(bomb), info) as stream:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        total = 0
        while piece := stream.read(2**16):
            assert len(piece) <= 2**16
            total += len(piece)
    assert total == 60 * MB
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def measured(course: Course, data: bytes) -> tuple[str, int, int]:
    """Collect in a process of its own: its words, and its peaks of memory and of disk."""
    course.download("class.zip", zipped({
        f"{MALLORY}/submission.zip": data,
        "Zoe Zed_8_assignsubmission_file_/s.zip": zipped(WHOLE),
    }))  # fmt: skip
    place = course.root.parent / "temporary"
    place.mkdir()
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from autograder.collect import archives\n"
        f"archives.LARGEST_SUBMISSION = {MOST_UNPACKED}\n"
        "from autograder.collect.collecting import collect\n"
        "for each in collect(Path(sys.argv[1]), Path(sys.argv[2])).not_placed: print(each.why)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)\n"
    )
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.02):
            peak = max(peak, sum(size_of(path) for path in (*place.rglob("*"),)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    # Started by a small process of its own: a fork would count this one's memory.
    command = [sys.executable, "-c", code, str(course.downloads), str(course.root)]
    starter = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"
    found = subprocess.run(
        [sys.executable, "-S", "-c", starter, *command],
        capture_output=True,
        text=True,
        env=os.environ | {"TMPDIR": str(place), "PYTHONPATH": str(Path(__file__).parents[1])},
        timeout=200,
    )
    done.set()
    watcher.join()
    assert found.returncode == 0, found.stderr
    *words, memory = found.stdout.splitlines()
    assert course.students[-1] == "Zoe-Zed_8"
    return "\n".join(words), int(memory), peak


def size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


@pytest.mark.slow
def test_a_list_of_a_million_files_is_not_read(course: Course) -> None:
    number = 1_000_000
    one = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, 33, 0, 0, 0, 1, *[0] * 6)
    listed = (one + b"a") * number
    bomb = listed + struct.pack(
        "<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, number, number, len(listed), 0
    )
    bomb += struct.pack("<4sLQL", b"PK\6\7", 0, len(listed), 1)
    bomb += struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    words, memory, disk = measured(course, zipped({"s.zip": bomb, "utils.py": "x"}))
    assert "s.zip holds 1,000,000 files, more than any submission needs" in words
    assert memory < MOST_MEMORY
    assert disk < MOST_DISK


def test_a_list_that_lies_about_its_length_is_counted(course: Course) -> None:
    many = packed(zipfile.ZIP_STORED, {str(n): "" for n in range(archives.MOST_FILES + 1)})
    lying = changed(changed(many, b"PK\5\6", 8, b"\1\0"), b"PK\5\6", 10, b"\1\0")
    (refused,) = collected(course, lying).not_placed
    assert f"holds {archives.MOST_FILES + 1:,} files" in refused.why


def test_files_are_counted_over_all_zips(course: Course) -> None:
    half = packed(zipfile.ZIP_STORED, {str(n): "" for n in range(archives.MOST_FILES // 2)})
    (refused,) = collected(course, zipped({"a.zip": half, "b.zip": half, "c.zip": half})).not_placed
    assert "files, more than any submission needs" in refused.why


@pytest.mark.slow
def test_zips_in_zips_fill_no_disk(course: Course) -> None:
    leaf = bytes(20 * MB) + zipped({"a.txt": "x"})
    middle = zipped({f"{n}.zip": leaf for n in range(4)})
    top = zipped({**{f"{n}.zip": middle for n in range(4)}, "utils.py": "x"})
    assert len(top) < 20_000
    words, memory, disk = measured(course, top)
    assert "more than any submission needs" in words
    assert memory < MOST_MEMORY
    assert disk < MOST_DISK


def test_bytes_are_counted_over_all_zips(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_SUBMISSION", 8 * MB)
    part = zipped({"vit.safetensors": bytes(3 * MB)})
    (refused,) = collected(course, zipped({f"{n}.zip": part for n in range(3)})).not_placed
    assert "more than any submission needs" in refused.why


def test_a_small_size_in_the_list_hides_nothing(course: Course) -> None:
    data = zipped(WHOLE | {"vit.safetensors": bytes(3 * MB)})
    at = data.rfind(b"vit.safetensors") - 46
    lying = data[: at + 24] + struct.pack("<L", 10) + data[at + 28 :]
    (refused,) = collected(course, lying).not_placed
    assert refused.what == "Mallory-May_7"


def test_a_name_of_a_million_parts_takes_no_time(course: Course) -> None:
    names = {
        "a/" * 30_000 + "utils.py": "x",
        "Copy of " * 8_000 + "ViT.py": "x",
        "_1" * 30_000: "x",
    }
    start = time.monotonic()
    collected(course, zipped(names))
    course.download("odd.zip", zipped({f"{' - ' * 20_000}.py": "x", **names}))
    collect(course.downloads / "odd.zip", course.root)
    assert time.monotonic() - start < 10
