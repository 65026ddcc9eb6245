"""The command line `vitcourse`: `main` has the commands, `doctor` looks at the installation."""
