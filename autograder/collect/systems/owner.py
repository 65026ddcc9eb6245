"""Who handed something in, as a learning platform's names say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from autograder.roster.naming import student_id


class Kind(StrEnum):
    """What an entry of a download is."""

    FILE = "file"
    TEXT = "text"
    RECEIPT = "receipt"


@dataclass(frozen=True)
class Owner:
    """Who handed something in.

    Attributes:
        system: the learning platform, as `Origin.system` names it.
        name: the person's name, as the download shows it.
        number: the system's number or login of the person; empty where there is none.
        file: the student's own file name; empty for a folder.
        email: the person's e-mail, where the download has it.
        upload: the system's number of the upload, which grows with time; 0 where there is none.
        late: whether the system marks it as late.
        time: when it was handed in, where the names say so.
        kind: a file; what was typed into a text field; or the system's own note of a hand-in.
        group: everybody's names, where several people handed it in together.
    """

    system: str
    name: str
    number: str = ""
    file: str = ""
    email: str = ""
    upload: int = 0
    late: bool = False
    time: datetime | None = None
    kind: Kind = Kind.FILE
    group: tuple[str, ...] = ()

    @property
    def student(self) -> str:
        """What to call this person where no key is known."""
        return student_id(self.name, self.number)

    @property
    def identity(self) -> tuple[str, str, str]:
        """The same for everything that one person hands in to one assignment."""
        return self.system, self.number, self.name.casefold()
