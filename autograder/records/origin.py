"""Where a hand-in comes from, kept because feedback goes back the same way."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

KIND = "origin"


@dataclass(frozen=True)
class OriginFile:
    """One file or folder of a download that belongs to a hand-in.

    Attributes:
        name: its full name in the download, as the system wrote it.
        file: the student's own file name, as far as the system keeps it.
        upload: the system's number of the upload; empty where there is none.
        time: when it was handed in, ISO 8601 in UTC; empty where nothing says so.
        digest: SHA-256 of its content, in hexadecimal; empty for a folder.
    """

    name: str
    file: str = ""
    upload: str = ""
    time: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Origin:
    """What a learning platform's download says of one person's one hand-in.

    Attributes:
        system: "moodle", "canvas", "blackboard", "brightspace", "gradescope", "drive", "roster"
            or "command" (`--student`).
        name: the person's name, as the download shows it.
        number: the system's number or login of the person; in Moodle it belongs to the person
            and the assignment. Empty where the download has none.
        email: the person's e-mail, where the download has it.
        late: whether the system marks the hand-in as late.
        time: when it was handed in, ISO 8601 in UTC; empty where nothing says so.
        download: the name of the downloaded file or folder.
        files: what it was made of.
    """

    system: str
    name: str
    number: str = ""
    email: str = ""
    late: bool = False
    time: str = ""
    download: str = ""
    files: tuple[OriginFile, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """The record, for `Records.write`."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Origin:
        """The record that `to_json` gave.

        Raises:
            TypeError: where it is none.
        """
        files = tuple(OriginFile(**each) for each in content.get("files", ()))
        return cls(**{**content, "files": files})
