"""Who is who: one key a person, over all assignments and systems.

`people` is the file `roster.csv`; `listings` reads what learning platforms export and `importing`
merges it; `acquaintances` is what earlier hand-ins tell, and `directory` says whose a hand-in is;
`gradebook` writes names for nbgrader; `moving` makes two keys one or one key two, and
`forgetting` deletes a person. `naming` compares names, `journal` and `backup` lose nothing.
"""
