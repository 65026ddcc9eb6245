"""Files that Python does not parse: each costs the stages whose own file it is."""

from __future__ import annotations

from .kind import ATTENTION, STUDENT, UTILS, VIT, Kind, above, below, instead

STAGES_OF = {
    UTILS: ("data", "vit"),
    VIT: ("patching", "vit"),
    ATTENTION: ("attention",),
    STUDENT: ("encoder",),
}


def broken_in(file: str) -> Kind:
    """A colon is missing somewhere in a file."""
    stages = STAGES_OF[file]
    return Kind(
        f"a syntax error in {file}",
        f"A colon is missing in {file}.",
        (below(file, "def helper(x)\n    return x"),),
        dict.fromkeys(stages, 0),
        dict.fromkeys(stages, (f"{file} cannot be imported", "SyntaxError: expected ':'", "line ")),
    )


KINDS = (
    *map(broken_in, STAGES_OF),
    Kind(
        "syntax errors in two files",
        "Both files of a stage have a syntax error: both are named.",
        (below(UTILS, "x = = 1"), below(VIT, "y = (")),
        {"data": 0, "patching": 0, "vit": 0},
        {"vit": ("utils.py cannot be imported", "ViT.py cannot be imported")},
    ),
    Kind(
        "Python 2",
        "The code prints as Python 2 did.",
        (below(UTILS, 'print "done"'),),
        {"data": 0, "vit": 0},
        {"data": ("Missing parentheses in call to 'print'", "utils.py, line ")},
    ),
    Kind(
        "an unclosed bracket",
        "A bracket is never closed, and the line that Python names is another one.",
        (
            instead(
                ATTENTION,
                "self.query(tokens), self.key(tokens)",
                "self.query(tokens, self.key(tokens)",
            ),
        ),
        {"attention": 0},
        {"attention": ("'(' was never closed", "transformer-attention.py, line ")},
    ),
    Kind(
        "a merge conflict",
        "Two versions stand in a file, with git's marks between them.",
        (
            instead(
                UTILS,
                "    return images.float() / 255\n",
                "<<<<<<< HEAD\n    return images.float() / 255\n"
                "=======\n    return images / 255.0\n"
                ">>>>>>> alice\n",
            ),
        ),
        {"data": 0, "vit": 0},
        {"data": ("utils.py, line ", "<<<<<<< HEAD", "git")},
    ),
    Kind(
        "notebook commands",
        "A cell was copied with its %matplotlib and its !pip.",
        (above(VIT, "%matplotlib inline\n!pip install einops"),),
        {"patching": 0, "vit": 0},
        {"patching": ("%matplotlib inline", "belong in a notebook")},
    ),
    Kind(
        "a shell command",
        "A line that installs a package stands in a file.",
        (above(STUDENT, "!pip install einops"),),
        {"encoder": 0},
        {"encoder": ("!pip install einops", "belong in a notebook")},
    ),
    Kind(
        "an indentation lost",
        "A body lost its indentation on its way through a chat program.",
        (instead(ATTENTION, "    weights = scores.softmax", "weights = scores.softmax"),),
        {"attention": 0},
        {"attention": ("transformer-attention.py, line ",)},
    ),
    Kind(
        "a Markdown fence",
        "Code was pasted with the marks that a chat program puts around it.",
        (below(STUDENT, "```"),),
        {"encoder": 0},
        {"encoder": ("transformer-student.py, line ", "```")},
    ),
)
