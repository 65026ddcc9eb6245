"""Tables as spreadsheets and learning platforms write them, read whatever their form."""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from pathlib import Path

from autograder.records.quoting import quoted

LARGEST = 20 * 2**20
DELIMITERS = ",;\t"


class RosterError(Exception):
    """Something about the people of the course that a person has to put right."""


@dataclass(frozen=True)
class Table:
    """A table, with the form that it was written in.

    Attributes:
        path: its file.
        header: the names of its columns, as they are.
        rows: each row's line in the file and its values, as many as the header has names.
        delimiter: what parts the values.
        note: what to know about how it was read; empty for most.
    """

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    delimiter: str = ","
    note: str = ""


def read_table(path: Path) -> Table:
    """Read a table of values parted by commas, semicolons or tabs.

    Args:
        path: the file, in UTF-8 or UTF-16, else it is taken for Windows-1252.

    Raises:
        RosterError: it is none; the message says where and what to do.
    """
    name = quoted(str(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RosterError(f"{name} cannot be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise RosterError(f"{name} has {len(data):,} bytes; a table of a class has far fewer")
    text, note = _decoded(data, name)
    lines = text.splitlines(keepends=True)
    skipped = 0
    while skipped < len(lines) and _is_no_header(lines[skipped]):
        skipped += 1
    if skipped == len(lines):
        raise RosterError(f"{name} is empty; its first line must name the columns")
    first = lines[skipped]
    delimiter = max(DELIMITERS, key=lambda mark: len(next(csv.reader([first], delimiter=mark))))
    reader = csv.reader(lines[skipped:], delimiter=delimiter, strict=True)
    rows: list[tuple[int, tuple[str, ...]]] = []
    line = skipped + 1
    try:
        for values in reader:
            if any(value.strip() for value in values):
                rows.append((line, tuple(values)))
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise RosterError(
            f"{name}, line {line}: {error}. Look for a quotation mark without its partner there."
        ) from error
    header = rows[0][1]
    return Table(
        path, header, tuple(_even(each, header, name) for each in rows[1:]), delimiter, note
    )


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    """The text of a file, and what to know of how it was read."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise RosterError(
            f"{name} is a workbook of a spreadsheet program; save it there as CSV (UTF-8) and give "
            "that file"
        )
    sixteen = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text, note = data.decode("utf-16" if sixteen else "utf-8-sig"), ""
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            raise RosterError(
                f"{name}, line {line}: these bytes are no text in UTF-8; save it as CSV (UTF-8)"
            ) from error
        note = f"{name} is not in UTF-8 (line {line}); read as Windows-1252: look at the umlauts"
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise RosterError(f"{name}, line {line}: holds a NUL, so it is no table; save it as CSV")
    return text, note


def _is_no_header(line: str) -> bool:
    """Whether a first line is blank, or Excel's note on the delimiter."""
    return not line.strip(" \t\r\n,;") or line.strip().lower().startswith("sep=")


def _even(
    row: tuple[int, tuple[str, ...]], header: tuple[str, ...], name: str
) -> tuple[int, tuple[str, ...]]:
    """A row with as many values as the header has names."""
    line, values = row
    if any(value.strip() for value in values[len(header) :]):
        raise RosterError(
            f"{name}, line {line}: {len(values)} values, but the header names {len(header)} "
            f'columns; the first one too many is "{quoted(values[len(header)])}". A value with a '
            'comma in it stands in quotation marks: "Doe, Jane".'
        )
    return line, (*values[: len(header)], *[""] * (len(header) - len(values)))
