"""Frames between the checks and a worker: a JSON header, then tensors as safetensors bytes.

Nothing here is ever unpickled. A frame is `!IQ` (length of the header, length of the tensors),
the header in UTF-8, and the tensors. Both lengths are capped before a byte is read.
"""

import json
import struct
from typing import Any, Protocol

import safetensors.torch
from torch import Tensor

LENGTHS = struct.Struct("!IQ")
MAX_HEADER = 4 * 2**20
MAX_TENSORS = 256 * 2**20

Header = dict[str, Any]


class ProtocolError(Exception):
    """The other side sent something that is no frame, or hung up."""


class Reader(Protocol):
    """Whatever a frame can be read from."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; fewer only at the end."""


class Writer(Protocol):
    """Whatever a frame can be written to."""

    def write(self, data: bytes, /) -> Any:
        """Take all of `data`."""

    def flush(self) -> None:
        """Send what was written."""


def write_frame(stream: Writer, header: Header, tensors: dict[str, Tensor]) -> None:
    """Send one frame. The tensors are dense, contiguous, on the CPU, and share no memory."""
    text = json.dumps(header).encode()
    blob = safetensors.torch.save(tensors)
    stream.write(LENGTHS.pack(len(text), len(blob)) + text + blob)
    stream.flush()


def read_frame(stream: Reader) -> tuple[Header, dict[str, Tensor]]:
    """Read one frame.

    Raises:
        ProtocolError: at the end of the stream, over a cap, or where a part cannot be read.
    """
    header_length, blob_length = LENGTHS.unpack(read_exactly(stream, LENGTHS.size))
    if header_length > MAX_HEADER or blob_length > MAX_TENSORS:
        raise ProtocolError(f"a frame of {header_length} + {blob_length} bytes is too large")
    text, blob = read_exactly(stream, header_length), read_exactly(stream, blob_length)
    try:
        header, tensors = json.loads(text), safetensors.torch.load(blob)
    except (ValueError, RecursionError, KeyError, safetensors.SafetensorError) as error:
        raise ProtocolError(f"a frame cannot be read: {error}") from error
    if not isinstance(header, dict):
        raise ProtocolError("a frame's header is not an object")
    return header, tensors


def read_exactly(stream: Reader, size: int) -> bytes:
    """Read `size` bytes, however many pieces they come in.

    Raises:
        ProtocolError: where the stream ends before.
    """
    parts = bytearray()
    while len(parts) < size:
        part = stream.read(size - len(parts))
        if not part:
            raise ProtocolError("the other side hung up")
        parts += part
    return bytes(parts)
