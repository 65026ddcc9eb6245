"""The simulated term as it goes on: `Story` does what STORIES in `term_plan` says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from course_commands import table
from term_class import (
    HandIn,
    Person,
    Term,
    canvas_download,
    canvas_gradebook,
    moodle_download,
    moodle_participants,
    moodle_worksheet,
)
from term_course import QUESTIONS, TermCourse
from term_plan import ABSENT, AGAIN, CLASS, DUE, IN_TIME, LATE, MARKED_AGAIN, by_hand, earned

from autograder.checking.assignments import (
    HOMEWORK,
    LAB_ATTENTION,
    LAB_FINDINGS,
    LAB_TRANSFER,
    Assignment,
)

DONE = (0, 1)  # 1 names what waits for a person.


def files_of(
    course: TermCourse, person: Person, assignment: Assignment, attempt: int = 1, **answers: str
) -> dict[str, bytes]:
    """A complete submission: the points in the first file, the answers in the notebook."""
    who = f"{assignment.name} by {person.number}"
    said = {key: f"My {key} to {who}." for key in QUESTIONS}
    said |= {f"questions-{name}": text for name, text in answers.items()}
    wish = "".join(f"{k} {v}\n" for k, v in earned(person, assignment, attempt).items())
    files = {name: f"# {name} of {who}\n".encode() for name in assignment.handed_in}
    files[assignment.files[0]] = wish.encode()
    files[assignment.notebook] = course.answered(assignment, said)
    return files


def in_two(files: dict[str, bytes]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Code on one side, the rest on the other."""
    code = {name: data for name, data in files.items() if name.endswith(".py")}
    return code, {name: data for name, data in files.items() if name not in code}


class Story:
    """The term as it goes on.

    Attributes:
        course: the course.
        handed: what was handed in, of which nothing may be lost.
        keys: everybody's key, by number.
        said: what the commands said, by step.
        waiting: whose answers to the homework waited for a marker after the second download.
        graded_again: whose homework was graded after the second download.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self.course, self.handed, self.folder = TermCourse(root), Term(), folder
        self.keys: dict[int, str] = {}
        self.said: dict[str, str] = {}
        self.waiting: dict[str, set[str]] = {}
        self.graded_again: set[str] = set()

    def import_people(self) -> None:
        """Canvas's list, then Moodle's: one name alone is a proposal, which is confirmed."""
        lists = canvas_gradebook(self.folder, CLASS), moodle_participants(self.folder, CLASS)
        self.course.vitcourse("roster", "import", str(lists[0]))
        self.said["proposal"] = self.course.vitcourse(
            "roster", "import", str(lists[1]), status=(1,)
        )
        self.course.vitcourse("roster", "import", str(lists[1]), "--confirm")
        rows = table(self.course.root / "roster.csv")
        self.keys = {int(row["canvas_id"]) - 100: row["key"] for row in rows}

    def import_worksheet(self, assignment: Assignment) -> None:
        """Whose Moodle's numbers of an assignment are."""
        path = moodle_worksheet(self.folder, CLASS, assignment)
        self.course.vitcourse("roster", "import", str(path), "--assignment", assignment.name)

    def collect(self, name: str, download: Path, assignment: Assignment, status: int) -> None:
        """Collect a download."""
        named = ("--assignment", assignment.name)
        self.said[name] = self.course.vitcourse("collect", str(download), *named, status=(status,))

    def grade(self, name: str, assignment: Assignment) -> None:
        """Grade whoever is new or has changed."""
        words = ("grade", "--assignment", assignment.name)
        self.said[name] = self.course.vitcourse(*words, status=DONE)

    def mark(self, assignment: Assignment, people: list[Person]) -> None:
        """Marks by hand for these people's answers, with a word on the second one."""
        for person in people:
            for key, points in by_hand(person, assignment).items():
                comment = f"Well said, {person.number}." if key == QUESTIONS[1] else ""
                self.course.mark(self.keys[person.number], assignment, key, points, comment)

    def homework(self) -> None:
        """In Moodle, in two downloads: before the due date and after it."""
        self.import_worksheet(HOMEWORK)
        first = [self._first_homework(p) for p in CLASS if p.number not in LATE]
        download = moodle_download(self.folder / "CS1-Homework-1.zip", HOMEWORK, first)
        self.collect("homework", download, HOMEWORK, status=1)
        self.grade("homework graded", HOMEWORK)
        self.mark(HOMEWORK, [p for p in CLASS if p.number not in {4, *LATE}])

        second = [each for each in first if each.person.number not in (1, 2, 4)]
        second += [self._second_homework(p) for p in CLASS if p.number in {1, 2, 4, *LATE}]
        download = moodle_download(self.folder / "CS1-Homework-2.zip", HOMEWORK, second)
        self.collect("homework again", download, HOMEWORK, status=0)
        before = self.course.graded_copies(HOMEWORK.name)
        self.grade("homework graded again", HOMEWORK)
        after = self.course.graded_copies(HOMEWORK.name)
        self.graded_again = {key for key in after if after[key] != before.get(key)}
        self.waiting = self.course.waiting(HOMEWORK)
        self.mark(HOMEWORK, [p for p in CLASS if p.number in {4, *LATE}])
        self.course.mark(self.keys[1], HOMEWORK, QUESTIONS[0], MARKED_AGAIN, "Better.")
        self.course.extend(self.keys[11], HOMEWORK, timedelta(days=1))
        self.grade("extended", HOMEWORK)

    def _first_homework(self, person: Person) -> HandIn:
        files = files_of(self.course, person, HOMEWORK)
        if person.number == 4:
            lab = files_of(self.course, person, LAB_ATTENTION)
            wrong = self.handed.zipped(lab, IN_TIME, kept=False)
            return HandIn(person, {"submission.zip": wrong}, IN_TIME)
        if person.number == 10:
            self.handed.keep(files)
            return HandIn(person, files, IN_TIME)
        if person.number == 3:
            zips = (self.handed.zipped(part, IN_TIME) for part in in_two(files))
            return HandIn(person, dict(zip(("code.zip", "rest.zip"), zips, strict=True)), IN_TIME)
        return HandIn(person, {"submission.zip": self.handed.zipped(files, IN_TIME)}, IN_TIME)

    def _second_homework(self, person: Person) -> HandIn:
        number = person.number
        time = DUE + LATE[number] if number in LATE else AGAIN
        changed = {"first": "I have thought again."} if number == 1 else {}
        files = files_of(self.course, person, HOMEWORK, 2 if number == 2 else 1, **changed)
        return HandIn(person, {"submission (1).zip": self.handed.zipped(files, time)}, time)

    def first_lab(self) -> None:
        """In Moodle, where everybody has another number and one another name."""
        self.import_worksheet(LAB_ATTENTION)
        hand_ins = []
        for person in CLASS:
            files = files_of(self.course, person, LAB_ATTENTION)
            data = self.handed.zipped(files, IN_TIME)
            hand_ins.append(HandIn(person, {"submission.zip": data}, IN_TIME))
        download = moodle_download(self.folder / "CS1-Lab-1.zip", LAB_ATTENTION, hand_ins)
        self._to_the_end("first lab", download, LAB_ATTENTION, CLASS)

    def second_lab(self) -> None:
        """In Canvas, which keeps the last attempt alone and dates everything as the download."""
        first = [self._in_canvas(p, LAB_TRANSFER, 5000) for p in CLASS]
        download = canvas_download(self.folder / "submissions.zip", first, AGAIN)
        self._to_the_end("second lab", download, LAB_TRANSFER, CLASS)
        files = files_of(self.course, CLASS[13], LAB_TRANSFER, attempt=2)
        newer = {"submission-1.zip": self.handed.zipped(files, AGAIN)}
        again = [each for each in first if each.person.number != 14]
        again.append(HandIn(CLASS[13], newer, AGAIN, upload=9000))
        download = canvas_download(self.folder / "submissions (1).zip", again, DUE)
        self.collect("second lab again", download, LAB_TRANSFER, status=0)
        self.grade("second lab graded again", LAB_TRANSFER)

    def last_lab(self) -> None:
        """In Canvas, where one hands nothing in."""
        people = [person for person in CLASS if person.number != ABSENT]
        hand_ins = [self._in_canvas(person, LAB_FINDINGS, 7000) for person in people]
        download = canvas_download(self.folder / "submissions-2.zip", hand_ins, AGAIN)
        self._to_the_end("last lab", download, LAB_FINDINGS, people)

    def _in_canvas(self, person: Person, assignment: Assignment, upload: int) -> HandIn:
        files, number = files_of(self.course, person, assignment), person.number
        upload += 10 * number
        if number == 10:
            self.handed.keep(files)
            return HandIn(person, files, IN_TIME, upload)
        if number == 13:
            zips = (self.handed.zipped(part, IN_TIME) for part in in_two(files))
            both = dict(zip(("code.zip", "rest.zip"), zips, strict=True))
            return HandIn(person, both, IN_TIME, upload)
        data = self.handed.zipped(files, IN_TIME)
        return HandIn(person, {"submission.zip": data}, IN_TIME, upload, late=number == 6)

    def _to_the_end(
        self, name: str, download: Path, assignment: Assignment, people: list[Person]
    ) -> None:
        self.collect(name, download, assignment, status=0)
        self.grade(f"{name} graded", assignment)
        self.mark(assignment, people)

    def feed_back(self, *assignments: Assignment) -> None:
        """A page for everybody who has something new in these assignments."""
        for assignment in assignments:
            self.course.vitcourse("feedback", "--assignment", assignment.name)
