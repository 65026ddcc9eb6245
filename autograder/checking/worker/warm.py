"""Making a process that has torch loaded cheap to fork, and its children quick to start.

A child pays for every page that it copies and for everything that torch sets up at first use.
So the parent uses the operators of a Vision Transformer once, and has the kernel join its memory
into huge pages, of which a fork copies one entry instead of 512.
"""

import contextlib
import ctypes
import gc
import importlib
import os
import shutil

import torch
from torch import nn
from torch.nn import functional

HUGE_BYTES = 2 * 2**20
FEW_COLLECTIONS = 50_000  # new objects; by default, looking for cycles takes 3 % of a child's time
MADV_COLLAPSE = 25  # Linux 6.1; older kernels refuse it, and then forks stay slower.


def import_ahead() -> None:
    """Import what `torch.utils.checkpoint` and `torch.compile` do at first use, in 0.7 seconds.

    The compiler's cache, which nobody here has a use for, is not left behind.
    """
    importlib.import_module("torch._dynamo")
    if folder := os.environ.pop("TORCHINDUCTOR_CACHE_DIR", None):
        shutil.rmtree(folder, ignore_errors=True)


def prepare_to_fork() -> None:
    """Set up once what every child would set up for itself.

    Raises:
        RuntimeError: where torch has started threads: none of them would be in a child, which
            could wait for them for good.
    """
    torch.set_num_threads(1)  # A process that ran a multi-threaded operation cannot be forked.
    use_torch()
    gc.collect()
    gc.freeze()  # A child's garbage collection then leaves the shared pages shared.
    gc.set_threshold(FEW_COLLECTIONS)
    join_pages()
    if (threads := len(os.listdir("/proc/self/task"))) > 1:
        raise RuntimeError(f"torch has {threads} threads, so that it cannot be forked")


def use_torch() -> None:
    """One pass, forwards and backwards, through what a Vision Transformer is made of."""
    images = torch.randint(0, 256, (2, 3, 8, 8), dtype=torch.uint8)
    images = functional.pad(images, (1, 1, 1, 1))[:, :, 1:-1, 1:-1].flip(-1)
    mirrored = torch.rand(2, generator=torch.Generator().manual_seed(0)) < 0.5
    images = torch.where(mirrored[:, None, None, None], images, images.flip(-1)).float() / 255
    images = (images - images.mean((0, 2, 3), keepdim=True)) / images.std()
    for dtype in (torch.float32, torch.float64, torch.bfloat16):
        patches = functional.unfold(images, 4, stride=4).transpose(1, 2).to(dtype)
        block = nn.Sequential(nn.Linear(48, 8), nn.LayerNorm(8), nn.GELU(), nn.Dropout(0.1))
        tokens = block.to(dtype)(patches.requires_grad_())
        angles = torch.arange(8)[None] / 10000 ** (torch.arange(4)[:, None] / 8)
        tokens = tokens + torch.stack([angles.sin(), angles.cos()], -1).flatten(1)[:, :8].to(dtype)
        heads = tokens.unflatten(-1, (2, 4)).transpose(1, 2)
        weights = (heads @ heads.transpose(-2, -1) / 2).softmax(-1)
        out = torch.cat([tokens, (weights @ heads).transpose(1, 2).flatten(2)], dim=1).mean(1)
        torch.autograd.grad(out, [patches, *block.parameters()], torch.ones_like(out))
    torch.randperm(4, generator=torch.Generator().manual_seed(0))
    functional.conv2d(images, torch.ones(2, 3, 4, 4), stride=4).argmax(1)
    torch.einsum("bcij,bcij->b", images, images)


def join_pages() -> None:
    """Ask the kernel to make huge pages of this process's own memory, where it can."""
    advise = ctypes.CDLL(None).madvise
    with contextlib.suppress(OSError), open("/proc/self/maps") as maps:
        for area, rights, _, _, _, *name in (line.split(maxsplit=5) for line in list(maps)):
            if rights == "rw-p" and name in ([], ["[heap]\n"]):
                first, last = (int(edge, 16) for edge in area.split("-"))
                first = -(-first // HUGE_BYTES) * HUGE_BYTES
                length = last // HUGE_BYTES * HUGE_BYTES - first
                if length > 0:
                    advise(ctypes.c_void_p(first), ctypes.c_size_t(length), MADV_COLLAPSE)
