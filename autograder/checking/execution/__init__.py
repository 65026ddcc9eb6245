"""Running a submission: workers, programs, and the one road to verdicts (`executor`).

What happens in a worker's process is in `checking/worker`.
"""
