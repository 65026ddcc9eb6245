"""Frames between the checks and a worker: a JSON header, then tensors as safetensors bytes.

Nothing here is ever unpickled. A frame is `!IQ` (length of the header, length of the tensors),
the header in UTF-8, and the tensors. Both lengths are capped before a byte is read.

A request is two frames: what it is called and may cost ("id", "computing", "shared"), and what is
asked, which is the same for a whole class: files to load, or programs to run in order. The answer
to a program is one frame, with the next number as its "id".
"""

import json
import struct
import warnings
from typing import Any, Protocol

import safetensors.torch
import torch
from torch import Tensor

LENGTHS = struct.Struct("!IQ")
MAX_HEADER = 4 * 2**20
MAX_TENSORS = 256 * 2**20
MAX_NESTING = 20
PIECE = 2**16  # bytes that are read or written at once
DTYPES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.complex64: "C64",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}
TYPES = {name: dtype for dtype, name in DTYPES.items()}
LARGEST = 8  # bytes that a number of these has; a number of them comes before the header

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


def pack(tensors: dict[str, Tensor]) -> bytes:
    """Dense tensors on the CPU, of `DTYPES`, as safetensors bytes.

    The library's own `save` takes four times as long for the many small tensors of a check. Each
    lies at a multiple of its numbers' size, the largest numbers first.
    """
    header, parts, end = {}, [], 0
    for name, tensor in sorted(tensors.items(), key=lambda item: -item[1].element_size()):
        numbers = tensor.detach()
        if numbers.dtype is torch.bfloat16:  # NumPy has none.
            numbers = numbers.contiguous().view(torch.int16)
        part = numbers.numpy().tobytes()
        start, end = end, end + len(part)
        header[name] = {
            "dtype": DTYPES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [start, end],
        }
        parts.append(part)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % LARGEST)
    return b"".join([len(text).to_bytes(8, "little"), text, *parts])


def frame(header: Header, blob: bytes) -> bytes:
    """One frame, from its header and its packed tensors."""
    text = json.dumps(header).encode()
    return LENGTHS.pack(len(text), len(blob)) + text + blob


def read_frame(stream: Reader) -> tuple[Header, dict[str, Tensor]]:
    """Read one frame of the checks', who are believed to send one.

    Raises:
        ProtocolError: at the end of the stream, or over a cap.
    """
    text, blob = read_parts(stream)
    return json.loads(text), views(blob)


def views(blob: bytes) -> dict[str, Tensor]:
    """Tensors that `pack` packed, where they lie in the bytes.

    The library's own `load` copies each of them.
    """
    length = int.from_bytes(blob[:8], "little")
    described = json.loads(blob[8 : 8 + length])
    if not described:
        return {}
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Whoever is given one gets a copy: these are not written.
        for name, each in described.items():
            dtype, shape, (start, end) = TYPES[each["dtype"]], each["shape"], each["data_offsets"]
            if end > start:
                numbers = (end - start) // dtype.itemsize
                flat = torch.frombuffer(blob, dtype=dtype, count=numbers, offset=8 + length + start)
                found[name] = flat.view(shape)
            else:
                found[name] = torch.empty(shape, dtype=dtype)
    return found


def read_parts(stream: Reader, most: int = MAX_TENSORS) -> tuple[bytes, bytes]:
    """A frame's header and its packed tensors, as they come.

    Args:
        stream: read from.
        most: bytes that the tensors may have.

    Raises:
        ProtocolError: at the end of the stream, or over a cap.
    """
    header_length, blob_length = LENGTHS.unpack(read_exactly(stream, LENGTHS.size))
    if header_length > MAX_HEADER or blob_length > most:
        raise ProtocolError(f"a frame of {header_length} + {blob_length} bytes is too large")
    return read_exactly(stream, header_length), read_exactly(stream, blob_length)


def unpack(text: bytes, blob: bytes) -> tuple[Header, dict[str, Tensor]]:
    """The header and tensors of a worker's frame, from its two parts.

    Raises:
        ProtocolError: where a part cannot be read, or is not what a worker of ours sends.
    """
    try:
        header, tensors = json.loads(text), safetensors.torch.load(blob)
    except Exception as error:  # A hostile blob makes safetensors raise whatever there is.
        raise ProtocolError(f"a frame cannot be read: {error}") from error
    if not isinstance(header, dict) or not is_shallow(header, MAX_NESTING):
        raise ProtocolError("a frame's header is no object, or is nested too deeply")
    if any(tensor.dtype not in DTYPES for tensor in tensors.values()):
        raise ProtocolError("a frame has tensors of a dtype that no frame has")
    return header, tensors


def is_shallow(value: Any, levels: int) -> bool:
    """Whether JSON is nested at most this many levels deep."""
    if not isinstance(value, dict | list):
        return True
    parts = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(is_shallow(part, levels - 1) for part in parts)


def read_exactly(stream: Reader, size: int) -> bytes:
    """Read `size` bytes, however many pieces they come in.

    Raises:
        ProtocolError: where the stream ends before.
    """
    part = stream.read(size)
    if len(part) == size:
        return part
    parts = bytearray(part)
    while len(parts) < size:
        part = stream.read(size - len(parts))
        if not part:
            raise ProtocolError("the other side hung up")
        parts += part
    return bytes(parts)
