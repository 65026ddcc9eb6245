"""What the course knows beside nbgrader's gradebook: its settings, and a record a hand-in.

`settings` says where a course's gradebook and folders are, as nbgrader itself reads it; `records`
keeps small JSON files by student, assignment and kind; `origin` is where a hand-in comes from.
"""
