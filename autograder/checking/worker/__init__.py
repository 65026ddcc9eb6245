"""The side on which a submission's code runs; it knows torch and nothing of the course."""
