"""The wheel holds the whole course: installed elsewhere it grades, and shows no submission a thing.

`make test` grades one submission with it, `make test-long` the demo class.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacks_on_jails import BUBBLEWRAP, LANDLOCK, at_hand
from demo_course import environment
from demo_marks import assert_points_are_lost_in_own_stages_only
from longform import LONG

from autograder import bank
from autograder.bank.judging import SOLUTIONS
from autograder.demo.roster import CLASS
from autograder.places import ROOT
from autograder.sandbox.tiers import TIERS, Tier

COVERS = (
    "autograder/places.py",
    "autograder/demo",
    "autograder/grading",
    "autograder/release",
    "autograder/sandbox",
    "nbgrader_config.py",
    "pyproject.toml",
    "setup.py",
)
SHIPPED = ("assignment", "bank", "data", "notebooks", "solutions")
SETTINGS = ("nbgrader_config.py", "vitcourse.toml")
BUILDING = ("README.md", "pyproject.toml", "setup.py")
BUILD = "from setuptools import build_meta; build_meta.build_sdist({!r})"
# The folder that it is installed in counts as the system's, and so is shown to submissions.
ATTACK = """
import json, sys
from autograder.places import BANK, HIDDEN, PACKAGE, SETTINGS, SOLUTIONS
from autograder.sandbox import places, proofs
from autograder.sandbox.jail import Jail
from autograder.sandbox.tiers import choose

site = PACKAGE.parent
places.SYSTEM_FOLDERS += (str(site),)
jail = Jail(choose(sys.argv[1]))
tried = {
    str(path.relative_to(site)): proofs.run(jail, "read", f"open({str(path)!r}).read()").words
    for path in (
        next(site.glob("*.dist-info")) / "METADATA",
        HIDDEN / "__init__.py",
        SOLUTIONS / "utils.py",
        BANK / "data" / "flip_one_draw.py",
        SETTINGS,
    )
}
jail.close()
print(json.dumps(tried))
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository, of what goes into the wheel and what it is built with."""
    folder = tmp_path_factory.mktemp("source")
    left_out = shutil.ignore_patterns("__pycache__", "downloads", ".*")
    for name in ("autograder", *SHIPPED):
        shutil.copytree(ROOT / name, folder / name, ignore=left_out)
    for name in (*SETTINGS, *BUILDING):
        shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built, by way of a source distribution, in a folder in which a course was held."""
    folder = shutil.copytree(source, tmp_path_factory.mktemp("held") / "course")
    for name in ("data/downloads", "solutions/__pycache__", "submitted/ann", "tests"):
        (folder / name).mkdir(parents=True)
        (folder / name / "utils.py").write_text("handed = 'in'\n")
    (folder / "gradebook.db").write_text("the marks")
    target = tmp_path_factory.mktemp("built")
    run([sys.executable, "-c", BUILD.format(str(target))], folder)
    (archive,) = target.glob("*.tar.gz")
    pip("wheel", "--no-build-isolation", "--wheel-dir", target, archive)
    (made,) = target.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def site(wheel: Path) -> Iterator[Path]:
    """The folder in which the wheel is installed; everything else comes from this environment.

    It is not below /tmp, of which a jail has one of its own whatever is shown to it.
    """
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        folder = Path(place, "site")
        pip("install", "--target", folder, wheel)
        yield folder


@pytest.fixture
def installed(site: Path, tmp_path: Path) -> dict[str, str]:
    """An environment in which the installed package is found, and a cache of its own."""
    path = os.pathsep.join([str(site / "bin"), environment()["PATH"]])
    return environment(PATH=path, PYTHONPATH=str(site), XDG_CACHE_HOME=str(tmp_path / "cache"))


def pip(command: str, *arguments: str | Path) -> None:
    """Run pip on files at hand alone."""
    words = [sys.executable, "-m", "pip", command, "--no-deps", "--no-index", *arguments]
    run(words, Path.cwd())


def run(command: list[str | Path], folder: Path, env: dict[str, str] | None = None) -> str:
    """What a command prints."""
    done = subprocess.run(
        command, cwd=folder, env=env or environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_holds_the_course_and_nothing_that_a_course_leaves(source: Path, wheel: Path) -> None:
    files = {path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()}
    expected = {
        name if name.startswith("autograder/") else f"autograder/shipped/{name}"
        for name in files.difference(BUILDING)
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == expected


def test_a_submission_is_graded_and_its_mistake_known(
    site: Path, installed: dict[str, str], tmp_path: Path
) -> None:
    if all(tier.trouble() for tier in TIERS):
        pytest.skip("needs bubblewrap, which .ci/run installs, or Landlock")
    shutil.copyfile(site / "autograder" / "shipped" / SETTINGS[0], tmp_path / SETTINGS[0])
    wrong = bank.load("locality")[0]
    (tmp_path / "handed-in").mkdir()
    (tmp_path / "handed-in" / wrong.file).write_text(wrong.over(SOLUTIONS)["small_data"])
    command = ["vitcourse", "check", "handed-in", "--assignment", "lab-attention"]
    done = subprocess.run(command, cwd=tmp_path, env=installed, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    assert "(stage tokenization): 15 of 15 points" in said
    assert wrong.sentence in said


@pytest.mark.parametrize("tier", [BUBBLEWRAP, LANDLOCK], ids=lambda tier: tier.name)
def test_no_submission_sees_the_installed_course(
    tier: Tier, installed: dict[str, str], tmp_path: Path
) -> None:
    tried = json.loads(run([sys.executable, "-c", ATTACK, at_hand(tier).name], tmp_path, installed))
    (beside,) = (words for name, words in tried.items() if ".dist-info" in name)
    assert beside == "got through"
    inside = {name: words for name, words in tried.items() if ".dist-info" not in name}
    assert len(inside) == 4
    assert all(words.startswith("refused (") for words in inside.values()), inside


@pytest.mark.skipif(not LONG, reason="takes minutes; `make test-long` runs it")
def test_the_demo_class_gets_its_marks(installed: dict[str, str], tmp_path: Path) -> None:
    if all(tier.trouble() for tier in TIERS):
        pytest.skip("needs bubblewrap, which .ci/run installs, or Landlock")
    run(["vitcourse", "demo", "demo"], tmp_path, installed)
    for student in CLASS:
        assert_points_are_lost_in_own_stages_only(tmp_path / "demo", student)
