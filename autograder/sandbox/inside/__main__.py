"""Forks workers from one process that has torch loaded: `python -m inside SOCKET WALLS`.

WALLS is a JSON object: "kind" and the arguments of its class in `walls`, "share" as the arguments
of `limits.Share`. With SOCKET "-", one empty worker is tried and "alive" is printed.

It never runs a line of a submission itself. On its control socket it takes "start", with the
worker's socket beside it, and answers the worker's number once that is closed in; "kill NUMBER",
and answers why that worker had ended, if it had; or "clear", and answers when no worker and
nothing of theirs is left.
"""

import json
import sys

from .forking import Zygote, try_once
from .limits import Share
from .walls import Landlocked, Namespaces

if __name__ == "__main__":
    settings = json.loads(sys.argv[2])
    kind = {"namespaces": Namespaces, "landlock": Landlocked}[settings.pop("kind")]
    walls = kind(Share(**settings.pop("share")), **settings)
    if sys.argv[1] == "-":
        try_once(walls)
    else:
        Zygote(int(sys.argv[1]), walls).serve()
