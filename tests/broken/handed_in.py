"""Hand-ins that are packed or named in other ways than the notebook's last cell does it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from downloads import NOTEBOOK, WHOLE, Content, zipped
from nbformat.v4 import new_code_cell, new_notebook

from autograder.bridge.submission import Problem

from .kind import ATTENTION, STUDENT, UTILS, VIT

NOTHING_WRITTEN = json.dumps(new_notebook(cells=[new_code_cell("1")]))
GOOD = WHOLE | {NOTEBOOK: NOTHING_WRITTEN}
CODE = {UTILS, VIT, ATTENTION, STUDENT}
BEGINNING_OF_A_RAR = b"Rar!\x1a\x07\x01\x00" + bytes(200)


@dataclass(frozen=True)
class HandIn:
    """One kind of hand-in.

    Attributes:
        name: unique, a few words.
        sentence: what happened.
        uploaded: the files as the student uploaded them.
        taken: the names that must lie in `submitted/` then; nothing where it is refused.
        words: what the instructor must be told.
        attention: whether a person has to look at what was left out.
        problem: what the notebook's place in `submitted/` says, for the student and the grader.
    """

    name: str
    sentence: str
    uploaded: Content
    taken: set[str] = field(default_factory=lambda: set(GOOD))
    words: tuple[str, ...] = ()
    problem: Problem | None = None
    attention: bool = False


def renamed(**names: str) -> dict[str, str]:
    """A whole hand-in in which some files have other names: new by old, "." written "__"."""
    new = {old.replace("__", "."): name for old, name in names.items()}
    return {new.get(name, name): content for name, content in GOOD.items()}


def as_zip(content: Content) -> dict[str, bytes]:
    """A hand-in of one zip."""
    return {"submission.zip": zipped(content)}


def without(*names: str) -> dict[str, str]:
    """A hand-in that lacks files."""
    return {name: content for name, content in GOOD.items() if name not in names}


HAND_INS = (
    HandIn("as it should be", "Nothing is wrong.", as_zip(GOOD)),
    HandIn(
        "six folders deep",
        "The files lie in a folder in a folder, six times over, as on the student's own disk.",
        as_zip({f"home/me/uni/ss26/dl/final/{name}": text for name, text in GOOD.items()}),
    ),
    HandIn(
        "notebook above, code in a folder",
        "The notebook lies beside a folder with the code.",
        as_zip({name if name == NOTEBOOK else f"code/{name}": text for name, text in GOOD.items()}),
        words=(f"{NOTEBOOK} taken from submission.zip/{NOTEBOOK}",),
    ),
    HandIn(
        "a zip in a zip with a notebook beside",
        "The hand-in was zipped again, together with a notebook of the same name.",
        as_zip({"submission.zip": zipped(GOOD), NOTEBOOK: "an older one"}),
        words=("left out 1 other file(s)",),
    ),
    HandIn(
        "underscores",
        "The learning platform turned hyphens into underscores.",
        as_zip({name.replace("-", "_"): text for name, text in GOOD.items()}),
        words=("transformer_attention.py taken as transformer-attention.py",),
    ),
    HandIn(
        "upper case",
        "File names came out in capitals.",
        as_zip(renamed(utils__py="Utils.py", ViT__py="VIT.PY")),
        words=("VIT.PY taken as ViT.py", "Utils.py taken as utils.py"),
    ),
    HandIn(
        "py.txt",
        "Windows hides endings, and the editor added its own.",
        as_zip(renamed(ViT__py="ViT.py.txt", utils__py="utils.py.txt")),
        words=("ViT.py.txt taken as ViT.py", "utils.py.txt taken as utils.py"),
    ),
    HandIn(
        "ipynb.json",
        "The browser saved the notebook as what it is inside.",
        as_zip({f"{name}.json" if name == NOTEBOOK else name: t for name, t in GOOD.items()}),
        words=(f"{NOTEBOOK}.json taken as {NOTEBOOK}",),
    ),
    HandIn(
        "backups",
        "An editor left its backups beside the files.",
        as_zip(GOOD | {"ViT.py~": "old", "#utils.py#": "old", "utils.py.bak": "old"}),
        words=("left out 3 other file(s)", "ViT.py~"),
    ),
    HandIn(
        "only checkpoints of the notebook",
        "The folder of checkpoints came along, and the notebook itself did not.",
        as_zip(without(NOTEBOOK) | {f".ipynb_checkpoints/{NOTEBOOK}": NOTHING_WRITTEN}),
        CODE | {"vit.safetensors", "resnet.safetensors"},
        (f"without {NOTEBOOK}",),
        Problem.MISSING,
    ),
    HandIn(
        "a printed notebook",
        "The notebook was exported as a page and as a PDF.",
        as_zip(without(NOTEBOOK) | {"vit-cifar10.html": "<html>", "vit-cifar10.pdf": "%PDF"}),
        CODE | {"vit.safetensors", "resnet.safetensors"},
        (f"without {NOTEBOOK}", "vit-cifar10.html, submission.zip/vit-cifar10.pdf"),
        Problem.MISSING,
    ),
    HandIn(
        "two notebooks of other names",
        "There are two notebooks, and neither has the homework's name.",
        as_zip(without(NOTEBOOK) | {"jane.ipynb": NOTHING_WRITTEN, "final.ipynb": "{}"}),
        set(GOOD) - {NOTEBOOK} | {"jane.ipynb", "final.ipynb"},
        (f"without {NOTEBOOK}",),
        Problem.SEVERAL,
    ),
    HandIn(
        "a second notebook",
        "A notebook to try things out came along.",
        as_zip(GOOD | {"scratch.ipynb": NOTHING_WRITTEN}),
        words=("CODE left out, 1 file(s): submission.zip/scratch.ipynb",),
        attention=True,
    ),
    HandIn(
        "a copied notebook",
        "The browser numbered the notebook.",
        as_zip(renamed(**{"vit-cifar10__ipynb": "vit-cifar10 (2).ipynb"})),
        words=(f"vit-cifar10 (2).ipynb taken as {NOTEBOOK}",),
    ),
    HandIn(
        "a notebook cut off",
        "The notebook was uploaded by half.",
        as_zip(GOOD | {NOTEBOOK: NOTHING_WRITTEN[:60]}),
        problem=Problem.UNREADABLE,
    ),
    HandIn(
        "no weights",
        "The weights were too large for the student's patience.",
        as_zip(without("vit.safetensors", "resnet.safetensors")),
        CODE | {NOTEBOOK},
        ("without vit.safetensors, resnet.safetensors",),
    ),
    HandIn(
        "weights of another name",
        "A file of weights has a name of the student's own.",
        as_zip(renamed(vit__safetensors="vit_best_epoch.safetensors")),
        set(GOOD) - {"vit.safetensors"},
        ("without vit.safetensors", "vit_best_epoch.safetensors"),
    ),
    HandIn(
        "loose files",
        "The files were uploaded one by one, without a zip.",
        GOOD,
    ),
    HandIn(
        "an empty zip",
        "The zip holds nothing.",
        as_zip({}),
        set(),
        ("holds none of the assignment's files",),
    ),
    HandIn(
        "a zip cut off",
        "The upload broke off.",
        {"submission.zip": zipped(GOOD)[:-100]},
        set(),
        ("submission.zip is no zip that can be opened, or only a part of one", "ask for it again"),
    ),
    HandIn(
        "a rar called zip",
        "Another archive was renamed to .zip.",
        {"submission.zip": BEGINNING_OF_A_RAR},
        set(),
        ("submission.zip is no zip that can be opened",),
    ),
    HandIn(
        "a 7z",
        "Another archive was handed in.",
        {"submission.7z": b"7z\xbc\xaf\x27\x1c"},
        set(),
        ("submission.7z cannot be opened here; ask for a zip, or repack it as one",),
    ),
    HandIn(
        "another course's homework",
        "The wrong file was uploaded.",
        as_zip({"regression.ipynb.pdf": "x", "main.tex": "x"}),
        set(),
        ("holds none of the assignment's files",),
    ),
)
