"""What runs within the walls, before a submission does: it knows the kernel and nothing else.

It is imported under its own name, `inside`, by a Python that sees nothing of the course.
"""

RESIDENT_BYTES = 3 * 2**30  # of memory, for all processes of a submission
SCRATCH_BYTES = 256 * 2**20  # of files, for one worker
