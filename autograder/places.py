"""Where the course's parts lie. Other modules import this one; it imports none of them.

In the repository they are top-level folders beside the package. `setup.py` puts them into the wheel
as `autograder/shipped`, so that an installed package brings its own. Whoever installed it may not
be allowed to write there: what the package keeps for itself then lies in the user's cache.
"""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
SHIPPED = PACKAGE / "shipped"
INSTALLED = SHIPPED.is_dir()
ROOT = SHIPPED if INSTALLED else PACKAGE.parent

SOLUTIONS = ROOT / "solutions"
ASSIGNMENT = ROOT / "assignment"
NOTEBOOKS = ROOT / "notebooks"
BANK = ROOT / "bank"
DATA = ROOT / "data"
SETTINGS = ROOT / "nbgrader_config.py"

CHECKING = PACKAGE / "checking"
HIDDEN = PACKAGE / "hidden"
GRADING = PACKAGE / "grading"
SANDBOX = PACKAGE / "sandbox"

# No submission may read anything below this folder.
SECRET = PACKAGE if INSTALLED else ROOT
# For a process that imports the solutions, `course` and `data` by their names.
PYTHONPATH = os.pathsep.join(map(str, dict.fromkeys((SOLUTIONS, ASSIGNMENT, ROOT, PACKAGE.parent))))

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vitcourse"
RECORDINGS = (CACHE if INSTALLED else ROOT / "build") / "recordings"
DOWNLOADS = (CACHE if INSTALLED else DATA) / "downloads"
