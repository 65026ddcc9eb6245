"""The committed log of the long tests is of this tree, and says that everything passed."""

from __future__ import annotations

import long_log
import pytest

DO = "run `make test-long` and commit tests/long_log.toml"


@pytest.mark.parametrize("file", long_log.long_tests())
def test_the_log_is_not_older_than_what_it_covers(file: str) -> None:
    covers = long_log.long_tests()[file]
    problem = long_log.complaint(file, covers, long_log.entries().get(file))
    assert not problem, f"{problem}; {DO}"


def test_as_many_tests_ran_as_there_are() -> None:
    counted = long_log.how_many(list(long_log.long_tests()))
    logged = {file: entry["passed"] for file, entry in long_log.entries().items()}
    assert logged == counted, DO


def test_a_change_of_what_is_covered_is_seen(tmp_path) -> None:
    room = tmp_path / "room"
    (room / "inner").mkdir(parents=True)
    (tmp_path / "test_x.py").write_text("x = 1")
    (room / "inner" / "a.py").write_text("a = 1")

    def digest() -> str:
        return long_log.digest("test_x.py", ("room", "t*.py"), tmp_path)

    seen = [digest()]
    for name, text in (("a.py", "a = 2"), ("b.py", "a = 2")):
        (room / "inner" / name).write_text(text)
        seen.append(digest())
    (room / "inner" / "a.py").rename(room / "a.py")
    seen.append(digest())
    (tmp_path / "test_x.py").write_text("x = 2")
    seen.append(digest())
    assert len(set(seen)) == len(seen)
    with pytest.raises(FileNotFoundError, match="gone"):
        long_log.digest("test_x.py", ("gone",), tmp_path)


def test_a_failure_in_the_log_is_no_pass() -> None:
    file, covers = next(iter(long_log.long_tests().items()))
    entry = {"digest": long_log.digest(file, covers), "tests": 5, "passed": 4}
    assert "4 of 5" in long_log.complaint(file, covers, entry)
    assert "older" in long_log.complaint(file, covers, entry | {"digest": "0", "passed": 5})
    assert not long_log.complaint(file, covers, entry | {"passed": 5})
