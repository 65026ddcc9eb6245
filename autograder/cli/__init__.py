"""The command line `vitcourse`: `main` puts the commands together, `doctor` looks around."""
