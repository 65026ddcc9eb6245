"""What a zip can be turned into: by its structure, and byte by byte."""

from __future__ import annotations

import functools
import io
import random
import struct
import zipfile
from collections.abc import Callable

from fuzz_downloads import ANN, BOB, MALLORY, SYSTEMS, Files, other_work, work, zipped

CENTRAL, LOCAL, END = b"PK\1\2", b"PK\3\4", b"PK\5\6"
# Offset and format of the fields of a central entry, a local header and the end record.
FIELDS = {
    CENTRAL: [(4, "H"), (6, "H"), (8, "H"), (10, "H"), (12, "H"), (14, "H"), (16, "L"), (20, "L"),
              (24, "L"), (28, "H"), (30, "H"), (32, "H"), (34, "H"), (36, "H"), (38, "L"), (42,
              "L")],
    LOCAL: [(4, "H"), (6, "H"), (8, "H"), (10, "H"), (12, "H"), (14, "L"), (18, "L"), (22, "L"),
            (26, "H"), (28, "H")],
    END: [(4, "H"), (6, "H"), (8, "H"), (10, "H"), (12, "L"), (16, "L"), (20, "H")],
}  # fmt: skip
EDGES = (
    0,
    1,
    2,
    8,
    9,
    12,
    14,
    93,
    99,
    255,
    2**15,
    2**16 - 2,
    2**16 - 1,
    2**31,
    2**32 - 2,
    2**32 - 1,
)
NAMES = (
    "", "/", ".", "..", "../ViT.py", "a/../../../ViT.py", "/etc/passwd", "C:\\Windows\\ViT.py",
    "..\\..\\ViT.py", "a/./ViT.py", "//ViT.py", "ViT.py/", "ViT.py/ViT.py", "vit.py", " ViT.py ",
    "Copy of ViT.py", "ViT (1).py", "ViT-2.py", "ViT.py.txt", "timestamp.txt", "nickname.txt",
    "CON", "aux.py", "a" * 300 + ".py", "b" * 60_000, "x/" * 400 + "ViT.py",
    "\x1b]0;t\x07\x1b[2J.py",
    "\x9b2J.ipynb", "\u202egpj.evil", "\u2066a\u2069.ipynb", "a\nALL FINE\u2028b\x85.txt",
    "\x7f.py",
    "[/red].ipynb", "[bold]x[/bold].txt", "Vi\u0301T.py", "ＶｉＴ.py", "🙂.ipynb", "\ufeffViT.py",
    "submitted/x/y", ".vitcourse/seed", ".ViT.py", "__MACOSX/._ViT.py", "course/ViT.py",
    "submission_metadata.yml", "index.html", "roster.csv", "nbgrader_config.py", "gradebook.db",
    "s.zip", "s.tar.gz", "s.rar", "s.7z", "vit-cifar10 (1).ipynb", "Untitled.ipynb", "%s%n{0}",
)  # fmt: skip
STAMPS = ((1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58), (2098, 1, 1, 0, 0, 0))

Mutation = Callable[[random.Random, Files], bytes]


def odd_name(chance: random.Random) -> str:
    """A name that could lead astray: odd by itself, or like another person's in some system."""
    if chance.random() < 0.5:
        return chance.choice(NAMES)
    person = chance.choice((ANN, BOB, MALLORY))
    system = chance.choice(SYSTEMS)
    file = chance.choice(("submission.zip", "ViT.py", "vit-cifar10.ipynb", "s/ViT.py", ""))
    name = system.place(person, file, chance.choice((1, 2, 99_999)))
    return chance.choice((name, name.upper(), f"sub/{name}", name.split("/")[0]))


def _renamed(chance: random.Random, files: Files) -> bytes:
    names = list(files)
    for name in chance.sample(names, chance.randint(1, len(names))):
        new = odd_name(chance)
        files[chance.choice((new, f"{new}/{name}", f"{name}{new}", name))] = files.pop(name)
    return zipped(files, time=chance.choice(STAMPS))


def _added(chance: random.Random, files: Files) -> bytes:
    for _ in range(chance.randint(1, 5)):
        inner = zipped(work(MALLORY, "inner")) if chance.random() < 0.4 else b"owner: Mallory May"
        files[odd_name(chance)] = inner
    return zipped(files)


def _as_a_class(chance: random.Random, files: Files) -> bytes:
    """Her zip looks like the download of a whole class."""
    system = chance.choice(SYSTEMS)
    found = dict(system.beside())
    for person in chance.sample((ANN, BOB, MALLORY), chance.randint(1, 3)):
        if chance.random() < 0.5:
            found[system.place(person, "submission.zip", 99_999)] = zipped(files, time=STAMPS[2])
        else:
            found |= {system.place(person, name, 99_999): data for name, data in files.items()}
    return zipped(found, time=STAMPS[2])


def _nested(chance: random.Random, files: Files) -> bytes:
    data = zipped(files)
    for _ in range(chance.randint(1, 8)):
        name = chance.choice(("a.zip", "submission (1).zip", "s/ViT.py.zip", odd_name(chance)))
        beside = work(MALLORY, "beside") if chance.random() < 0.2 else {}
        data = zipped(beside | {name if name.endswith(".zip") else f"{name}.zip": data})
    return data


def _twice(chance: random.Random, files: Files) -> bytes:
    """One name several times, with other contents and other sizes of letters."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            for number in range(chance.randint(1, 3)):
                other = name.swapcase() if chance.random() < 0.3 else name
                member = zipfile.ZipInfo(other, chance.choice(STAMPS))
                archive.writestr(member, data + b"%d" % number)
    return buffer.getvalue()


def _packed(chance: random.Random, files: Files) -> bytes:
    return zipped(files, chance.choice((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED)))


def _extra(chance: random.Random, files: Files) -> bytes:
    """Extra fields, attributes and comments: times out of range, zip64, links, devices."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name, chance.choice(STAMPS))
            member.extra = chance.choice((
                struct.pack("<HHBi", 0x5455, 5, 1, chance.choice((-(2**31), -1, 0, 2**31 - 1))),
                struct.pack("<HHB", 0x5455, 1, 1),
                struct.pack("<HH", 0x5455, 60_000),
                struct.pack("<HHQ", 1, 8, chance.choice((0, 2**63, 2**64 - 1))),
                struct.pack("<HHLHHQ", 10, 32, 0, 1, 24, 2**64 - 1),
                chance.randbytes(chance.randint(1, 40)),
                b"",
            ))  # fmt: skip
            mode = chance.choice((0o100644, 0o120777, 0o060644, 0o020644, 0o010644, 0o140644, 0))
            member.external_attr = mode << 16 | chance.choice((0, 0x10))
            member.comment = chance.randbytes(chance.choice((0, 10, 1000)))
            archive.writestr(member, data)
        archive.comment = chance.choice((b"", b"PK\5\6", b"PK\5\6" + bytes(18), b"c" * 65_535))
    return buffer.getvalue()


def _fields(chance: random.Random, files: Files) -> bytes:
    data = bytearray(zipped(files))
    for _ in range(chance.randint(1, 6)):
        signature = chance.choice((CENTRAL, CENTRAL, LOCAL, END))
        starts = [at for at in range(len(data) - 4) if data[at : at + 4] == signature]
        if not starts:
            continue
        offset, kind = chance.choice(FIELDS[signature])
        value = chance.choice((*EDGES, chance.getrandbits(32))) % 2 ** (8 * struct.calcsize(kind))
        at = chance.choice(starts) + offset
        if at + struct.calcsize(kind) <= len(data):
            struct.pack_into(f"<{kind}", data, at, value)
    return bytes(data)


def _method(chance: random.Random, files: Files) -> bytes:
    """Another method or flag in every header than that of the data."""
    data = bytearray(zipped(files, chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA))))
    offset, value = chance.choice(
        [(10, method) for method in (0, 1, 6, 9, 12, 14, 93, 95, 98, 99)]
        + [(8, flag) for flag in (1, 1 << 5, 1 << 6, 1 << 13, 0xFFFF, 1 << 3, 1 << 11)]
    )
    for at in range(len(data) - 46):
        if data[at : at + 4] == CENTRAL:
            struct.pack_into("<H", data, at + offset, value)
        elif data[at : at + 4] == LOCAL:
            struct.pack_into("<H", data, at + offset - 2, value)
    return bytes(data)


def _bytes(chance: random.Random, files: Files) -> bytes:
    return damaged(chance, zipped(files, chance.choice((0, 8, 12, 14))))


def damaged(chance: random.Random, data: bytes) -> bytes:
    """Bytes changed, put in, taken out, cut off."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 30))):
        at = chance.randrange(len(changed) or 1)
        length = chance.choice((1, 1, 4, 30))
        kind = chance.randrange(5)
        if kind == 0:
            changed[at : at + length] = chance.randbytes(length)
        elif kind == 1:
            changed[at:at] = chance.randbytes(length)
        elif kind == 2:
            del changed[at : at + length]
        elif kind == 3:
            changed[at:at] = chance.choice((CENTRAL, LOCAL, END, b"PK\6\6", b"PK\6\7", b"\0" * 64))
        elif chance.random() < 0.3:
            del changed[at:]
    return bytes(changed)


def _no_zip(chance: random.Random, files: Files) -> bytes:
    return chance.choice((
        b"", b"PK", b"not a zip", b"Rar!\x1a\x07\x00" + bytes(50), b"7z\xbc\xaf\x27\x1c",
        END + bytes(18),
        END + b"\xff" * 18, bytes(5000), b"\x1f\x8b" + bytes(40), b"{}", zipped({}),
    ))  # fmt: skip


def _other(chance: random.Random, files: Files) -> bytes:
    """Another assignment's files, alone or beside some of this one's."""
    some = dict(chance.sample(sorted(files.items()), chance.randint(0, 2)))
    return zipped(other_work(MALLORY) | some)


def _crowd(chance: random.Random, files: Files) -> bytes:
    """A central directory with very many entries, most of which are nowhere."""
    number = chance.choice((2_000, 70_000))
    entry = (
        struct.pack("<4s4B4HL2L5H2L", CENTRAL, 20, 3, 20, 0, *[0] * 3, 33, *[0] * 3, 1, *[0] * 6)
        + b"a"
    )
    directory = entry * number
    far = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, number, number, len(directory), 0)
    far += struct.pack("<4sLQL", b"PK\6\7", 0, len(directory), 1)
    end = struct.pack("<4s4H2LH", END, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    crowd = directory + far + end
    return crowd if chance.random() < 0.3 else zipped(files | {"crowd.zip": crowd})


@functools.cache
def _bomb(megabytes: int) -> bytes:
    """A zip with a file of zeros under the name of the weights."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("utils.py", "owner: Mallory May")
        with archive.open("vit.safetensors", "w", force_zip64=True) as file:
            for _ in range(megabytes):
                file.write(bytes(2**20))
    return buffer.getvalue()


def _bombed(chance: random.Random, files: Files) -> bytes:
    bomb = _bomb(600 if chance.random() < 0.02 else 20)
    number = chance.randint(1, 3)
    return chance.choice((bomb, zipped({f"{n}.zip": bomb for n in range(number)} | files)))


MUTATIONS: tuple[Mutation, ...] = (
    _renamed, _fields, _as_a_class, _bytes, _added, _method, _nested, _extra, _twice, _fields,
    _packed, _no_zip, _other, _bytes, _renamed, _bombed, _as_a_class, _crowd, _added,
)  # fmt: skip
