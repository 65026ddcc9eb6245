"""A worker's life: load a submission, then answer programs until the other side hangs up."""

import importlib
import math
import os
import socket
import warnings
from types import ModuleType
from typing import Any

import torch

from .loading import Submission, describe_error, install
from .protocol import PIECE, ProtocolError, Reader, Writer, frame, pack, read_frame
from .ready_made import fence
from .running import Built, run_program

try:
    import resource as _resource
except ImportError:  # Windows
    resource: ModuleType | None = None
else:
    resource = _resource


def serve(reader: Reader, writer: Writer) -> None:
    """Answer requests from `reader` on `writer`: to load a submission, or to run programs.

    A submission may be loaded anew with the next stand-ins, once all is answered that these
    would solve. Where programs of several stages share a worker, it ends as soon as one stage has
    changed a setting of PyTorch's on which another one stands.
    """
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    torch.backends.mha.set_fastpath_enabled(False)
    torch.backends.mkldnn.set_flags(_enabled=False)  # It prepares each shape; here all are small.
    os.environ["TORCHDYNAMO_DISABLE"] = "1"  # torch.compile: the same function, and no compiler
    files: set[str] = set()
    try:
        usual = settings()
        while True:
            envelope, _ = read_frame(reader)
            request, tensors = read_frame(reader)
            if envelope["shared"] and settings() != usual:
                return
            allow(envelope["computing"])
            if "load" in request:
                files, errors = load(request)
                writer.write(frame({"id": envelope["id"], "errors": errors}, pack({})))
            else:
                modules: dict[str, Built] = {}
                for number, program in enumerate(request["programs"], start=envelope["id"]):
                    allow(envelope["computing"])
                    program["modules"] = modules
                    reply, packed = run_program(program, tensors, files)
                    writer.write(frame({"id": number, **reply}, pack(packed)))
            writer.flush()
    except ProtocolError:
        return


def load(request: dict[str, Any]) -> tuple[set[str], dict[str, Any]]:
    """Import a submission.

    Args:
        request: the arguments of `Submission`, by name.

    Returns:
        The names of its files; and, by module, None or what went wrong.
    """
    submission = Submission(**request)
    install(submission)
    fence(submission.files, submission.standins)
    errors = {name: trouble_with(name, submission.files) for name in submission.load}
    return submission.files, errors


def serve_on(end: socket.socket) -> None:
    """Serve at one end of a socket, which is closed afterwards."""
    with end, end.makefile("rwb", PIECE) as stream:
        serve(stream, stream)


def settings() -> tuple[Any, ...]:
    """PyTorch's settings that change what other code computes."""
    return (
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.are_deterministic_algorithms_enabled(),
        torch.get_float32_matmul_precision(),
        torch.is_autocast_enabled("cpu"),
        torch.get_num_threads(),
    )


def allow(seconds: float) -> None:
    """End this process once it has computed for this long from now, where the system can."""
    if resource is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = math.ceil(used.ru_utime + used.ru_stime + seconds)
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        if most != resource.RLIM_INFINITY:
            limit = min(limit, most)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, most))


def trouble_with(name: str, files: set[str]) -> dict[str, Any] | None:
    """Import a module of the submission: None, or what went wrong."""
    try:
        importlib.import_module(name)
    except Exception as error:
        return describe_error(error, files)
    return None


def quiet() -> tuple[Any, Any]:
    """Take standard input and output for the protocol; whatever the student prints goes nowhere."""
    reader, writer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    return reader, writer
