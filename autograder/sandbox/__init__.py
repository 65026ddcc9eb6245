"""Where a submission's code runs: a bubblewrap jail, or nowhere."""


class SandboxUnavailable(Exception):
    """There is no sandbox here; the message says why and what to do."""


def describe() -> str:
    """What holds a submission on this machine, in a sentence.

    Raises:
        SandboxUnavailable: where nothing does.
    """
    from .bubblewrap import require_bubblewrap, version

    require_bubblewrap()
    return f"{version()}: no network, read-only system, nothing of the course in sight"
