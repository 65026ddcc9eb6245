"""One plain worker on standard input and output: `python -m worker`."""

from .serve import quiet, serve

if __name__ == "__main__":
    serve(*quiet())
