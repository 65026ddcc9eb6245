"""The checks that travel with the student's package, one file a stage."""
