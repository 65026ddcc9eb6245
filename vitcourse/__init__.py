"""What a course imports: `from vitcourse import configure` in its `nbgrader_config.py`."""

from autograder.bridge.config import configure

__all__ = ["configure"]
