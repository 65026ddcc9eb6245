"""Attacks on the grading by whole submissions, as data: `tests/test_attacks*.py` grades them all.

A module a kind: `ending` (exits, signals, what is left behind), `forging` (answers that the
submission writes itself), `values` (odd outputs), `knowing` (answers found, remembered or guessed),
`reaching` (ready-made attention by unusual ways), `telling` (hostile words in reports), `patching`
(PyTorch changed under the worker), `folders` (files that are not what they should be) and `trained`
(hostile weights).

Other attacks have files of their own, next to what they attack: the jail's walls
(`test_sandbox.py`), archives (`test_collect_hostile.py`), notebooks with forged marks, scripts and
huge outputs (`test_bridge_restore.py`, `test_bridge_markup.py`, `test_bridge_reading.py`,
`test_bridge_class.py`), plain uses of ready-made attention (`test_ready_made.py`), and results of
odd types in every stage (`ODD_VALUES` in `banktools.py`).
"""
