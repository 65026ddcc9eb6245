"""What the author of a check imports: a check, its probe, inputs, comparisons, chance.

`check` marks a function, `probe` is its argument; `program` is what a probe asks of a worker.
"""
