"""The lab on attention: one head, many, a block, and a ViT on small data."""

from __future__ import annotations

from .homework import HOMEWORK
from .record import (
    ATTENTION_MAP,
    IMAGES,
    OUTPUT,
    TOKENS,
    WEIGHTS,
    Assignment,
    Function,
    Stage,
    numbers,
)

SMALL_DATA = "Lee et al. 2021"

SHIFT = Function(
    name="shift_images",
    module="small_data",
    arguments={"images": IMAGES, **numbers("shift")},
    answers={OUTPUT: IMAGES},
    reading=f"{SMALL_DATA}, section 3, Shifted Patch Tokenization",
    by_chance=False,
    stand_in=False,
    methods={},
)
SHIFTED_PATCHES = Function(
    name="ShiftedPatchTokenization",
    module="small_data",
    arguments={"images": IMAGES},
    answers={OUTPUT: TOKENS},
    reading=f"{SMALL_DATA}, section 3, Shifted Patch Tokenization",
    by_chance=False,
    stand_in=False,
    methods={},
)
LOCALITY = Function(
    name="LocalitySelfAttention",
    module="small_data",
    arguments={"tokens": TOKENS, **numbers("return_weights")},
    answers={OUTPUT: TOKENS, WEIGHTS: ATTENTION_MAP},
    reading=f"{SMALL_DATA}, section 3, Locality Self-Attention Mechanism",
    by_chance=False,
    stand_in=False,
    methods={},
)

LAB_ATTENTION = Assignment(
    "lab-attention",
    (
        Stage(
            "tokenization",
            "Shifted patches",
            15,
            (SHIFT, SHIFTED_PATCHES),
            needs=("patching", "attention"),
        ),
        Stage("locality", "Locality self-attention", 15, (LOCALITY,), needs=("attention",)),
        Stage("questions", "Questions", 40),
    ),
    after=HOMEWORK,
)
