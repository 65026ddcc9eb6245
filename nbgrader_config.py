"""nbgrader's configuration; works unchanged in any folder that is a course's root."""

try:
    from vitcourse import configure

    configure(get_config(), __file__)
except Exception as error:
    # nbgrader logs an error in this file and goes on with its own settings, under which a
    # submission runs unguarded and marks itself. Only an exit stops it.
    raise SystemExit(
        f"The course's settings cannot be loaded ({error}). Install the course with "
        "`pip install -e .` in its repository, in the environment that runs nbgrader."
    ) from error
