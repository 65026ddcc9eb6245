"""Which numbers to compute in: float32 is always right, 16 bits are faster where units exist."""

import functools
import time
from contextlib import AbstractContextManager

import torch

GAIN = 1.3  # 16 bits must be faster by this to be worth their rounding


def choose(device: torch.device) -> torch.dtype:
    """What mixed precision multiplies in on this device.

    bfloat16 on a GPU that has units for it (A100, H200), float16 on an older one (T4), float32
    on anything else, unless it is a CPU on which bfloat16 proves faster (with AMX, say).
    """
    if device.type == "cuda":
        native = torch.cuda.get_device_capability(device) >= (8, 0)
        return torch.bfloat16 if native else torch.float16
    return torch.bfloat16 if device.type == "cpu" and bfloat16_pays() else torch.float32


@functools.cache
def bfloat16_pays() -> bool:
    """Whether a product of matrices is faster in bfloat16 on this CPU: tried in some 10 ms."""
    seconds = {}
    for dtype in (torch.float32, torch.bfloat16):
        left, right = torch.ones(2048, 128, dtype=dtype), torch.ones(128, 256, dtype=dtype)
        tries = []
        for _ in range(8):
            start = time.perf_counter()
            left @ right
            tries.append(time.perf_counter() - start)
        seconds[dtype] = min(tries)
    return seconds[torch.float32] > GAIN * seconds[torch.bfloat16]


def autocast(device: torch.device, dtype: torch.dtype) -> AbstractContextManager:
    """Mixed precision (Micikevicius et al. 2018): weights in float32, most products in less."""
    return torch.autocast(device.type, dtype, enabled=dtype != torch.float32)
