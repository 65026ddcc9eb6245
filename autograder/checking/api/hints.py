"""What to try where a file or a call breaks for a reason that has nothing to do with the task."""

from __future__ import annotations

import re
from typing import Any

ELSEWHERE = 'into the notebook, or below `if __name__ == "__main__":`'
MOST_LETTERS = 3000
ONLY_DEFINITIONS = (
    "an imported file should only define functions and classes; put what trains, downloads, waits "
    f"or exits {ELSEWHERE}."
)
NO_END = "look for a loop that does not end, for very large tensors, and for exit()."
HINTS = (
    (
        r"(?m)^\w+Error[^\n]*\n[^\n]*, line \d+: [%!]\w",
        "commands that begin with % or ! belong in a notebook, not in a .py file; take the line "
        "out.",
    ),
    (
        r"(?m), line \d+: (<{7}|={7}|>{7})",
        "git left two versions of these lines; keep one, and delete git's marks.",
    ),
    (r"(?m), line \d+: ```", "the marks around pasted code (```) are no Python; delete them."),
    (
        r"invalid character '[“”„‘’]'",
        "pasting has made the quotes curly; type them again as \" or '.",
    ),
    (
        r"invalid non-printable character",
        "an invisible character came along with pasted text; delete the spaces before and after "
        "it, and type them again.",
    ),
    (r"^TabError", "indent with spaces throughout; most editors can convert the tabs."),
    (
        r"No module named 'google",
        "Google Colab is not there where the files are checked; what mounts a drive belongs in "
        "the notebook.",
    ),
    (
        r"No module named 'transformer_",
        "the file's name has a hyphen, not an underscore; import it as the file you were given "
        "does, with importlib.import_module.",
    ),
    (
        r"^ModuleNotFoundError",
        "use only torch, numpy, einops and the standard library; code from a file of your own has "
        "to move into this file, since other files are not handed in.",
    ),
    (
        r"attempted relative import",
        "the files lie side by side and are no package: write `import utils`, without a dot.",
    ),
    (
        r"^(URLError|HTTPError|gaierror|ConnectionError|\w*TimeoutError)",
        f"there is no network where the files are graded; put the download {ELSEWHERE}.",
    ),
    (r"^FileNotFoundError", f"other files are not handed in; put what reads one {ELSEWHERE}."),
    (r"^EOFError", "nobody answers input() where the files are checked; take it out."),
    (r"^BdbQuit", "nobody is there for a debugger; take breakpoint() out."),
    (
        r"NVIDIA|CUDA|\bcuda\b",
        "the files are checked without a GPU; take the device from the arguments (tokens.device), "
        'and write no "cuda" into the code.',
    ),
    (
        r"unexpected keyword argument|required positional argument|positional arguments? but",
        "compare the line that begins with `def` with the one you were given: the names, their "
        "order, and `self` first in a method.",
    ),
)


def hint_for(error: dict[str, Any]) -> str:
    """What to try after an error, where it is one of those that everybody makes once; or "".

    Args:
        error: type, message and trace, as a worker describes them.
    """
    text = f"{error['type']}: {error['message']}\n{error['trace']}"[:MOST_LETTERS]
    return next((hint for pattern, hint in HINTS if re.search(pattern, text)), "")
