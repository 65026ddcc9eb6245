"""A worker's life: load a submission, then answer programs until the other side hangs up."""

import importlib
import math
import os
import warnings
from types import ModuleType
from typing import Any

import torch

from .loading import Submission, describe_error, install
from .protocol import ProtocolError, Reader, Writer, read_frame, write_frame
from .ready_made import fence
from .running import run_program

try:
    import resource as _resource
except ImportError:  # Windows
    resource: ModuleType | None = None
else:
    resource = _resource


def serve(reader: Reader, writer: Writer) -> None:
    """Answer requests from `reader` on `writer`. The first one loads the submission."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    torch.backends.mha.set_fastpath_enabled(False)
    os.environ["TORCHDYNAMO_DISABLE"] = "1"  # torch.compile: the same function, and no compiler
    try:
        request, _ = read_frame(reader)
        submission = Submission(
            request["sources"],
            request["standins"],
            request["optional"],
            request["load"],
            request["replace"],
        )
        install(submission)
        fence(submission.files, request["standins"])
        allow(request["computing"])
        errors = {name: load(name, submission.files) for name in request["load"]}
        write_frame(writer, {"id": request["id"], "errors": errors}, {})
        while True:
            request, tensors = read_frame(reader)
            allow(request["computing"])
            reply, packed = run_program(request["program"], tensors, submission.files)
            write_frame(writer, {"id": request["id"], **reply}, packed)
    except ProtocolError:
        return


def allow(seconds: float) -> None:
    """End this process once it has computed for this long from now, where the system can."""
    if resource is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = math.ceil(used.ru_utime + used.ru_stime + seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def load(name: str, files: set[str]) -> dict[str, Any] | None:
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
