"""Where a submission's code runs: in a bubblewrap jail, behind Landlock, or nowhere."""


class SandboxUnavailable(Exception):
    """There is no sandbox here; the message says why and what to do."""


def describe(isolation: str = "sandbox") -> str:
    """What holds a submission on this machine, in a sentence.

    Args:
        isolation: as in vitcourse.toml: "sandbox" for the best tier here, or a tier's name.

    Raises:
        SandboxUnavailable: where nothing does.
    """
    from .tiers import choose

    return choose(isolation).describe()
