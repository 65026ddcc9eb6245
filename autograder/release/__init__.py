"""From the solutions to what students receive, and what stands between the two."""
