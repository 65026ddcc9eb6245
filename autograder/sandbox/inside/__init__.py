"""What runs within the walls, before a submission does: it knows the kernel and nothing else.

It is imported under its own name, `inside`, by a Python that sees nothing of the course.
"""
