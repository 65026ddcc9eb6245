"""Fixtures that several files share: one finished demo, a course that collects downloads."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacks_on_jails import ALL
from demo_course import Demo, environment
from downloads import Course

from autograder.sandbox.jail import Jail
from autograder.sandbox.tiers import TIERS, Tier


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Side by side, a file's tests stay in one process, and all that use the demo in another.

    What takes long begins first, so that no process is left alone with it at the end. xdist
    reads the marks in the same hook, so this one comes before.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: 0 if uses_demo(item) else 1 if item.path in slow else 2)
    for item in items:
        item.add_marker(pytest.mark.xdist_group("demo" if uses_demo(item) else item.path.stem))


def uses_demo(item: pytest.Item) -> bool:
    return "demo" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo class: released, handed in, graded, given back."""
    # The demo grades in a sandbox, as instructors do.
    if all(tier.trouble() for tier in TIERS):
        pytest.skip("needs bubblewrap, which .ci/run installs, or Landlock")
    root = tmp_path_factory.mktemp("demo") / "course"
    done = subprocess.run(
        ["vitcourse", "demo", str(root)],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=1500,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Demo(root, done.stdout)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


@pytest.fixture(scope="session", params=ALL, ids=lambda tier: tier.name)
def tier(request: pytest.FixtureRequest) -> Tier:
    """Each kind of sandbox that works on this machine."""
    # A kernel may have one tier and not the other; CI has both.
    if trouble := request.param.trouble():
        pytest.skip(f"needs {request.param.name}: {trouble}")
    return request.param


@pytest.fixture(scope="session")
def jail(tier: Tier) -> Iterator[Jail]:
    """A jail, started by somebody with a secret in the environment."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SECRET_OF_THE_GRADER", "the seed")
        made = Jail(tier)
    yield made
    made.close()
