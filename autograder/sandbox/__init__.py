"""Where a submission's code runs: a bubblewrap jail, or nowhere."""


class SandboxUnavailable(Exception):
    """There is no sandbox here; the message says why and what to do."""
