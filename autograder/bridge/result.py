"""How a class's grading ended: remarks by name, what waits for a marker, the exit status."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Remark:
    """Something to know about one submission.

    Attributes:
        student: whose it is.
        words: what is the matter, and what was done.
        needs_person: whether somebody has to act before the mark is right.
    """

    student: str
    words: str
    needs_person: bool = True


@dataclass(frozen=True)
class RunResult:
    """How a class's grading ended.

    Attributes:
        students: everybody whose submission was looked at.
        remarks: what is to be known, by student.
        failed: whether nbgrader's command itself failed beyond single submissions.
        waiting: how many answers a person still has to mark, by student.
        notes: what is to be known of the class as a whole.
    """

    students: tuple[str, ...]
    remarks: tuple[Remark, ...] = field(default=())
    failed: bool = False
    waiting: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = field(default=())

    @property
    def exit_code(self) -> int:
        """0 where every mark stands, 1 where a person has to look or to mark an answer."""
        problems = any(remark.needs_person for remark in self.remarks)
        return int(self.failed or problems or bool(self.waiting))

    def last_lines(self) -> list[str]:
        """The run's last lines: how many were graded, and every problem by name."""
        open_ones = {remark.student for remark in self.remarks if remark.needs_person}
        graded = len(set(self.students) - open_ones)
        ending = " by the machine" if self.exit_code else ", with nothing left open"
        lines = [f"{graded} of {len(self.students)} submissions graded{ending}."]
        for remark in self.remarks:
            label = "needs a person" if remark.needs_person else "note"
            lines.append(f"  {remark.student}: {label}: {remark.words}")
        if self.waiting:
            answers = _count(sum(self.waiting.values()), "answer")
            verb = "waits" if sum(self.waiting.values()) == 1 else "wait"
            people = _count(len(self.waiting), "student")
            lines.append(f"{answers} of {people} {verb} for marking in formgrader.")
        lines += self.notes
        if self.failed:
            lines.append("nbgrader's command failed; its own messages stand above.")
        return lines


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
