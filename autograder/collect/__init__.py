"""From what Moodle or Canvas hands out to nbgrader's `submitted/`.

`lms` reads whose a file is from its name; `archives` opens zips and folders without trusting
them; `contents` finds an assignment's files in what one student handed in; `place` puts them into
`submitted/`; `collecting` does it for a whole download and says what became of everything.
"""
