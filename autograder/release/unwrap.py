"""Every text in a file, however it is wrapped: archives, notebooks, base64, compressed streams.

What cannot be opened is refused, because it cannot be scanned either.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import html
import io
import json
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

DEEPEST = 6
LARGEST = 2**28
_COMPILED_NAMES = (".pyc", ".pyo", ".pyd", ".so", ".dll")
_COMPRESSED = {
    b"\x1f\x8b\x08": gzip.decompress,
    b"BZh": bz2.decompress,
    b"\xfd7zXZ\x00": lzma.decompress,
}
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_WORDS = re.compile(rb"(?:[\t\n\r\x20-\x7e]|[\xc2-\xf4][\x80-\xbf]{1,3}){10,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_BASE64_LINE = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_HEX = re.compile(r"\b(?:[0-9a-fA-F]{2}){12,}\b")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-7]{3}|[nrt\"'/\\])")
_NAMED_ESCAPES = {"n": "\n", "r": "\n", "t": "\t"}


@dataclass(frozen=True)
class Text:
    """A text found in a file.

    Attributes:
        place: the file, and the archive's member, cell or field inside it.
        lines: number (None where the text has none) and text of each line.
        refused: why the thing could not be opened; then there are no lines.
    """

    place: str
    lines: tuple[tuple[int | None, str], ...] = ()
    refused: str = ""


def unwrap(place: str, data: bytes, depth: int = 0) -> Iterator[Text]:
    """Every text in some bytes.

    Args:
        place: name of the file, for the texts' places.
        data: its content.
        depth: how many wrappings were opened so far.
    """
    if depth > DEEPEST:
        yield Text(place, refused=f"is wrapped more than {DEEPEST} times, which no scan can read")
    elif place.endswith(_COMPILED_NAMES) or _is_compiled(data):
        yield Text(place, refused="is compiled code, which no scan can read")
    elif data.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(data)):
        yield from _zip(place, data, depth)
    elif data[257:262] == b"ustar":
        yield from _tar(place, data, depth)
    elif opener := next((f for magic, f in _COMPRESSED.items() if data.startswith(magic)), None):
        try:
            inner = opener(data)
        except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
            yield Text(place, refused=f"is a broken archive, which no scan can read ({error})")
        else:
            yield from unwrap(f"{place}!", inner, depth + 1)
    else:
        yield from _plain(place, data, depth)


def _is_compiled(data: bytes) -> bool:
    """Whether the bytes begin as any Python's .pyc: magic number, CR LF, flags, a code object."""
    return data[2:4] == b"\r\n" and len(data) > 16 and data[16] & 0x7F == ord("c")


def _zip(place: str, data: bytes, depth: int) -> Iterator[Text]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield from _letters(place, archive.comment.decode("utf-8", "replace"), depth)
        for member in archive.infolist():
            inside = f"{place}!{member.filename}"
            try:
                if member.file_size > LARGEST:
                    raise ValueError(f"{member.file_size} bytes")
                content = archive.read(member)
            except (RuntimeError, ValueError, OSError, zipfile.BadZipFile, zlib.error) as error:
                yield Text(inside, refused=f"cannot be read, so cannot be scanned ({error})")
            else:
                yield from unwrap(inside, content, depth + 1)


def _tar(place: str, data: bytes, depth: int) -> Iterator[Text]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                if file := archive.extractfile(member):
                    yield from unwrap(f"{place}!{member.name}", file.read(), depth + 1)
    except tarfile.TarError as error:
        yield Text(place, refused=f"cannot be read, so cannot be scanned ({error})")


def _plain(place: str, data: bytes, depth: int) -> Iterator[Text]:
    """Text, or bytes in which text may stand."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        yield from _binary(place, data, depth)
    elif text.lstrip()[:1] in ("{", "["):
        try:
            stored = json.loads(text)
        except ValueError:
            yield from _letters(place, text, depth, numbered=True)
        else:
            for inside, leaf in _leaves(stored, place):
                yield from _letters(inside, leaf, depth, numbered=True)
    else:
        yield from _letters(place, text, depth, numbered=True)


def _binary(place: str, data: bytes, depth: int) -> Iterator[Text]:
    """The letters in bytes, and the compressed streams, as in pictures and PDFs."""
    # Without its zeros, UTF-16 or UTF-32 of plain letters is plain letters.
    words = _WORDS.findall(data.replace(b"\0", b""))
    yield from _letters(place, b"\n".join(words).decode("utf-8", "replace"), depth)
    for match in _ZLIB.finditer(data):
        try:
            inner = zlib.decompressobj().decompress(memoryview(data)[match.start() :], LARGEST)
        except zlib.error:
            continue
        if inner:
            yield from unwrap(f"{place}, compressed stream", inner, depth + 1)


def _leaves(stored: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every string in a JSON value, keys too; a list of strings is one text, as in a notebook."""
    if isinstance(stored, str):
        yield place, stored
    elif isinstance(stored, list):
        if stored and all(isinstance(item, str) for item in stored):
            yield place, "".join(item if item.endswith("\n") else f"{item}\n" for item in stored)
        else:
            for item in stored:
                yield from _leaves(item, place)
    elif isinstance(stored, dict):
        for key, value in stored.items():
            yield place, key
            if key == "cells" and isinstance(value, list):
                for number, cell in enumerate(value, start=1):
                    yield from _leaves(cell, f"{place}, cell {number}")
            else:
                yield from _leaves(value, f"{place}, {key}")


def _letters(place: str, text: str, depth: int, *, numbered: bool = False) -> Iterator[Text]:
    """A text as it stands, then without its escapes, and what is encoded in it."""
    lines = [
        (number if numbered else None, line)
        for number, line in enumerate(text.splitlines(), start=1)
    ]
    before: list[tuple[int | None, str]] = []
    for _ in range(4):
        if lines == before:
            break
        yield Text(place, tuple(lines))
        before = lines
        lines = [(number, part) for number, line in lines for part in _unescape(line).splitlines()]
    for letters in _base64_runs(text):
        with_padding = letters.translate(str.maketrans("-_", "+/", "=")) + "=="
        try:
            data = base64.b64decode(with_padding)
        except binascii.Error:
            continue
        yield from unwrap(f"{place}, base64", data, depth + 1)
    for match in _HEX.finditer(text):
        yield from unwrap(f"{place}, hexadecimal", bytes.fromhex(match[0]), depth + 1)


def _base64_runs(text: str) -> Iterator[str]:
    """Long words of base64's letters, and paragraphs of nothing but such words."""
    for match in _BASE64.finditer(text):
        yield match[0]
    paragraph: list[str] = []
    for line in [*text.splitlines(), "."]:
        if _BASE64_LINE.fullmatch(line.strip()):
            paragraph.append(line.strip())
        else:
            if len(paragraph) > 1:
                yield "".join(paragraph)
            paragraph = []


def _unescape(line: str) -> str:
    """A line without backslash, HTML and URL escapes."""
    if not any(sign in line for sign in "\\&%"):
        return line
    return html.unescape(unquote(_ESCAPE.sub(_unescaped_letter, line)))


def _unescaped_letter(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "ux":
        return chr(int(code[1:], 16))
    if code.isdigit():
        return chr(int(code, 8))
    return _NAMED_ESCAPES.get(code, code)
