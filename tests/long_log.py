"""Runs the long tests and writes down how that went: `make test-long`, or with `FILE=`.

Without FILE those files run whose entry in `long_log.toml` is older than what they cover, or
tells of a failure. A file with a long form says in `COVERS` what it holds to account: folders,
files, patterns. An entry keeps a digest over those files and the test itself, so that it can be
checked where there is no git.
"""

from __future__ import annotations

import ast
import glob
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import tomllib
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from bridge_course import environment
from longform import VARIABLE

ROOT = Path(__file__).resolve().parents[1]
LOG = ROOT / "tests" / "long_log.toml"
HEAD = """\
# How the long tests went. `make test-long` writes this file: run it, and commit the file, when
# tests/test_long_log.py says that an entry is older than what it covers.
"""
SLOWEST = 5


def long_tests() -> dict[str, tuple[str, ...]]:
    """The test files with a long form, and what each covers."""
    found = {}
    for path in sorted((ROOT / "tests").glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "COVERS":
                found[path.relative_to(ROOT).as_posix()] = ast.literal_eval(node.value)
    return found


def digest(file: str, covers: tuple[str, ...], root: Path = ROOT) -> str:
    """SHA-256 over a test and all files that it covers, by their names and contents.

    Raises:
        FileNotFoundError: it says that it covers something that is not there.
    """
    paths = {root / file}
    for pattern in covers:
        found = [root / name for name in glob.glob(pattern, root_dir=root)]
        if not found:
            raise FileNotFoundError(f"{file} covers {pattern}, and there is no such file")
        for path in found:
            paths |= set(path.rglob("*.py")) if path.is_dir() else {path}
    whole = hashlib.sha256()
    for path in sorted(paths):
        whole.update(path.relative_to(root).as_posix().encode() + b"\0")
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def entries() -> dict[str, dict[str, Any]]:
    """What the log says, by test file."""
    return tomllib.loads(LOG.read_text(encoding="utf-8")) if LOG.exists() else {}


def complaint(file: str, covers: tuple[str, ...], entry: dict[str, Any] | None) -> str:
    """Why an entry does not stand for the tree as it is; empty where it does."""
    if entry is None:
        return f"{file} has no entry"
    if entry["digest"] != digest(file, covers):
        return f"{file}: the entry is older than what it covers ({', '.join(covers)})"
    if entry["passed"] < entry["tests"]:
        return f"{file}: {entry['passed']} of {entry['tests']} tests passed"
    return ""


def how_many(files: list[str]) -> dict[str, int]:
    """How many tests the long form of each file has."""
    asked = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*asked, *files],
        cwd=ROOT,
        env=environment() | {VARIABLE: "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    names = [line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line]
    return {file: names.count(file) for file in files}


def run(file: str, covers: tuple[str, ...]) -> dict[str, Any]:
    """Run one file's long tests, two at a time; what the log says of them."""
    before = digest(file, covers)
    began = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as place:
        report = Path(place, "report.xml")
        options = ["-n", "2", "--dist", "loadgroup", f"--junitxml={report}"]
        subprocess.run(
            [sys.executable, "-m", "pytest", file, *options],
            cwd=ROOT,
            env=environment() | {VARIABLE: "1"},
            check=False,
        )
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    seconds = (datetime.now(UTC) - began).total_seconds()
    passed = [each for each in cases if not list(each)]
    slowest = sorted(cases, key=lambda each: -float(each.get("time", 0)))[:SLOWEST]
    return {
        "commit": commit(file, covers),
        "date": began.strftime("%Y-%m-%d %H:%M UTC"),
        "machine": machine(),
        "seconds": round(seconds),
        "tests": how_many([file])[file],
        "passed": len(passed),
        "failed": [_name(each) for each in cases if each not in passed],
        "slowest": [f"{float(each.get('time', 0)):.0f} s {_name(each)}" for each in slowest],
        "covers": list(covers),
        # What was changed while the tests ran was not tested.
        "digest": before,
    }


def _name(case: ElementTree.Element) -> str:
    return case.get("name", "")


def commit(file: str, covers: tuple[str, ...]) -> str:
    """The commit that was tested, and whether the files covered are the commit's."""
    asked = ["git", "-C", str(ROOT)]
    try:
        head = subprocess.check_output([*asked, "rev-parse", "HEAD"], text=True).strip()
        changed = subprocess.check_output(
            [*asked, "status", "--porcelain", "--", file, *covers], text=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "none: not in a git checkout"
    return f"{head} and changes that were not committed" if changed else head


def machine() -> str:
    """What the tests ran on."""
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, torch {version('torch')}"
    )


def write(log: dict[str, dict[str, Any]]) -> None:
    """Write the log, an entry a test file."""
    parts = [HEAD]
    for file, entry in sorted(log.items()):
        lines = [f"{key} = {_toml(value)}" for key, value in entry.items()]
        parts.append("\n".join([f'["{file}"]', *lines]) + "\n")
    LOG.write_text("\n".join(parts), encoding="utf-8")


def _toml(value: str | int | list[str]) -> str:
    if isinstance(value, list):
        return "[\n" + "".join(f"  {_toml(each)},\n" for each in value) + "]" if value else "[]"
    return str(value) if isinstance(value, int) else json.dumps(value)


def main() -> int:
    """Run what is asked for, or what is out of date; the exit status tells whether all passed."""
    known = long_tests()
    log = {file: entry for file, entry in entries().items() if file in known}
    if unknown := set(sys.argv[1:]) - known.keys():
        print(f"No long form: {', '.join(sorted(unknown))}. There is: {', '.join(known)}")
        return 2
    stale = [file for file in known if complaint(file, known[file], log.get(file))]
    for file in sys.argv[1:] or stale:
        log[file] = run(file, known[file])
        write(log)
    left = [text for file in known if (text := complaint(file, known[file], log.get(file)))]
    print("\n".join(left) or "Every long test passed on the tree as it is.")
    return int(bool(left))


if __name__ == "__main__":
    raise SystemExit(main())
