"""Files that are missing, empty, or stored in a way that Python may not read."""

from __future__ import annotations

import json

from .kind import (
    ATTENTION,
    STUDENT,
    UTILS,
    VIT,
    Kind,
    body,
    holding,
    instead,
    rewritten,
    saved,
    untouched,
    without,
)

NOTHING = {"data": 0, "patching": 0, "attention": 0, "encoder": 0, "vit": 0}


def cell(name: str) -> str:
    """A notebook with one code cell."""
    return json.dumps(
        {
            "cells": [
                {
                    "cell_type": "code",
                    "execution_count": None,
                    "metadata": {},
                    "outputs": [],
                    "source": [f"# {name}\n", "import torch\n"],
                }
            ],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        indent=1,
    )


KINDS = (
    Kind(
        "two files missing",
        "Two of the four files were not handed in.",
        (without(VIT, STUDENT),),
        {"patching": 0, "encoder": 0, "vit": 0},
        {
            "patching": ("ViT.py was not found",),
            "encoder": ("transformer-student.py was not found",),
            "vit": ("ViT.py was not found",),
        },
    ),
    Kind(
        "no file at all",
        "Only the notebook was handed in.",
        (without(UTILS, VIT, ATTENTION, STUDENT),),
        NOTHING,
        {
            "data": ("utils.py was not found", "under exactly this name"),
            "patching": ("ViT.py was not found",),
            "attention": ("transformer-attention.py was not found",),
            "encoder": ("transformer-student.py was not found",),
            "vit": ("utils.py was not found",),
        },
    ),
    Kind(
        "an empty file",
        "The editor never saved one file.",
        (holding(ATTENTION, ""),),
        {"attention": 0},
        {"attention": ("transformer-attention.py is empty",)},
    ),
    Kind(
        "the untouched stubs",
        "Nothing was written at all.",
        (untouched(UTILS, VIT, ATTENTION, STUDENT),),
        NOTHING,
        {
            "data": ("split_indices is yours to write",),
            "patching": ("images_to_patches is yours to write",),
            "attention": ("scaled_dot_product_attention is yours to write",),
            "encoder": ("MLP.forward is yours to write",),
            "vit": ("sinusoidal_positions is yours to write",),
        },
    ),
    Kind(
        "one untouched file",
        "One file is still the stub.",
        (untouched(STUDENT),),
        {"encoder": 0},
        {"encoder": ("MLP.forward is yours to write",)},
    ),
    Kind(
        "one function not written",
        "One function of a stage still raises NotImplementedError.",
        (body(UTILS, "random_erase", 'raise NotImplementedError("random_erase is yours")'),),
        {"data": 8},
        {"data": ("NotImplementedError: random_erase is yours",)},
    ),
    Kind(
        "a byte order mark",
        "An editor on Windows put a byte order mark in front of every file.",
        tuple(saved(name, "utf-8-sig") for name in (UTILS, VIT, ATTENTION, STUDENT)),
    ),
    Kind(
        "UTF-16",
        "Notepad saved a file as “Unicode”, which is UTF-16.",
        (saved(UTILS, "utf-16"),),
    ),
    Kind(
        "Latin-1 comments",
        "A comment has umlauts in Latin-1.",
        (
            instead(
                UTILS,
                '    """Bring pixels',
                '    # für jedes Bild, auch große\n    """Bring pixels',
            ),
            saved(UTILS, "latin-1"),
        ),
    ),
    Kind(
        "a coding line",
        "A file is in Latin-1 and says so in its first line.",
        (
            rewritten(VIT, lambda source: f"# -*- coding: latin-1 -*-\nNAME = 'Zoë'\n{source}"),
            saved(VIT, "latin-1"),
        ),
    ),
    Kind(
        "Windows line ends",
        "All lines of all files end as on Windows.",
        tuple(
            rewritten(name, lambda source: source.replace("\n", "\r\n"))
            for name in (UTILS, VIT, ATTENTION, STUDENT)
        ),
    ),
    Kind(
        "old Mac line ends",
        "All lines of a file end in a lone carriage return.",
        (rewritten(ATTENTION, lambda source: source.replace("\n", "\r")),),
    ),
    Kind(
        "null bytes",
        "A crash left a file of the right size, full of zeros.",
        (holding(STUDENT, bytes(3000)),),
        {"encoder": 0},
        {"encoder": ("transformer-student.py holds no text", "null bytes", "save it again")},
    ),
    Kind(
        "a word processor's file",
        "A file was written in a word processor and renamed to .py.",
        (holding(ATTENTION, b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)) * 20),),
        {"attention": 0},
        {"attention": ("transformer-attention.py holds no text",)},
    ),
    Kind(
        "curly quotes",
        "Code was pasted from a chat program, which made the quotes curly.",
        (instead(VIT, 'if pool not in ("class", "mean")', "if pool not in (“class”, “mean”)"),),
        {"patching": 0, "vit": 0},
        {"patching": ("ViT.py", "line", "invalid character '“'", "type them again")},
    ),
    Kind(
        "invisible spaces",
        "Code was pasted from a web page, with no-break spaces for its indentation.",
        (
            instead(
                UTILS,
                "    return images.float() / 255",
                "\u00a0\u00a0\u00a0\u00a0return images / 255",
            ),
        ),
        {"data": 0, "vit": 0},
        {"data": ("utils.py", "non-printable character U+00A0", "pasted text")},
    ),
    Kind(
        "tabs",
        "A file is indented with tabs throughout.",
        (rewritten(UTILS, lambda source: source.replace("    ", "\t")),),
    ),
    Kind(
        "tabs among spaces",
        "One line of a body is indented with a tab, the next with spaces.",
        (instead(STUDENT, "            tokens = block(tokens)", "\t    tokens = block(tokens)"),),
        {"encoder": 0},
        {"encoder": ("transformer-student.py", "TabError", "spaces")},
    ),
    Kind(
        "a notebook as a file",
        "A notebook was saved under the name of a code file.",
        (holding(UTILS, cell("utils")),),
        {"data": 0, "vit": 0},
        {
            "data": ("utils.py holds a notebook, not Python",),
            "vit": ("utils.py holds a notebook, not Python",),
        },
    ),
    Kind(
        "a web page as a file",
        "The browser saved GitHub's page about the file.",
        (holding(VIT, '\n\n<!DOCTYPE html>\n<html lang="en"><body>ViT.py</body></html>\n'),),
        {"patching": 0, "vit": 0},
        {"patching": ("ViT.py holds a web page, not Python",)},
    ),
    Kind(
        "half of a file",
        "A file was cut off in the middle of a function.",
        (rewritten(STUDENT, lambda source: source[: source.index("self.norm1(tokens)")]),),
        {"encoder": 0},
        {"encoder": ("transformer-student.py", "'(' was never closed")},
    ),
    Kind(
        "half of the functions",
        "A file ends after its first function.",
        (rewritten(ATTENTION, lambda s: s[: s.index("# stage: attention\nclass")]),),
        {"attention": 4},
        {
            "attention": (
                "transformer-attention.py defines no SelfAttention",
                "found:    scaled_dot_product_attention",
            )
        },
    ),
)
