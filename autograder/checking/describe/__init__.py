"""What can be seen of a difference between two tensors, in the terms of the problem.

Where no known mistake matches, a student still learns which axis, which token, which head, which
factor. Nothing here knows how the student computed; it compares what came with what was expected,
and tries out what might lead from the one to the other.
"""

from __future__ import annotations

from .describing import describe
from .scene import Scene, scene_for

__all__ = ["Scene", "describe", "scene_for"]
