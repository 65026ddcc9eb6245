"""One member of a zip, read piece by piece in little memory, however it is packed."""

from __future__ import annotations

import bz2
import copy
import io
import lzma
import struct
import zipfile
import zlib
from contextlib import AbstractContextManager
from typing import IO, Any, cast

LARGEST_DICTIONARY = 64 * 2**20
_PIECE = 2**16


def open_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo
) -> AbstractContextManager[IO[bytes]]:
    """Open a member for reading.

    The library unpacks bzip2 and LZMA without a limit to what one read may give: 4 KB can become
    gigabytes in memory. These are unpacked here, with one.

    Raises:
        zipfile.BadZipFile, OSError, NotImplementedError: it cannot be opened.
    """
    if member.compress_type not in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        return archive.open(member)
    packed = copy.copy(member)
    packed.compress_type = zipfile.ZIP_STORED
    packed.file_size = member.compress_size
    del packed.CRC
    return cast(IO[bytes], io.BufferedReader(_Unpacked(archive.open(packed), member), _PIECE))


class _Unpacked(io.RawIOBase):
    """What a packed stream gives, checked against the member's size and checksum."""

    def __init__(self, source: IO[bytes], member: zipfile.ZipInfo) -> None:
        self._source = source
        self._member = member
        self._left, self._crc = member.file_size, 0
        self._unpacker: Any = (
            bz2.BZ2Decompressor()
            if member.compress_type == zipfile.ZIP_BZIP2
            else _lzma_unpacker(source)
        )

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while self._left and not self._unpacker.eof:
            more = self._source.read(_PIECE) if self._unpacker.needs_input else b""
            if self._unpacker.needs_input and not more:
                raise EOFError("it ends too early")
            piece = self._unpacker.decompress(more, max_length=min(len(buffer), self._left))
            if piece:
                self._left -= len(piece)
                self._crc = zlib.crc32(piece, self._crc)
                buffer[: len(piece)] = piece
                return len(piece)
        if self._left or self._crc != self._member.CRC:
            raise zipfile.BadZipFile("its content does not fit its checksum")
        return 0

    def close(self) -> None:
        self._source.close()
        super().close()


def _lzma_unpacker(source: IO[bytes]) -> lzma.LZMADecompressor:
    """The unpacker that the first bytes of a member ask for (APPNOTE.TXT, 5.8.8)."""
    head = source.read(4)
    length = struct.unpack("<H", head[2:4])[0] if len(head) == 4 else 0
    if length != 5:
        raise zipfile.BadZipFile("its LZMA header is damaged")
    packed, dictionary = struct.unpack("<BL", source.read(5))
    if packed >= 225 or dictionary > LARGEST_DICTIONARY:
        raise zipfile.BadZipFile("its LZMA header asks for more memory than any file needs")
    position, packed = divmod(packed, 45)
    literal, context = divmod(packed, 9)
    settings = {"id": lzma.FILTER_LZMA1, "dict_size": max(dictionary, 4096)}
    return lzma.LZMADecompressor(
        lzma.FORMAT_RAW, filters=[settings | {"lc": context, "lp": literal, "pb": position}]
    )
