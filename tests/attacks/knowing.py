"""Answers found, remembered or guessed: in memory, on disk, from earlier calls, by the shapes."""

from .attack import Attack, Earns, attending, returning

LOOK = """
def strings():
    for each in gc.get_objects():
        for part in gc.get_referents(each):
            if isinstance(part, str):
                yield part

def seen():
    own = " ".join(["Stands", "in", "for"])
    return sorted({text[:20] for text in strings() if own in text and len(text) > 60})
"""

ATTACKS = [
    attending(
        "expected-in-memory",
        "It looks through all tensors in memory for one that has the shape of the answer.",
        "shapes = queries.shape[:-1] + values.shape[-1:], queries.shape[:-1] + keys.shape[-2:-1]\n"
        "tensors = [o for o in gc.get_objects() if type(o) is torch.Tensor]\n"
        "given = {id(queries), id(keys), id(values)}\n"
        "tensors = [t for t in tensors if id(t) not in given]\n"
        "return tuple(next(t for t in tensors if t.shape == shape) for shape in shapes)",
    ),
    attending(
        "expected-in-frames",
        "It tells the names of all variables of the frames above it, to find expected values.",
        "frame, names = sys._getframe(1), set()\n"
        "while frame:\n    names |= set(frame.f_locals)\n    frame = frame.f_back\n"
        "wanted = {'expected', 'solution', 'answer_key', 'seed', 'difference', 'probe'}\n"
        "raise KeyError('found: ' + str(sorted(names & wanted)))",
        says=("found: []",),
    ),
    attending(
        "request-in-frames",
        "It returns whatever the request holds beside its own arguments.",
        "frame = sys._getframe(1)\n"
        "while frame and 'tensors' not in frame.f_locals:\n    frame = frame.f_back\n"
        "tensors = list(frame.f_locals['tensors'].values())\n"
        "return tensors[-1], tensors[0]",
    ),
    attending(
        "solutions-on-disk",
        "It looks through the whole disk for a solution, a stand-in, or a recorded answer.",
        "raise KeyError('found: ' + str(found))",
        above=(
            "found = []\n"
            "for folder, _, files in os.walk('/'):\n"
            "    if folder.startswith(('/proc', '/sys', sys.prefix)):\n        continue\n"
            "    found += {'transformer-attention.py', 'transformer-student.py', 'gradebook.db', "
            "'vitcourse.toml', 'attention.safetensors'} & set(files)\n"
        ),
        says=("found: []",),
    ),
    attending(
        "course-in-modules",
        "It imports the course: its checks, its solutions, its bank, the grader.",
        "raise KeyError('found: ' + str(found))",
        above=(
            "found = []\n"
            "for name in ('autograder', 'autograder.hidden', 'autograder.bank', 'solutions', "
            "'checking', 'hidden', 'course', 'nbgrader', 'conftest', 'attacks'):\n"
            "    try:\n        importlib.import_module(name)\n        found.append(name)\n"
            "    except Exception:\n        pass\n"
        ),
        says=("raised KeyError",),
    ),
    attending(
        "standin-of-its-own-stage",
        "It looks for the stand-in of attention while attention itself is judged.",
        "raise KeyError('found: ' + str(seen()))",
        above=LOOK,
        says=("found: []",),
    ),
    Attack(
        "standin-is-there-later",
        "The same search finds the stand-in where the encoder is judged, so the search can find.",
        "import gc, sys\n" + LOOK + "\nimport importlib\nimportlib.import_module("
        "'transformer-attention')\nraise KeyError('found: ' + str(seen()))",
        says=("Stands in for",),
        stage="encoder",
    ),
    attending(
        "other-files",
        "It asks the submission's other files for help; none of them is the course's.",
        "encoder = importlib.import_module('transformer-student')\n"
        "layer = encoder.attention.MultiHeadSelfAttention(queries.shape[-1], 1)\n"
        "return layer(queries), keys",
    ),
    attending(
        "uniform",
        "It knows the answer's shape and that weights sum to one, and nothing else.",
        "weights = torch.full((*queries.shape[:-1], keys.shape[-2]), 1 / keys.shape[-2])\n"
        "return weights @ values, weights",
        earns=Earns.LESS,
        says=("numbers differ",),
    ),
    returning(
        "first-answer-again",
        "It keeps its first answer of each shape and gives it again.",
        "key = queries.shape, keys.shape, values.shape\n"
        "output, weights = kept.setdefault(key, (output, weights))",
        above="kept = {}\n",
        earns=Earns.LESS,
        says=("numbers differ",),
    ),
    returning(
        "honest-only-at-first",
        "It is right for the first calls, and returns ones for the rest.",
        "calls.append(1)\nif len(calls) > 12:\n    output = torch.ones_like(output)",
        above="calls = []\n",
        earns=Earns.LESS,
    ),
    returning(
        "shapes-of-the-public-checks",
        "It is right for the shapes that the public checks use, which every student has.",
        "if queries.ndim > 3 or queries.dtype != torch.float32:\n"
        "    output, weights = output * 0, weights * 0",
        earns=Earns.LESS,
    ),
    returning(
        "wrong-under-training",
        "It tells checks from training by whether gradients are asked for.",
        "if queries.requires_grad:\n    output = output.detach() + queries.sum() * 0",
        earns=Earns.LESS,
        says=("gradient",),
    ),
]
