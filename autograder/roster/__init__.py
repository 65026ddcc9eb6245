"""Who is who: one key a person, over all assignments and systems."""
