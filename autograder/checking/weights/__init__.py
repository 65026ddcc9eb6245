"""Trained weights that are handed in: read, validated, evaluated."""
