"""A class of submissions to try the whole line on: released, handed in, graded, given back."""
