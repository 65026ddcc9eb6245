"""Why a check failed and what a student reads of it: known mistakes, descriptions, the report.

`diagnosis` turns what an executor found into a report.
"""
