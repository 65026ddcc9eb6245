"""Fixtures that several files share: one finished demo, a course that collects downloads."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacks_on_jails import ALL, at_hand
from demo_course import Demo, environment
from downloads import Course
from filelock import FileLock

from autograder.sandbox.jail import Jail
from autograder.sandbox.tiers import TIERS, Tier


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The demo first, then the files with slow tests, last what uses the demo.

    So no process is left alone with something slow at the end, and while one makes the demo, the
    other one has no need of it.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    using = {item.path for item in items if "demo" in getattr(item, "fixturenames", ())}

    def rank(item: pytest.Item) -> int:
        if item.path.stem == "test_demo":
            return 0
        return 2 if item.path in using else 1 if item.path in slow else 3

    items.sort(key=rank)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo class: released, handed in, graded, given back; made once, and only to be read."""
    # The demo grades in a sandbox, as instructors do.
    if all(tier.trouble() for tier in TIERS):
        pytest.skip("needs bubblewrap, which .ci/run installs, or Landlock")
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    root, output = shared / "demo" / "course", shared / "demo" / "output.txt"
    with FileLock(shared / "demo.lock"):
        if not output.exists():
            done = subprocess.run(
                ["vitcourse", "demo", str(root)],
                capture_output=True,
                text=True,
                env=environment(),
                timeout=1500,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            output.write_text(done.stdout)
    return Demo(root, output.read_text())


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


@pytest.fixture(scope="session", params=ALL, ids=lambda tier: tier.name)
def tier(request: pytest.FixtureRequest) -> Tier:
    """Each kind of sandbox that works on this machine."""
    return at_hand(request.param)


@pytest.fixture(scope="session")
def jail(tier: Tier) -> Iterator[Jail]:
    """A jail, started by somebody with a secret in the environment."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SECRET_OF_THE_GRADER", "the seed")
        made = Jail(tier)
    yield made
    made.close()
