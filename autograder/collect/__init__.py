"""From what a learning platform hands out to nbgrader's `submitted/`.

`collecting` does it for a whole download and says what became of everything. On its way:
`systems` reads whose an entry is from its name, `owning` does it for what lies side by side,
`levels` for the whole; `archives` has the files and how much of them is opened, `zips` opens zips
without trusting them, `members` unpacks in little memory; `opened` opens what one person handed
in, `recognising` says which assignment it is, `contents` which of its files to take; `place` puts
them into `submitted/`, and `shelf` keeps what they replace.
"""
