"""From what a learning platform hands out to nbgrader's `submitted/`.

`systems` reads whose an entry is from its name; `owning` does it for what lies side by side, and
`levels` for a whole download; `archives` opens zips and folders without trusting them, `members`
unpacks them in little memory; `opened` opens what one person handed in, `recognising` says which
assignment it is, `contents` which of its files to take; `place` puts them into `submitted/`,
`shelf` keeps what they replace; `collecting` does it for a whole download and says what became of
everything.
"""
