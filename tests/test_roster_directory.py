"""Whose a hand-in is: sure by ids and earlier hand-ins, proposed or refused by a name."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from rosters import HOMEWORK, LAB, canvas, handed_in, known, match, moodle, write_roster

from autograder.records.origin import Origin
from autograder.records.settings import course_settings
from autograder.roster.directory import Certainty, Directory
from autograder.roster.tables import RosterError

ROSTER = f"""key,name,email,canvas_id,login,moodle:{HOMEWORK}
jdoe,Jane Doe,jdoe@u.example,101,jdoe,
xu,"Li, Xu",xu@u.example,102,xuli,2001
muller,Jörg Müller,,103,,
sato,佐藤 花子,,,,
doe1,Jan Roe,one@u.example,104,,3001
doe2,Jan Roe,two@u.example,105,,
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_roster(tmp_path, ROSTER)
    return tmp_path


def test_ids_and_emails_of_the_roster_are_sure(root: Path) -> None:
    assert known(root, canvas("doejane", "101")) == "jdoe"
    assert known(root, canvas("doejane", "101"), LAB) == "jdoe"
    assert known(root, moodle("Xu Li", "2001")) == "xu"
    assert known(root, Origin("gradescope", "J. D.", "", "JDOE@u.example")) == "jdoe"
    assert known(root, Origin("blackboard", "", "xuli")) == "xu"


def test_a_renamed_person_keeps_the_key_and_it_is_said(root: Path) -> None:
    found = match(root, moodle("Xu Married", "2001"))
    assert (found.certainty, found.key) == (Certainty.KNOWN, "xu")
    assert "another name" in found.why


@pytest.mark.parametrize(
    "name",
    [
        "Jane Doe",
        "JANE  doe",
        "佐藤 花子",
        "Jörg Müller",
        unicodedata.normalize("NFD", "Jörg Müller"),
    ],
)
def test_moodles_full_name_is_known_where_it_is_unique(root: Path, name: str) -> None:
    found = match(root, moodle(name, "77"))
    assert found.certainty is Certainty.KNOWN
    assert found.by_name


@pytest.mark.parametrize(
    ("origin", "key"),
    [
        (moodle("Doe Jane", "77"), "jdoe"),
        (moodle("Jorg Muller", "77"), "muller"),
        (moodle("Jane Anna Doe", "77"), "jdoe"),
        (canvas("satohanako", "77"), ""),
        (canvas("佐藤花子", "77"), "sato"),
        (Origin("drive", "Jane Doe"), "jdoe"),
    ],
)
def test_what_is_merely_alike_is_proposed(root: Path, origin: Origin, key: str) -> None:
    found = match(root, origin)
    expected = Certainty.PROPOSED if key else Certainty.REFUSED
    assert (found.certainty, found.key) == (expected, key)


def test_equal_names_and_strangers_are_refused_with_the_way_on(root: Path) -> None:
    worksheet = f"vitcourse roster import FILE --assignment {LAB}"
    for name in ("Jan Roe", "Nobody Known"):
        found = match(root, moodle(name, "77"), LAB)
        assert (found.certainty, found.key) == (Certainty.REFUSED, "")
        assert worksheet in found.why
    assert known(root, moodle("Jan Roe", "3001")) == "doe1"
    # That leaves one Jan Roe, but only by elimination.
    found = match(root, moodle("Jan Roe", "3002"))
    assert (found.certainty, found.key) == (Certainty.PROPOSED, "doe2")
    assert "gradebook" in match(root, canvas("nobodyknown", "999")).why


def test_canvas_ids_that_differ_are_different_people(root: Path) -> None:
    assert match(root, canvas("doejane", "999")).certainty is Certainty.REFUSED


def test_two_rows_with_one_id_are_refused(root: Path) -> None:
    write_roster(root, "key,name,canvas_id\na,A B,7\nb,C D,7\n")
    found = match(root, canvas("ba", "7"))
    assert found.certainty is Certainty.REFUSED
    assert "a (" in found.why
    assert "b (" in found.why


def test_an_earlier_hand_in_is_sure_in_the_same_assignment_only(root: Path) -> None:
    handed_in(root, "jdoe", moodle("Janey Doe", "501"))
    assert known(root, moodle("Whatever Now", "501")) == "jdoe"
    assert match(root, moodle("Whatever Now", "501"), LAB).certainty is Certainty.REFUSED
    handed_in(root, "sato", canvas("satohanako", "601"))
    assert known(root, canvas("satohanako", "601"), LAB) == "sato"
    handed_in(root, "jdoe", canvas("anon", "anon_k3x"))
    assert known(root, canvas("anon", "anon_k3x")) == "jdoe"
    assert match(root, canvas("anon", "anon_k3x"), LAB).certainty is Certainty.REFUSED


def test_blind_marking_goes_by_numbers_alone(root: Path) -> None:
    assert known(root, moodle("Participant", "2001")) == "xu"
    for name in ("Participant", "Teilnehmer/in"):
        found = match(root, moodle(name, "4711"))
        assert found.certainty is Certainty.REFUSED
        assert "identities" in found.why


def test_an_earlier_key_outside_the_roster_has_to_be_merged_first(root: Path) -> None:
    handed_in(root, "Jane-Doe_501", moodle("Jane Doe", "501"))
    found = match(root, moodle("Jane Doe", "501"))
    assert found.certainty is Certainty.REFUSED
    assert "vitcourse roster merge Jane-Doe_501 jdoe" in found.why
    handed_in(root, "Some-One_502", moodle("Some One", "502"))
    assert known(root, moodle("Some One", "502")) == "Some-One_502"


def test_without_a_roster_nothing_is_guessed(tmp_path: Path) -> None:
    found = match(tmp_path, moodle("Jane Doe", "1001"))
    assert (found.certainty, found.key) == (Certainty.NEW, "Jane-Doe_1001")
    handed_in(tmp_path, "Jane-Doe_1001", moodle("Jane Doe", "1001"))
    assert known(tmp_path, moodle("Jane Doe", "1001")) == "Jane-Doe_1001"
    found = match(tmp_path, moodle("Jane Doe", "2001"), LAB)
    assert (found.certainty, found.key) == (Certainty.PROPOSED, "Jane-Doe_1001")
    found = match(tmp_path, canvas("doejane", "55"), LAB)
    assert (found.certainty, found.key) == (Certainty.PROPOSED, "Jane-Doe_1001")
    found = match(tmp_path, moodle("Bo Li", "2002"), LAB)
    assert (found.certainty, found.key) == (Certainty.NEW, "Bo-Li_2002")


def test_once_confirmed_a_number_is_known(tmp_path: Path) -> None:
    handed_in(tmp_path, "Jane-Doe_1001", moodle("Jane Doe", "1001"))
    handed_in(tmp_path, "Jane-Doe_1001", moodle("Jane Doe", "2001"), LAB)
    assert known(tmp_path, moodle("Jane Doe", "2001"), LAB) == "Jane-Doe_1001"


def test_two_people_of_one_name_are_two(tmp_path: Path) -> None:
    class_ = [moodle("Jane Doe", "1001"), moodle("Jane Doe", "1002")]
    for origin, found in zip(
        class_, Directory(tmp_path).match_all([(o, HOMEWORK) for o in class_]), strict=True
    ):
        assert (found.certainty, found.key) == (Certainty.NEW, f"Jane-Doe_{origin.number}")
    handed_in(tmp_path, "Jane-Doe_1001", class_[0])
    # Handed in later: in one assignment another number is another person.
    assert match(tmp_path, class_[1]).certainty is Certainty.NEW

    lab = [moodle("Jane Doe", "2001"), moodle("Jane Doe", "2002")]
    found_all = Directory(tmp_path).match_all([(each, LAB) for each in lab])
    assert [each.certainty for each in found_all] == [Certainty.REFUSED] * 2
    assert "2001, 2002" in found_all[0].why
    one_by_one = Directory(tmp_path)
    one_by_one.match(lab[0], LAB)
    assert one_by_one.match(lab[1], LAB).certainty is Certainty.REFUSED

    handed_in(tmp_path, "Jane-Doe_1002", class_[1])
    for each in Directory(tmp_path).match_all([(each, LAB) for each in lab]):
        assert each.certainty is Certainty.REFUSED
        assert "Jane-Doe_1001" in each.why
        assert "Jane-Doe_1002" in each.why


def test_a_download_of_two_assignments(tmp_path: Path) -> None:
    class_ = [
        (moodle("Bo Li", "2003"), LAB),
        (moodle("Jane Doe", "1001"), HOMEWORK),
        (moodle("Jane Doe", "2001"), LAB),
        (moodle("Bo Li", "1003"), HOMEWORK),
    ]
    found = Directory(tmp_path).match_all(class_)
    assert [(each.certainty, each.key) for each in found] == [
        (Certainty.NEW, "Bo-Li_2003"),
        (Certainty.PROPOSED, "Jane-Doe_2001"),
        (Certainty.NEW, "Jane-Doe_2001"),
        (Certainty.PROPOSED, "Bo-Li_2003"),
    ]
    twins = [(moodle("Jan Roe", n), a) for a in (HOMEWORK, LAB) for n in (f"{a}1", f"{a}2")]
    for order in (twins, [twins[n] for n in (0, 2, 1, 3)], twins[::-1]):
        found = Directory(tmp_path).match_all(order)
        first = order[0][1]
        for each, (_, assignment) in zip(found, order, strict=True):
            expected = Certainty.NEW if assignment == first else Certainty.REFUSED
            assert each.certainty is expected


def test_the_same_question_has_the_same_answer(tmp_path: Path) -> None:
    directory = Directory(tmp_path)
    for origin in (moodle("Jane Doe", "1"), Origin("drive", "Bo Li")):
        assert directory.match(origin, HOMEWORK) == directory.match(origin, HOMEWORK)


def test_two_people_of_one_name_and_one_row_of_the_roster(root: Path) -> None:
    both = [(moodle("Jane Doe", "71"), HOMEWORK), (moodle("Jane Doe", "72"), HOMEWORK)]
    assert [each.certainty for each in Directory(root).match_all(both)] == [Certainty.REFUSED] * 2
    write_roster(root, f"key,name,moodle:{HOMEWORK}\njdoe,Jane Doe,71\n")
    first, second = Directory(root).match_all(both)
    assert (first.certainty, first.key) == (Certainty.KNOWN, "jdoe")
    assert second.certainty is Certainty.REFUSED


def test_several_files_of_one_person_are_one_person(tmp_path: Path) -> None:
    both = [(canvas("doejane", "7"), HOMEWORK)] * 2
    assert {each.key for each in Directory(tmp_path).match_all(both)} == {"doejane_7"}
    assert match(tmp_path, Origin("drive", "???")).certainty is Certainty.NEW
    handed_in(tmp_path, "student", None)
    assert match(tmp_path, Origin("drive", "!!!")).certainty is Certainty.REFUSED


def test_courses_older_than_the_records(tmp_path: Path) -> None:
    handed_in(tmp_path, "Jane-Doe_1001", None)
    handed_in(tmp_path, "libo_55", None)
    assert known(tmp_path, moodle("Jane Renamed", "1001")) == "Jane-Doe_1001"
    assert match(tmp_path, moodle("Jane Doe", "1001"), LAB).certainty is Certainty.PROPOSED
    assert match(tmp_path, moodle("Jane Doe", "1002")).certainty is Certainty.NEW
    assert match(tmp_path, moodle("Jane Doe", "9"), LAB).key == "Jane-Doe_1001"
    assert known(tmp_path, canvas("libo", "55"), LAB) == "libo_55"
    assert match(tmp_path, canvas("libo", "56"), LAB).key == "libo_56"


def test_the_gradebooks_students_are_known(tmp_path: Path) -> None:
    with course_settings(tmp_path).gradebook() as gradebook:
        gradebook.add_student("abc1", first_name="Ann", last_name="Lee", email="al@u.example")
    found = match(tmp_path, moodle("Ann Lee", "5"))
    assert (found.certainty, found.key) == (Certainty.PROPOSED, "abc1")
    assert known(tmp_path, Origin("gradescope", "A", "", "AL@u.example")) == "abc1"


def test_nothing_is_made_by_asking(tmp_path: Path) -> None:
    match(tmp_path, moodle("Jane Doe", "1"))
    assert list(tmp_path.iterdir()) == []


def test_the_key_that_a_text_names(root: Path) -> None:
    handed_in(root, "old-one", None)
    directory = Directory(root)
    assert directory.key_named("jdoe") == "jdoe"
    assert directory.key_named(" JDOE@u.example ") == "jdoe"
    assert directory.key_named("old-one") == "old-one"
    for nobody in ("Jane Doe", "JDOE", "", "..", "../submitted", "old-one/", "x@u.example"):
        assert directory.key_named(nobody) is None
    assert directory.match(Origin("command", "jdoe@u.example"), LAB).key == "jdoe"


def test_a_broken_roster_is_no_empty_one(root: Path) -> None:
    write_roster(root, "key\na b\n")
    with pytest.raises(RosterError, match="line 2"):
        Directory(root)


def test_a_gradebook_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "gradebook.db").write_text("no database " * 100)
    with pytest.raises(RosterError, match="gradebook cannot be read"):
        Directory(tmp_path)
