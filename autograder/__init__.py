"""The staff's side: hidden checks, sandbox, grading, nbgrader's bridge, the command line."""
