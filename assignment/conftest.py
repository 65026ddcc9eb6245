"""`pytest` in this folder runs the public checks of all stages on your files."""

pytest_plugins = ["checking.pytest_plugin"]
