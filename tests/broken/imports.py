"""Files that do something while they are imported, or import what is not there."""

from __future__ import annotations

from .kind import (
    ATTENTION,
    STUDENT,
    UTILS,
    VIT,
    Change,
    Kind,
    above,
    below,
    holding,
    instead,
)

ALL = (UTILS, VIT, ATTENTION, STUDENT)
TRAINING = """
dataset = torch.utils.data.TensorDataset(torch.rand(64, 3, 32, 32), torch.zeros(64).long())
for epoch in range(10**9):
    for images, labels in torch.utils.data.DataLoader(dataset, batch_size=8):
        images.mean()
"""
DOWNLOAD = """
import urllib.request

urllib.request.urlretrieve("https://example.org/cifar-10.tar.gz", "cifar-10.tar.gz")
"""


def renamed(name: str, other: str) -> Change:
    """A file has another name."""

    def change(files: dict[str, bytes]) -> None:
        files[other] = files.pop(name)

    return change


KINDS = (
    Kind(
        "code under __main__",
        "A file tries itself out where it is run as a script.",
        (below(UTILS, 'if __name__ == "__main__":\n    raise SystemExit("tried out")'),),
    ),
    Kind(
        "prints of everything",
        "Prints were left in, of everything, to both streams.",
        (
            above(UTILS, "import sys\nprint('utils' * 1000)\nprint('careful', file=sys.stderr)"),
            instead(
                UTILS,
                "    return images.float() / 255",
                "    print(images)\n    return images.float() / 255",
            ),
            instead(
                ATTENTION,
                "    weights = scores.softmax",
                "    print(scores, flush=True)\n    weights = scores.softmax",
            ),
        ),
    ),
    Kind(
        "plots left in",
        "A file draws and shows a figure when it is imported.",
        (
            above(
                VIT,
                "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
            ),
        ),
    ),
    Kind(
        "warnings",
        "A file warns when it is imported and when it is used.",
        (
            above(UTILS, "import warnings\nwarnings.warn('old')"),
            instead(
                UTILS,
                "    return images.float() / 255",
                "    warnings.warn('slow')\n    return images.float() / 255",
            ),
        ),
    ),
    Kind(
        "training at the top",
        "A file trains when it is imported, and others import it.",
        (below(STUDENT, f"import torch\n{TRAINING}"),),
        {"encoder": 0},
        {
            "encoder": (
                "transformer-student.py: while importing",
                "was stopped",
                "only define functions",
            )
        },
    ),
    Kind(
        "a download at the top",
        "A file downloads the data set when it is imported, and there is no network.",
        (below(UTILS, DOWNLOAD),),
        {"data": 0, "vit": 0},
        {
            "data": (
                "utils.py cannot be imported",
                "URLError",
                "no network where the files are graded",
            )
        },
    ),
    Kind(
        "a file that is not there",
        "A file reads another one, from the student's own disk, when it is imported.",
        (below(UTILS, 'DATA = open("/content/drive/MyDrive/batch_1").read()'),),
        {"data": 0, "vit": 0},
        {"data": ("FileNotFoundError", "utils.py, line ")},
    ),
    Kind(
        "Colab's drive",
        "A file mounts a Google Drive when it is imported.",
        (above(UTILS, "from google.colab import drive\ndrive.mount('/content/drive')"),),
        {"data": 0, "vit": 0},
        {"data": ("No module named 'google", "utils.py, line ", "Colab is not there")},
    ),
    Kind(
        "a question at the top",
        "A file asks for input when it is imported.",
        (below(ATTENTION, 'heads = int(input("How many heads? "))'),),
        {"attention": 0},
        {"attention": ("transformer-attention.py", "EOFError", "nobody answers")},
    ),
    Kind(
        "a package that is not there",
        "A file imports a package that the course does not use.",
        (above(ATTENTION, "import einops_exts"),),
        {"attention": 0},
        {"attention": ("No module named 'einops_exts'", "transformer-attention.py, line ")},
    ),
    Kind(
        "a helper file that stays at home",
        "A file imports a module of the student's own, which is not handed in.",
        (above(STUDENT, "from my_helpers import patchify"),),
        {"encoder": 0},
        {"encoder": ("No module named 'my_helpers'", "move into this file")},
    ),
    Kind(
        "a relative import",
        "A file imports its neighbour as if they were a package.",
        (instead(VIT, "import utils\n", "from . import utils\n"),),
        {"patching": 0, "vit": 0},
        {"patching": ("attempted relative import", "write `import utils`")},
    ),
    Kind(
        "an underscore for the hyphen",
        "A file imports its neighbour by a name with an underscore.",
        (
            instead(
                VIT,
                'transformer = importlib.import_module("transformer-student")',
                "import transformer_student as transformer",
            ),
        ),
        {"patching": 0, "vit": 0},
        {"patching": ("No module named 'transformer_student'", "a hyphen, not an underscore")},
    ),
    Kind(
        "another name for an import",
        "A file imports its neighbour under a short name.",
        (
            instead(VIT, "import utils\n", "import utils as u\n"),
            instead(VIT, "utils.sinusoidal_positions(", "u.sinusoidal_positions("),
        ),
    ),
    Kind(
        "names imported one by one",
        "A file imports single functions of its neighbours.",
        (
            instead(VIT, "import utils\n", "from utils import sinusoidal_positions\n"),
            instead(VIT, "utils.sinusoidal_positions(", "sinusoidal_positions("),
        ),
    ),
    Kind(
        "renamed files",
        "The hyphens of two files became underscores.",
        (
            renamed(ATTENTION, "transformer_attention.py"),
            renamed(STUDENT, "transformer_student.py"),
        ),
        {"attention": 0, "encoder": 0},
        {
            "attention": ("transformer-attention.py was not found", "under exactly this name"),
            "encoder": ("transformer-student.py was not found", "under exactly this name"),
        },
    ),
    Kind(
        "a circle of imports",
        "Two files take names from each other; Python finishes neither.",
        (
            above(UTILS, "from ViT import images_to_patches"),
            instead(
                VIT, "import utils\n", "import utils\nfrom utils import sinusoidal_positions\n"
            ),
        ),
        {"vit": 0},
        {"vit": ("cannot import name 'sinusoidal_positions'", "circular import")},
    ),
    Kind(
        "an exit at the end",
        "A file ends the program when it is imported.",
        (below(UTILS, "exit()"),),
        {"data": 0, "vit": 0},
        {"data": ("utils.py", "ended the process", "exits")},
    ),
    Kind(
        "an assertion at the top",
        "A file's own test at the top fails.",
        (below(ATTENTION, "assert False"),),
        {"attention": 0},
        {"attention": ("AssertionError", "assert False")},
    ),
    Kind(
        "a misspelt import",
        "A name is imported that torch does not have.",
        (above(STUDENT, "from torch import Tensr"),),
        {"encoder": 0},
        {"encoder": ("cannot import name 'Tensr'", "transformer-student.py, line ")},
    ),
    Kind(
        "a file called torch.py",
        "A file of the student's has the name of a library.",
        (holding("torch.py", "raise SystemExit"),),
    ),
)
