"""Every command in the README is run, in the order it stands there.

`make test` is what runs this; `make demo` is looked up in the Makefile, and what it calls is the
fixture `demo`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from demo_course import Demo, environment

from autograder.demo.roster import CLASS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCK = re.compile(r"^## (?P<title>.+?)$|^```bash\n(?P<lines>.*?)^```$", re.M | re.S)
SERVERS = ("jupyter lab",)
PLACEHOLDER = re.compile(r"\b[A-Z]{4,}\b")


def commands(title: str) -> list[str]:
    """The commands of one section, without their comments."""
    found, section = [], ""
    for match in BLOCK.finditer(README):
        if match["title"]:
            section = match["title"]
        elif section == title:
            found += [line.split("  #")[0].strip() for line in match["lines"].splitlines()]
    assert found
    return found


def run(command: str, folder: Path, home: Path, expected: tuple[int, ...] = (0,)) -> str:
    """Run one command in a shell; a server is stopped once it says where it listens."""
    settings = environment(HOME=str(home), VITCOURSE_DATA="sample", VITCOURSE_BUDGET="quick")
    if command.startswith(SERVERS):
        return serve(command, folder, settings)
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=settings, capture_output=True, text=True
    )
    assert done.returncode in expected, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def serve(command: str, folder: Path, settings: dict[str, str]) -> str:
    options = " --no-browser --allow-root --ServerApp.port=0"
    log = folder / "server.log"
    with log.open("w") as sink:
        process = subprocess.Popen(
            (command + options).split(),
            cwd=folder,
            env=settings,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    try:
        for _ in range(120):
            text = log.read_text()
            if re.search(r"http://\S+", text):
                return text
            assert process.poll() is None, text
            time.sleep(0.5)
        raise AssertionError(f"{command} did not start: {log.read_text()}")
    finally:
        process.terminate()
        process.wait(30)


def test_make_knows_both_commands() -> None:
    for command in ("demo", "test"):
        planned = subprocess.run(
            ["make", "--dry-run", command], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert {"demo": "vitcourse demo", "test": "pytest"}[command] in planned.stdout


@pytest.mark.slow
def test_the_way_of_a_student(demo: Demo, tmp_path: Path) -> None:
    shutil.copyfile(demo.root / "release" / "vit-cifar10.zip", tmp_path / "vit-cifar10.zip")
    folder = tmp_path
    for command in commands("The way of a student"):
        if command.startswith("cd "):
            folder = folder / command.removeprefix("cd ")
            continue
        output = run(command, folder, tmp_path, (0, 1) if command.startswith("pytest") else (0,))
        if command.startswith("pytest"):
            assert "scaled_dot_product_attention is yours to write" in output


@pytest.mark.slow
def test_the_way_of_an_instructor(demo: Demo, tmp_path: Path) -> None:
    root = tmp_path / "course"
    shutil.copytree(demo.root, root)
    home = tmp_path / "home"
    (home / "Downloads").mkdir(parents=True)
    (download,) = (root / "downloads").glob("*.zip")
    shutil.copyfile(download, home / "Downloads" / "moodle.zip")
    people = [student.name.split() for student in CLASS]
    (home / "Downloads" / "participants.csv").write_text(
        "First name,Last name,Email address\n"
        + "".join(f"{first},{last},{first}.{last}@example.org\n" for first, last in people)
    )
    needing_a_person = {"vitcourse grade": (1,)}
    for command in commands("The way of an instructor"):
        if command.startswith("vitcourse roster import"):
            command += " --confirm"  # the class has handed in already, so its names are proposed
        run(command, root, home, needing_a_person.get(command, (0,)))
    assert (root / "release" / "vit-cifar10.zip").is_file()
    assert (root / "build" / "vit-cifar10-marking-guide.md").is_file()
    assert (root / "build" / "vit-cifar10-model-answers.md").is_file()
    assert (root / "grades.csv").is_file()
    for command in re.findall(r"`((?:vitcourse|nbgrader) [^`]+)`", README):
        if PLACEHOLDER.search(command):
            continue  # tests/test_advice.py looks up whether there is such a command
        if "alice" in command:
            command = command.replace("alice", "Ada-Park_100001")
        if command in ("vitcourse reseed", "vitcourse grade --regrade"):
            command += " --yes"
        may_need_a_person = command.startswith("vitcourse grade") or "check" in command
        run(command, root, home, (0, 1) if may_need_a_person else (0,))


@pytest.mark.slow
def test_the_way_of_a_maintainer(tmp_path: Path) -> None:
    for command in commands("The way of a maintainer"):
        if command.startswith("make "):
            run(command.replace("make", "make --dry-run"), ROOT, tmp_path)
        elif "check solutions" in command:
            assert "70 of 80" in run(command, ROOT, tmp_path, (1,))
        else:
            run(command, ROOT, tmp_path)


def test_the_presets_can_be_listed(tmp_path: Path) -> None:
    setting, listing = "PYTHONPATH=solutions:assignment:.", "python -m course.presets --help"
    assert f"`{setting}`" in README
    assert f"`{listing}`" in README
    assert "homework-vit" in run(f"{setting} {listing}", ROOT, tmp_path)


def test_every_command_block_is_in_a_section_that_is_run() -> None:
    blocks = re.findall(r"^```bash\n(.*?)^```$", README, re.M | re.S)
    assert len(blocks) == 4
    assert [line.split("  ")[0] for line in blocks[0].splitlines()] == ["make demo", "make test"]
