"""Grading submissions: the live reference, the secret seed, the store of verdicts, the weights."""
