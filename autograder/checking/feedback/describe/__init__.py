"""What can be seen of a difference between two tensors, in the terms of the problem.

Where no known mistake matches, a student still learns which axis, which token, which head, which
factor. Nothing here knows how a module is computed, so that all of it may travel to students. Who
knows hands rules in: the staff their recipes, the student's package what these gave beforehand.
"""

from __future__ import annotations

from .answers import describe_answers
from .call_context import Scene, scene_for
from .describing import describe

__all__ = ["Scene", "describe", "describe_answers", "scene_for"]
