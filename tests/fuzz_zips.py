"""One case of the fuzz of collecting; `python tests/fuzz_zips.py NUMBER` repeats it.

A class of three is downloaded. What one of them handed in, or (every tenth time) the whole
download, is mutated; then the promises of collecting are held against what became of it.
"""

from __future__ import annotations

import dataclasses
import functools
import random
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import fuzz_runner
from downloads import WHOLE
from fuzz_downloads import CLASS, HONEST, MALLORY, SYSTEMS, Person, System, work, written, zipped
from fuzz_mutations import MUTATIONS, damaged, odd_name

from autograder.checking.assignments import HOMEWORK
from autograder.collect.collecting import Collection, collect

SECONDS = 10.0
MEBIBYTES = 200.0
LONGEST_TEXT = 4_000
SEED = 12


def case(number: int, meter: fuzz_runner.Meter) -> None:
    """Make one download, collect it, and hold the promises against the outcome."""
    chance = random.Random(f"{SEED}-{number}")
    system = SYSTEMS[number % len(SYSTEMS)]
    keys = usual_keys(system)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        whole_is_damaged = number % 10 == 9
        unpacked = chance.random() < 0.3 and not whole_is_damaged
        downloads = folder / "downloads"
        downloads.mkdir()
        handed = {} if whole_is_damaged else mallorys(chance, number, system)
        try:
            download = written(system, handed, downloads, unpacked=unpacked)
        except (OSError, ValueError):  # a name that no file system takes: as a zip, then
            download = written(system, handed, downloads, unpacked=False)
        if whole_is_damaged:
            download.write_bytes(damaged(chance, download.read_bytes()))
        collection, root = collected(download, folder, meter)
        holds_always(collection, root)
        if not whole_is_damaged:
            holds_for_the_honest(collection, root, keys)
            holds_for_mallory(collection, root, keys[MALLORY])


def mallorys(chance: random.Random, number: int, system: System) -> dict[str, bytes]:
    """What Mallory handed in, by its names in the download: one to three uploads, mutated."""
    found = {}
    for upload in range(chance.choice((1, 1, 1, 2, 3))):
        mutation = MUTATIONS[(number + upload) % len(MUTATIONS)]
        data = mutation(chance, work(MALLORY, f"upload {upload}"))
        file = chance.choice(("submission.zip", "submission (1).zip", "submission-1.zip"))
        if chance.random() < 0.15:
            # A learning platform takes most names, but none that its own zip cannot carry.
            file = odd_name(chance).replace("\\", "").replace("..", "").strip("/")[:200] or file
        found[system.place(MALLORY, file, 10 + upload)] = data
    return found


def collected(download: Path, folder: Path, meter: fuzz_runner.Meter) -> tuple[Collection, Path]:
    """Collect a download into an empty course; nothing may be left anywhere else."""
    root, scratch = folder / "course", folder / "scratch"
    root.mkdir()
    scratch.mkdir()
    before = everything(folder)
    tempfile.tempdir = str(scratch)
    try:
        with meter:
            collection = collect(download, root)
    finally:
        tempfile.tempdir = None
    left = everything(folder) - before
    outside = {path for path in left if root not in path.parents}
    assert not outside, f"left outside of the course: {sorted(map(str, outside))[:3]}"
    rooms = {path.relative_to(root).parts[0] for path in left}
    assert rooms <= {"submitted", ".vitcourse"}, f"left in the course: {rooms}"
    unfinished = [path for path in left if "incoming" in path.name]
    assert not unfinished, f"left unfinished: {unfinished}"
    return collection, root


def everything(folder: Path) -> set[Path]:
    """Every path below a folder."""
    return set(folder.rglob("*"))


def holds_always(collection: Collection, root: Path) -> None:
    """No work of one person beside another's, and no text that a terminal would obey."""
    for folder in root.glob("submitted/*/*"):
        owners = {person.name for person in CLASS if _has(folder, person)}
        assert len(owners) <= 1, f"{folder.parent.name} holds work of {sorted(owners)}"
        odd = [path for path in folder.rglob("*") if not path.is_file() or path.is_symlink()]
        assert not odd, f"no files: {odd}"
    for text in texts(collection):
        kinds = {unicodedata.category(letter) for letter in text}
        bad = kinds & {"Cc", "Cs", "Zl", "Zp"} or {c for c in text if c in "\u200e\u200f\u061c"}
        bad = bad or {c for c in text if 0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069}
        assert not bad, f"a terminal would obey {text[:200]!r}"
        assert len(text) <= LONGEST_TEXT, f"a text of {len(text)} characters: {text[:80]!r}"


def holds_for_the_honest(collection: Collection, root: Path, keys: dict[Person, str]) -> None:
    """Each classmate's files, byte for byte, under the usual key."""
    placed = [one.student for one in collection.placed]
    for person in HONEST:
        key = keys[person]
        assert placed.count(key) == 1, f"{person.name} is placed {placed.count(key)} times"
        folder = root / "submitted" / key / HOMEWORK.name
        there = {path.name: path.read_bytes() for path in folder.iterdir()}
        there.pop("timestamp.txt", None)
        assert there == work(person), f"{person.name}'s submission is not as handed in"


def holds_for_mallory(collection: Collection, root: Path, key: str) -> None:
    """Her work lies under her own key alone, and she is placed or named."""
    at = {folder.parent.name for folder in root.glob("submitted/*/*") if _has(folder, MALLORY)}
    assert at <= {key}, f"Mallory's work lies under {sorted(at)}, her key is {key!r}"
    said = " ".join(texts([collection.not_placed, collection.proposals, collection.notes]))
    words = (MALLORY.name, MALLORY.login, str(MALLORY.number), key)
    named = any(word.casefold() in said.casefold() for word in words)
    placed = any(one.student == key for one in collection.placed)
    assert placed or named, f"nothing is said of Mallory's hand-in: {collection.not_placed}"


def texts(value: object) -> Iterator[str]:
    """Every text in what collecting answers."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from texts(each)
    elif isinstance(value, dict):
        yield from texts([*value, *value.values()])
    elif dataclasses.is_dataclass(value):
        for each in dataclasses.fields(value):
            yield from texts(getattr(value, each.name))


@functools.cache
def usual_keys(system: System) -> dict[Person, str]:
    """Everybody's key where nothing is odd."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        upload = {system.place(MALLORY, "submission.zip", 10): zipped(work(MALLORY))}
        download = written(system, upload, folder, unpacked=False)
        (folder / "course").mkdir()
        collect(download, folder / "course")
        keys = {}
        for person in CLASS:
            folders = [f for f in folder.glob("course/submitted/*/*") if _has(f, person)]
            assert len(folders) == 1, f"{system.name}: {person.name} is {folders}"
            keys[person] = folders[0].parent.name
            files = {path.name for path in folders[0].iterdir()} - {"timestamp.txt"}
            assert files == set(WHOLE), f"{system.name}: {person.name} has {files} alone"
    return keys


def _has(folder: Path, person: Person) -> bool:
    return any(person.mark.encode() in path.read_bytes() for path in folder.iterdir())


if __name__ == "__main__":
    fuzz_runner.main(case, SECONDS, MEBIBYTES)
