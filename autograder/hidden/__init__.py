"""The checks that only the staff has, one file a stage."""
