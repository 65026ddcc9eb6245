"""What the repository's figures come from: each module is a command that writes its table."""
