"""The embedded sample, and what is known of each data set."""
